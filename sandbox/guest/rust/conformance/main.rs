//! The conformance app of the Rust kit: what it answers is described in sandbox/guest/go/conformance.
#[path = "../appzone/mod.rs"]
mod appzone;

use appzone::{json_string, Answer, Request, Response, Step};
use std::{env, fs, io, path::PathBuf, process, time::Duration};

const MAX_KEY: usize = 64;
const MAX_VALUE: usize = 256 * 1024;
const MAX_WAIT: u64 = 60_000;
const MAX_LINES: u64 = 1000;
const BEAT: Duration = Duration::from_millis(20);

fn main() {
    if let Err(err) = appzone::serve(handle) {
        eprintln!("{}", err);
        process::exit(1);
    }
}

fn handle(request: Request) -> Answer {
    match request.path.as_str() {
        "/echo" => echo(request).into(),
        "/env" => env_of(&request).into(),
        "/identity" => identity_of(&request).into(),
        "/fetch" => fetch(&request),
        "/store" => store(&request).unwrap_or_else(failed).into(),
        "/slow" => {
            let ms = number(&request, "ms", MAX_WAIT);
            Answer::Later(Duration::from_millis(ms), Box::new(|| Response::new(200).body("slow").into()))
        }
        "/stream" => stream(number(&request, "n", MAX_LINES)),
        "/crash" => panic!("crashing on request"),
        _ => Response::new(404).into(),
    }
}

fn number(request: &Request, name: &str, most: u64) -> u64 {
    request.parameter(name).and_then(|text| text.parse().ok()).unwrap_or(0).min(most)
}

fn failed(err: io::Error) -> Response {
    eprintln!("{}", err);
    Response::new(500)
}

fn json(status: u16, text: String) -> Response {
    Response::new(status).header("Content-Type", "application/json").body(text)
}

fn echo(request: Request) -> Response {
    let mut response = Response::new(200).header("X-Method", &request.method).header("X-Path", &request.target);
    if let Some(value) = request.header("Content-Type") {
        response = response.header("Content-Type", value);
    }
    response.body(request.body)
}

fn env_of(request: &Request) -> Response {
    let variable = |name| json_string(&env::var(name).unwrap_or_default());
    match appzone::settings() {
        Err(err) => failed(err),
        Ok(settings) => json(
            200,
            format!(
                r#"{{"plugin":{},"version":{},"settings":{},"user":{},"role":{}}}"#,
                variable("APPZONE_PLUGIN_ID"),
                variable("APPZONE_PLUGIN_VERSION"),
                settings,
                json_string(request.user()),
                json_string(request.role())
            ),
        ),
    }
}

fn identity_of(request: &Request) -> Response {
    match request.identity() {
        Err(refused) => json(403, format!(r#"{{"error":{}}}"#, json_string(&refused.reason))),
        Ok(c) => json(
            200,
            format!(
                r#"{{"user":{},"role":{},"subject":{},"issuer":{},"issuedAt":{},"expiresAt":{}}}"#,
                json_string(&c.user),
                json_string(&c.role),
                json_string(&c.subject),
                json_string(&c.issuer),
                c.issued_at,
                c.expires_at
            ),
        ),
    }
}

fn fetch(request: &Request) -> Answer {
    let url = match request.parameter("url") {
        Some(url) => url,
        None => return Response::new(400).into(),
    };
    let then = |result: Result<appzone::Fetched, appzone::Errno>| match result {
        Err(error) => json(502, format!(r#"{{"error":"{}"}}"#, error)).into(),
        Ok(fetched) => {
            let body = json_string(&String::from_utf8_lossy(&fetched.body));
            json(200, format!(r#"{{"status":{},"body":{}}}"#, fetched.status, body)).into()
        }
    };
    appzone::fetch(&url, then)
}

/// The file of a key. A key is letters, digits, "-" and "_": never a path.
fn place(request: &Request) -> Option<PathBuf> {
    let key = request.parameter("key")?;
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let valid = !key.is_empty() && key.len() <= MAX_KEY && key.bytes().all(fits);
    valid.then(|| appzone::data_dir().join(format!("store-{}", key)))
}

fn store(request: &Request) -> io::Result<Response> {
    let file = match place(request) {
        Some(file) => file,
        None => return Ok(Response::new(400)),
    };
    match request.method.as_str() {
        "PUT" if request.body.len() > MAX_VALUE => Ok(Response::new(413)),
        "PUT" => {
            // A rename replaces the value as a whole, whatever happens in between.
            let fresh = file.with_extension("new");
            fs::write(&fresh, &request.body)?;
            fs::rename(&fresh, &file)?;
            Ok(Response::new(204))
        }
        "DELETE" => match fs::remove_file(&file) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err),
            _ => Ok(Response::new(204)),
        },
        "GET" | "HEAD" => match fs::read(&file) {
            Err(err) if err.kind() == io::ErrorKind::NotFound => Ok(Response::new(404)),
            read => Ok(Response::new(200).body(read?)),
        },
        _ => Ok(Response::new(405)),
    }
}

fn stream(lines: u64) -> Answer {
    let (mut next, mut waits) = (1, false);
    let step = move || {
        if next > lines {
            return Step::End;
        }
        if waits {
            waits = false;
            return Step::Wait(BEAT);
        }
        waits = true;
        next += 1;
        Step::Part(format!("line {}\n", next - 1).into_bytes())
    };
    Answer::Stream(Response::new(200).header("Content-Type", "text/plain"), Box::new(step))
}
