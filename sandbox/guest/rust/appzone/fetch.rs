//! Connections to other servers, and asking them over HTTP/1.0, where an answer ends with its connection.
use super::{
    answer::{Answer, Fetched, Pending},
    http, FETCH_TIME, MAX_ANSWER, MAX_HEAD,
};
use std::{
    fmt, io,
    io::{Read, Write},
    net::TcpStream,
    os::wasi::io::{AsRawFd, FromRawFd, RawFd},
    time::{Duration, Instant},
};

#[link(wasm_import_module = "appzone_v1")]
extern "C" {
    #[link_name = "dial"]
    fn host_dial(address: *const u8, length: usize, fd: *mut i32) -> i32;
    #[link_name = "dial_status"]
    fn host_dial_status(fd: i32) -> i32;
}

/// Why there is no connection, or no answer: an error number of the system interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Errno(pub i32);

impl Errno {
    /// The address was not granted.
    pub const ACCESS: Errno = Errno(2);
    pub const AGAIN: Errno = Errno(6);
    pub const RESET: Errno = Errno(15);
    pub const TOO_BIG: Errno = Errno(22);
    pub const INVALID: Errno = Errno(28);
    pub const PROTOCOL: Errno = Errno(65);
    pub const TIMED_OUT: Errno = Errno(73);

    /// The name that people know, such as "EACCES".
    pub fn name(self) -> &'static str {
        match self.0 {
            2 => "EACCES",
            14 => "ECONNREFUSED",
            15 => "ECONNRESET",
            22 => "EFBIG",
            23 => "EHOSTUNREACH",
            28 => "EINVAL",
            33 => "EMFILE",
            40 => "ENETUNREACH",
            44 => "ENOTFOUND",
            65 => "EPROTO",
            73 => "ETIMEDOUT",
            _ => "EIO",
        }
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<io::Error> for Errno {
    fn from(err: io::Error) -> Errno {
        Errno(err.raw_os_error().unwrap_or(29))
    }
}

/// Begins a connection to "host:port". The stream does not block, and is writable once [`dial_status`] has an answer.
pub fn dial(address: &str) -> Result<TcpStream, Errno> {
    let mut fd = -1;
    // The host reads the address during the call.
    match unsafe { host_dial(address.as_ptr(), address.len(), &mut fd) } {
        0 => {
            // The descriptor is new, and belongs to nobody else.
            let stream = unsafe { TcpStream::from_raw_fd(fd) };
            stream.set_nonblocking(true)?;
            Ok(stream)
        }
        error => Err(Errno(error)),
    }
}

/// `Ok` for a connection, `Errno::AGAIN` while that is undecided, else why there is none.
pub fn dial_status(stream: &TcpStream) -> Result<(), Errno> {
    match unsafe { host_dial_status(stream.as_raw_fd()) } {
        0 => Ok(()),
        error => Err(Errno(error)),
    }
}

type Then = Box<dyn FnOnce(Result<Fetched, Errno>) -> Answer>;

/// Gets an http URL, and answers with what `then` makes of it. Redirects are not followed.
pub fn fetch(url: &str, then: impl FnOnce(Result<Fetched, Errno>) -> Answer + 'static) -> Answer {
    match Fetch::new(url) {
        Ok(mut fetch) => {
            fetch.then = Some(Box::new(then));
            Answer::Pending(Box::new(fetch))
        }
        // A step of its own, so that answers which fail again and again do not pile up.
        Err(error) => Answer::Later(Duration::from_secs(0), Box::new(move || then(Err(error)))),
    }
}

/// A fetch in progress.
struct Fetch {
    stream: TcpStream,
    connected: bool,
    request: Vec<u8>,
    answer: Vec<u8>,
    due: Instant,
    then: Option<Then>,
}

impl Pending for Fetch {
    fn awaits(&self) -> (RawFd, bool) {
        (self.stream.as_raw_fd(), !self.request.is_empty())
    }

    fn due(&self) -> Instant {
        self.due
    }

    fn step(&mut self, now: Instant) -> Option<Answer> {
        let result = match self.exchange() {
            Ok(()) => parse(&self.answer),
            Err(Errno::AGAIN) if now < self.due => return None,
            Err(Errno::AGAIN) => Err(Errno::TIMED_OUT),
            Err(error) => Err(error),
        };
        self.then.take().map(|then| then(result))
    }
}

impl Fetch {
    fn new(url: &str) -> Result<Fetch, Errno> {
        let (host, target) = split(url).ok_or(Errno::INVALID)?;
        let port = host.rsplit_once(':').map_or("", |(_, port)| port);
        let has_port = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let address = if has_port { host.to_string() } else { format!("{}:80", host) };
        let request = format!("GET {} HTTP/1.0\r\nHost: {}\r\nConnection: close\r\n\r\n", target, host);
        let stream = dial(&address)?;
        let due = Instant::now() + FETCH_TIME;
        Ok(Fetch { stream, connected: false, request: request.into_bytes(), answer: Vec::new(), due, then: None })
    }

    fn exchange(&mut self) -> Result<(), Errno> {
        if !self.connected {
            dial_status(&self.stream)?;
            self.connected = true;
        }
        while !self.request.is_empty() {
            let n = self.stream.write(&self.request)?;
            self.request.drain(..n);
        }
        let mut buf = [0; 8192];
        loop {
            match self.stream.read(&mut buf)? {
                0 => return Ok(()),
                n => self.answer.extend_from_slice(&buf[..n]),
            }
            if self.answer.len() > MAX_HEAD + MAX_ANSWER {
                return Err(Errno::TOO_BIG);
            }
        }
    }
}

/// Takes an http URL apart into its host with the port, and the rest.
fn split(url: &str) -> Option<(&str, String)> {
    let rest = url.strip_prefix("http://")?;
    let end = rest.find(|c| c == '/' || c == '?' || c == '#').unwrap_or(rest.len());
    let (host, target) = rest.split_at(end);
    let odd = host.is_empty() || host.len() > 260 || host.contains('@') || host.contains('\\');
    if odd || !url.bytes().all(|b| b > b' ' && b < 0x7f) {
        return None;
    }
    let target = target.split('#').next().unwrap_or("");
    let slash = if target.starts_with('/') { "" } else { "/" };
    Some((host, format!("{}{}", slash, target)))
}

/// Makes the answer of all that came.
fn parse(answer: &[u8]) -> Result<Fetched, Errno> {
    if answer.is_empty() {
        return Err(Errno::RESET);
    }
    let end = match http::head_end(answer, &mut 0) {
        Ok(Some(end)) => end,
        _ => return Err(Errno::PROTOCOL),
    };
    let head = String::from_utf8_lossy(&answer[..end]);
    let mut lines = head.split("\r\n");
    let line = lines.next().unwrap_or("");
    let status = line.get(9..12).and_then(http::parse_length).unwrap_or(0) as u16;
    if !line.starts_with("HTTP/1.") || line.as_bytes().get(8) != Some(&b' ') || status < 200 {
        return Err(Errno::PROTOCOL);
    }
    let (body, mut has_length) = (&answer[end..], false);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("Transfer-Encoding") {
            return Err(Errno::PROTOCOL); // HTTP/1.0 has none
        }
        if name.eq_ignore_ascii_case("Content-Length") {
            let length = http::parse_length(value.trim()).ok_or(Errno::PROTOCOL)?;
            if has_length || body.len() > length {
                return Err(Errno::PROTOCOL);
            }
            if body.len() < length {
                return Err(Errno::RESET);
            }
            has_length = true;
        }
    }
    Ok(Fetched { status, body: body.to_vec() })
}
