//! What a handler answers.
use super::http;
use std::{
    os::wasi::io::RawFd,
    time::{Duration, Instant},
};

/// A complete response, or the head of one that is streamed.
pub struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Response {
    /// An empty response. A status that is none becomes 500.
    pub fn new(status: u16) -> Response {
        let status = if (200..1000).contains(&status) { status } else { 500 };
        Response { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header. Control characters in the value become spaces; a name that is none is left out, and so are
    /// Content-Length, Transfer-Encoding and Connection, which belong to the server.
    pub fn header(mut self, name: &str, value: &str) -> Response {
        let own = ["content-length", "transfer-encoding", "connection"];
        if http::is_name(name.as_bytes()) && !own.contains(&name.to_ascii_lowercase().as_str()) {
            let value = value.chars().map(|c| if c.is_ascii_control() && c != '\t' { ' ' } else { c });
            self.headers.push((name.into(), value.collect()));
        }
        self
    }

    /// Sets the body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Response {
        self.body = body.into();
        self
    }
}

/// What another server answered.
pub struct Fetched {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The next step of a stream.
pub enum Step {
    /// Sends a part. The next step is asked for when the client has taken it.
    Part(Vec<u8>),
    /// Asks for the next step after a while.
    Wait(Duration),
    /// Ends the response.
    End,
}

/// What a handler answers. What waits belongs to the request and is dropped with it when the client is found gone.
pub enum Answer {
    Now(Response),
    Later(Duration, Box<dyn FnOnce() -> Answer>),
    /// The response's own body is sent first.
    Stream(Response, Box<dyn FnMut() -> Step>),
    /// Waits for something else, such as [`fetch`](super::fetch()).
    Pending(Box<dyn Pending>),
}

impl From<Response> for Answer {
    fn from(response: Response) -> Answer {
        Answer::Now(response)
    }
}

/// What a request may wait for besides time. It is a trait so that a plugin which fetches nothing has nothing of it, and
/// imports nothing of the host.
pub trait Pending {
    /// The descriptor to wait for, and whether it is for writing.
    fn awaits(&self) -> (RawFd, bool);
    /// When it is given up.
    fn due(&self) -> Instant;
    /// Goes on. None is: not yet.
    fn step(&mut self, now: Instant) -> Option<Answer>;
}
