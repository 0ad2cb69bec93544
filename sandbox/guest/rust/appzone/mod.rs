//! The kit for WASM plugins of App Zone written in Rust. It needs the standard library alone.
//!
//! A plugin calls [`serve`] with a handler that turns a [`Request`] into an [`Answer`]: a response at once, one that is
//! made later, one that is made of a stream of parts, or one that is made when another server has answered. There is
//! one thread: a handler that computes for long holds up the others, one that waits by an [`Answer`] does not.
//!
//! What is malformed or ambiguous is answered with an error and the connection closed, before the handler sees it.
//! The sizes of everything are bounded by the constants below.
#![allow(dead_code)] // a plugin uses what it needs

mod answer;
mod conn;
mod fetch;
mod http;
mod identity;
mod serve;
mod wait;

pub use answer::{Answer, Fetched, Pending, Response, Step};
pub use fetch::{dial, dial_status, fetch, Errno};
pub use http::Request;
pub use identity::{Claims, Refused};
pub use serve::serve;

use std::{env, fs, io, path::PathBuf, time::Duration};

/// Bytes of request line and headers: 431.
pub const MAX_HEAD: usize = 16 * 1024;
/// Headers: 431.
pub const MAX_HEADERS: usize = 64;
/// Bytes of a body, which is read before the handler runs: 413.
pub const MAX_BODY: usize = 1024 * 1024;
/// Connections at once; others wait.
pub const MAX_CONNECTIONS: usize = 128;
/// Bytes of an answer of another server: `Errno::TOO_BIG`.
pub const MAX_ANSWER: usize = 1024 * 1024;
/// Time for a whole fetch: `Errno::TIMED_OUT`.
pub const FETCH_TIME: Duration = Duration::from_secs(30);

/// The plugin's private folder, kept across restarts and versions.
pub fn data_dir() -> PathBuf {
    match env::var_os("APPZONE_DATA_DIR") {
        Some(dir) if !dir.is_empty() => dir.into(),
        _ => "/data".into(),
    }
}

/// The settings as JSON, `{}` where there are none.
pub fn settings() -> io::Result<String> {
    let name = match env::var("APPZONE_SETTINGS_FILE") {
        Ok(name) if !name.is_empty() => name,
        _ => return Ok("{}".into()),
    };
    match fs::read_to_string(name) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => Ok("{}".into()),
        read => read,
    }
}

/// Text as a JSON string, with its quotes.
pub fn json_string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
