//! Parsing requests, strictly: what another reader could take for something else is refused. Errors are the status to
//! answer.
use super::{MAX_BODY, MAX_HEAD, MAX_HEADERS};

const MAX_METHOD: usize = 32;
const MAX_CHUNK_LINE: usize = 256;
const MAX_TRAILER: usize = 4096;

/// One request, with its whole body.
#[derive(Default)]
pub struct Request {
    /// The method as it was sent.
    pub method: String,
    /// Path and query as they were sent.
    pub target: String,
    /// The path, decoded once; it may hold "..". Bytes that are no UTF-8 are replaced.
    pub path: String,
    /// What follows the first "?", as it was sent.
    pub query: String,
    /// Headers in the order in which they came. Bytes that are no UTF-8 are replaced.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of the first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// The first parameter of the query of that name, decoded.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decode = |text: &str| unescape(text.as_bytes(), true).and_then(|b| String::from_utf8(b).ok());
            (decode(key)? == name).then(|| decode(value)).flatten()
        })
    }

    /// Who asks, or "". The host writes this header; clients cannot.
    pub fn user(&self) -> &str {
        self.header("X-AppZone-User").unwrap_or("")
    }

    /// The role of who asks, or "".
    pub fn role(&self) -> &str {
        self.header("X-AppZone-Role").unwrap_or("")
    }
}

/// How a request's body comes, and what its connection is for afterwards.
#[derive(Default)]
pub struct Frame {
    pub length: usize,
    pub chunked: bool,
    pub keep: bool,
    /// HTTP/1.0.
    pub old: bool,
    /// The client waits to be asked for the body.
    pub expects: bool,
}

/// Looks for the end of a head from `scanned` on. Some is the head's length with its empty line.
pub fn head_end(buf: &[u8], scanned: &mut usize) -> Result<Option<usize>, u16> {
    for i in *scanned..buf.len().min(MAX_HEAD) {
        match buf[i] {
            0 => return Err(400),
            b'\n' if i < 2 || buf[i - 1] != b'\r' => return Err(400),
            b'\n' if buf[i - 2] == b'\n' => return Ok(Some(i + 1)),
            _ => {}
        }
    }
    *scanned = buf.len();
    if buf.len() >= MAX_HEAD {
        return Err(431);
    }
    Ok(None)
}

/// Takes a complete head apart.
pub fn parse_head(head: &[u8]) -> Result<(Request, Frame), u16> {
    let mut lines = head[..head.len() - 4].split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut request = Request::default();
    let old = parse_line(lines.next().unwrap_or(b""), &mut request)?;
    for line in lines {
        if request.headers.len() == MAX_HEADERS {
            return Err(431);
        }
        request.headers.push(parse_field(line)?);
    }
    let frame = frame(&request, old)?;
    Ok((request, frame))
}

/// Reads the request line. True is HTTP/1.0.
fn parse_line(line: &[u8], request: &mut Request) -> Result<bool, u16> {
    let mut words = line.split(|&b| b == b' ');
    let (method, target, version) = match (words.next(), words.next(), words.next(), words.next()) {
        (Some(method), Some(target), Some(version), None) => (method, target, version),
        _ => return Err(400),
    };
    if !is_name(method) {
        return Err(400);
    }
    if method.len() > MAX_METHOD || method == b"CONNECT" {
        return Err(501);
    }
    let old = match version {
        b"HTTP/1.1" => false,
        b"HTTP/1.0" => true,
        v if v.len() == 8 && v.starts_with(b"HTTP/") => return Err(505),
        _ => return Err(400),
    };
    request.method = text(method);
    parse_target(target, request)?;
    Ok(old)
}

fn parse_target(target: &[u8], request: &mut Request) -> Result<(), u16> {
    if target.iter().any(|&b| b <= b' ' || b >= 0x7f || b == b'#') {
        return Err(400);
    }
    let mut target = text(target);
    if target.len() > 7 && target[..7].eq_ignore_ascii_case("http://") {
        // As proxies ask: the path counts.
        target = match target[7..].find(|c| c == '/' || c == '?') {
            None => "/".into(),
            Some(i) if target.as_bytes()[7 + i] == b'?' => format!("/{}", &target[7 + i..]),
            Some(i) => target[7 + i..].into(),
        };
    }
    if !target.starts_with('/') && (target != "*" || request.method != "OPTIONS") {
        return Err(400);
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    request.path = text(&unescape(path.as_bytes(), false).ok_or(400u16)?);
    request.query = query.into();
    request.target = target;
    Ok(())
}

/// Reads one header line. A folded line has a space in its name.
fn parse_field(line: &[u8]) -> Result<(String, String), u16> {
    let colon = line.iter().position(|&b| b == b':').ok_or(400u16)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    if !is_name(name) || !is_value(value) {
        return Err(400);
    }
    let blank = |c: char| c == ' ' || c == '\t';
    Ok((text(name), text(value).trim_matches(blank).into()))
}

/// Finds out how the body comes.
fn frame(request: &Request, old: bool) -> Result<Frame, u16> {
    let mut frame = Frame { keep: !old, old, ..Frame::default() };
    let (mut lengths, mut codings, mut hosts, mut closes) = (0, 0, 0, false);
    for (name, value) in &request.headers {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                lengths += 1;
                frame.length = parse_length(value).ok_or(400u16)?;
            }
            "transfer-encoding" => {
                codings += 1;
                frame.chunked = value.eq_ignore_ascii_case("chunked");
            }
            "host" => hosts += 1,
            "connection" => {
                for option in value.split(',').map(str::trim) {
                    closes |= option.eq_ignore_ascii_case("close");
                    frame.keep |= old && option.eq_ignore_ascii_case("keep-alive");
                }
            }
            "expect" if !value.eq_ignore_ascii_case("100-continue") => return Err(417),
            "expect" => frame.expects = !old,
            _ => {}
        }
    }
    frame.keep &= !closes;
    if hosts > 1 || (hosts == 0 && !old) || lengths > 1 || codings > 1 {
        return Err(400);
    }
    if codings > 0 && (lengths > 0 || old) {
        return Err(400);
    }
    if codings > 0 && !frame.chunked {
        return Err(501);
    }
    if frame.length > MAX_BODY {
        return Err(413);
    }
    Ok(frame)
}

/// Reads digits alone.
pub fn parse_length(value: &str) -> Option<usize> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    value.parse().ok()
}

pub fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(b))
}

fn is_value(value: &[u8]) -> bool {
    value.iter().all(|&b| (b >= b' ' && b != 0x7f) || b == b'\t')
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn hex(b: u8) -> Option<u8> {
    (b as char).to_digit(16).map(|d| d as u8)
}

/// Decodes percent-encoding, and + as a space where plus is set.
fn unescape(text: &[u8], plus: bool) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&b) = bytes.next() {
        out.push(match b {
            b'+' if plus => b' ',
            b'%' => hex(*bytes.next()?)? << 4 | hex(*bytes.next()?)?,
            b => b,
        });
    }
    Some(out)
}

/// A body in chunks, decoded byte by byte.
#[derive(Default)]
pub struct Chunks {
    part: Part,
    digits: usize,
    line: usize,
    trailer: usize,
    left: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Size,
    Extension,
    SizeEnd,
    Data,
    DataReturn,
    DataEnd,
    TrailerStart,
    Trailer,
    TrailerEnd,
    Last,
    Done,
}

impl Default for Part {
    fn default() -> Part {
        Part::Size
    }
}

impl Chunks {
    /// Takes bytes from the front of input, and adds what they are to body. True is the end.
    pub fn feed(&mut self, input: &mut Vec<u8>, body: &mut Vec<u8>) -> Result<bool, u16> {
        let mut at = 0;
        while at < input.len() && self.part != Part::Done {
            if self.part == Part::Data {
                let n = self.left.min(input.len() - at);
                body.extend_from_slice(&input[at..at + n]);
                at += n;
                self.left -= n;
                if self.left == 0 {
                    self.part = Part::DataReturn;
                }
                continue;
            }
            self.part = self.step(input[at], MAX_BODY - body.len())?;
            at += 1;
        }
        input.drain(..at);
        Ok(self.part == Part::Done)
    }

    /// Takes one byte of what is around the data, and returns what comes next.
    fn step(&mut self, b: u8, room: usize) -> Result<Part, u16> {
        let control = (b < b' ' && b != b'\t') || b == 0x7f;
        Ok(match (self.part, b) {
            (Part::Size, b) if hex(b).is_some() => {
                self.digits += 1;
                if self.digits > 7 {
                    return Err(413);
                }
                self.left = self.left << 4 | hex(b).unwrap_or(0) as usize;
                Part::Size
            }
            (Part::Size, _) if self.digits == 0 => return Err(400),
            (Part::Size, b';' | b' ' | b'\t') => Part::Extension,
            (Part::Size | Part::Extension, b'\r') => Part::SizeEnd,
            (Part::Extension, _) if !control && self.line < MAX_CHUNK_LINE => {
                self.line += 1;
                Part::Extension
            }
            (Part::SizeEnd, b'\n') if self.left > room => return Err(413),
            (Part::SizeEnd, b'\n') if self.left > 0 => Part::Data,
            (Part::SizeEnd, b'\n') => Part::TrailerStart,
            (Part::DataReturn, b'\r') => Part::DataEnd,
            (Part::DataEnd, b'\n') => {
                self.digits = 0;
                self.line = 0;
                Part::Size
            }
            (Part::TrailerStart, b'\r') => Part::Last,
            (Part::TrailerStart, b' ' | b'\t' | b':') => return Err(400),
            (Part::Trailer, b'\r') => Part::TrailerEnd,
            (Part::TrailerStart | Part::Trailer, _) if !control && self.trailer < MAX_TRAILER => {
                self.trailer += 1;
                Part::Trailer
            }
            (Part::TrailerEnd, b'\n') => Part::TrailerStart,
            (Part::Last, b'\n') => Part::Done,
            _ => return Err(400),
        })
    }
}
