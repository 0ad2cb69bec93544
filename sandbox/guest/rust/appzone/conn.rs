//! One connection: what it reads, what it owes, and what is not sent yet.
use super::{
    answer::{Answer, Pending, Response, Step},
    http::{self, Chunks, Frame, Request},
};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    os::wasi::io::{AsRawFd, RawFd},
    time::{Duration, Instant},
};

const LINGER: Duration = Duration::from_secs(1);
const MAX_DISCARDED: usize = 256 * 1024;

/// What a connection is doing.
enum State {
    Reading,
    Waiting(Instant, Box<dyn FnOnce() -> Answer>),
    Pending(Box<dyn Pending>),
    Streaming(Instant, Box<dyn FnMut() -> Step>),
    Sending,
    /// After a refusal: closing at once would destroy the answer on its way.
    Lingering(Instant),
    Gone,
}

pub struct Conn {
    stream: TcpStream,
    state: State,
    input: Vec<u8>,
    scanned: usize,
    request: Option<(Request, Frame)>,
    chunks: Chunks,
    output: Vec<u8>,
    discarded: usize,
    // Of the response:
    bodiless: bool,
    chunked: bool,
    closes: bool,
    old: bool,
}

impl Conn {
    pub fn new(stream: TcpStream) -> Conn {
        Conn {
            stream,
            state: State::Reading,
            input: Vec::new(),
            scanned: 0,
            request: None,
            chunks: Chunks::default(),
            output: Vec::new(),
            discarded: 0,
            bodiless: false,
            chunked: false,
            closes: false,
            old: false,
        }
    }

    pub fn fd(&self) -> RawFd {
        self.stream.as_raw_fd()
    }

    pub fn is_idle(&self) -> bool {
        matches!(self.state, State::Reading)
    }

    pub fn is_gone(&self) -> bool {
        matches!(self.state, State::Gone)
    }

    pub fn reads(&self) -> bool {
        matches!(self.state, State::Reading | State::Lingering(_))
    }

    pub fn writes(&self) -> bool {
        !self.output.is_empty()
    }

    /// What the request waits for besides time.
    pub fn pending(&self) -> Option<&dyn Pending> {
        match &self.state {
            State::Pending(pending) => Some(pending.as_ref()),
            _ => None,
        }
    }

    /// When it wants to go on by itself.
    pub fn due(&self) -> Option<Instant> {
        match &self.state {
            State::Waiting(due, _) | State::Lingering(due) => Some(*due),
            State::Streaming(due, _) if self.output.is_empty() => Some(*due),
            State::Pending(pending) => Some(pending.due()),
            _ => None,
        }
    }

    /// Reads what arrived.
    pub fn read(&mut self) {
        let mut buf = [0; 8192];
        match self.stream.read(&mut buf) {
            Ok(n) if n > 0 && self.is_idle() => self.input.extend_from_slice(&buf[..n]),
            Ok(n) if n > 0 && self.discarded < MAX_DISCARDED => self.discarded += n,
            Err(err) if err.kind() == ErrorKind::WouldBlock => {}
            _ => self.state = State::Gone,
        }
    }

    /// Goes on until there is nothing to do without waiting.
    pub fn advance(&mut self, handler: &mut dyn FnMut(Request) -> Answer, now: Instant, stopping: bool) {
        loop {
            self.flush();
            match std::mem::replace(&mut self.state, State::Gone) {
                State::Reading => {
                    self.state = State::Reading;
                    match self.take() {
                        Ok(None) => return self.flush(),
                        Ok(Some(request)) => self.answer(handler(request), now),
                        Err(status) => self.refuse(status, now),
                    }
                }
                State::Waiting(due, then) if due <= now => self.answer(then(), now),
                State::Streaming(due, step) if due <= now && self.output.is_empty() => self.stream_on(step, now),
                State::Pending(mut pending) => match pending.step(now) {
                    Some(answer) => self.answer(answer, now),
                    None => {
                        self.state = State::Pending(pending);
                        return;
                    }
                },
                State::Sending if self.output.is_empty() => {
                    if !self.closes && !stopping {
                        self.state = State::Reading;
                    } else if self.stream.shutdown(Shutdown::Write).is_ok() {
                        self.state = State::Lingering(now + LINGER);
                    }
                }
                State::Lingering(due) if due <= now => return,
                state => {
                    self.state = state;
                    return;
                }
            }
        }
    }

    /// Makes a request of what was read.
    fn take(&mut self) -> Result<Option<Request>, u16> {
        if self.request.is_none() {
            let end = match http::head_end(&self.input, &mut self.scanned)? {
                Some(end) => end,
                None => return Ok(None),
            };
            let (request, frame) = http::parse_head(&self.input[..end])?;
            self.input.drain(..end);
            self.scanned = 0;
            self.chunks = Chunks::default();
            if frame.expects && self.input.is_empty() && (frame.chunked || frame.length > 0) {
                self.output.extend_from_slice(b"HTTP/1.1 100 Continue\r\n\r\n");
            }
            self.request = Some((request, frame));
        }
        let complete = match &mut self.request {
            Some((request, frame)) if frame.chunked => self.chunks.feed(&mut self.input, &mut request.body)?,
            Some((request, frame)) => {
                let n = self.input.len().min(frame.length - request.body.len());
                request.body.extend(self.input.drain(..n));
                request.body.len() == frame.length
            }
            None => false,
        };
        match self.request.take() {
            Some((request, frame)) if complete => {
                self.bodiless = request.method == "HEAD";
                self.closes = !frame.keep;
                self.old = frame.old;
                Ok(Some(request))
            }
            incomplete => {
                self.request = incomplete;
                Ok(None)
            }
        }
    }

    fn refuse(&mut self, status: u16, now: Instant) {
        self.closes = true;
        self.bodiless = false;
        self.old = false;
        let text = format!("{}\n", reason(status));
        self.answer(Response::new(status).header("Content-Type", "text/plain").body(text).into(), now);
    }

    fn answer(&mut self, answer: Answer, now: Instant) {
        self.state = match answer {
            Answer::Now(response) => {
                self.head(&response, Some(response.body.len()));
                self.part(&response.body);
                State::Sending
            }
            Answer::Later(after, then) => State::Waiting(now + after, then),
            Answer::Stream(response, step) => {
                self.head(&response, None);
                self.part(&response.body);
                State::Streaming(now, step)
            }
            Answer::Pending(pending) => State::Pending(pending),
        }
    }

    fn stream_on(&mut self, mut step: Box<dyn FnMut() -> Step>, now: Instant) {
        self.state = match step() {
            Step::Part(part) => {
                self.part(&part);
                State::Streaming(now, step)
            }
            Step::Wait(after) => State::Streaming(now + after, step),
            Step::End => {
                if self.chunked && !self.bodiless {
                    self.output.extend_from_slice(b"0\r\n\r\n");
                }
                State::Sending
            }
        }
    }

    fn head(&mut self, response: &Response, length: Option<usize>) {
        let none = response.status == 204 || response.status == 304;
        self.chunked = length.is_none() && !self.old && !none;
        self.closes |= length.is_none() && self.old;
        let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
        for (name, value) in &response.headers {
            head.push_str(&format!("{}: {}\r\n", name, value));
        }
        match length {
            Some(length) if !none => head.push_str(&format!("Content-Length: {}\r\n", length)),
            None if self.chunked => head.push_str("Transfer-Encoding: chunked\r\n"),
            _ => {}
        }
        if self.closes {
            head.push_str("Connection: close\r\n");
        } else if self.old {
            head.push_str("Connection: keep-alive\r\n");
        }
        head.push_str("\r\n");
        self.output.extend_from_slice(head.as_bytes());
        self.bodiless |= none;
    }

    fn part(&mut self, part: &[u8]) {
        if part.is_empty() || self.bodiless {
            return;
        }
        if self.chunked {
            self.output.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        }
        self.output.extend_from_slice(part);
        if self.chunked {
            self.output.extend_from_slice(b"\r\n");
        }
    }

    fn flush(&mut self) {
        let mut sent = 0;
        while sent < self.output.len() {
            match self.stream.write(&self.output[sent..]) {
                Ok(n) if n > 0 => sent += n,
                Err(err) if err.kind() == ErrorKind::WouldBlock => break,
                _ => {
                    self.output.clear();
                    self.state = State::Gone;
                    return;
                }
            }
        }
        self.output.drain(..sent);
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        417 => "Expectation Failed",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "Status",
    }
}
