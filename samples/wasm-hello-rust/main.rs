//! wasm-hello-rust is a sample plugin: a small HTTP server in Rust with the kit of sandbox/guest/rust. It greets the
//! member, counts visits in its private folder, and streams a countdown.
#[path = "../../sandbox/guest/rust/appzone/mod.rs"]
mod appzone;

use appzone::{Answer, Request, Response, Step};
use std::{fs, io, process, time::Duration};

fn main() {
    println!("wasm-hello-rust is listening");
    if let Err(err) = appzone::serve(handle) {
        eprintln!("{}", err);
        process::exit(1);
    }
    println!("wasm-hello-rust ends");
}

fn handle(request: Request) -> Answer {
    let plain = |status, text: &str| Response::new(status).header("Content-Type", "text/plain; charset=utf-8").body(text);
    if request.method != "GET" && request.method != "HEAD" {
        return plain(405, "only GET and HEAD are answered\n").into();
    }
    match request.path.as_str() {
        "/" => home(&request).unwrap_or_else(|err| {
            eprintln!("count the visit: {}", err);
            plain(500, "the visit could not be counted\n")
        }),
        "/countdown" => return countdown(),
        _ => plain(404, "there is / and /countdown\n"),
    }
    .into()
}

fn home(request: &Request) -> io::Result<Response> {
    let visits = count()?;
    let name = if request.user().is_empty() { "stranger" } else { request.user() };
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Hello</title>\n<h1>Hello, {}!</h1>\n\
         <p>This page comes from Rust inside the WASM sandbox. It was asked for {} times.</p>\n</html>\n",
        escape(name),
        visits
    );
    Ok(Response::new(200).header("Content-Type", "text/html; charset=utf-8").body(page))
}

/// Writes text for use in HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Adds one to the number in the private folder.
fn count() -> io::Result<u64> {
    let file = appzone::data_dir().join("visits");
    let kept = match fs::read_to_string(&file) {
        Err(err) if err.kind() == io::ErrorKind::NotFound => String::new(),
        read => read?,
    };
    let n = kept.trim().parse().unwrap_or(0) + 1; // an empty or damaged file starts over
    // A rename replaces the file as a whole, whatever happens in between.
    let fresh = file.with_extension("new");
    fs::write(&fresh, format!("{}\n", n))?;
    fs::rename(&fresh, &file)?;
    Ok(n)
}

/// Sends three lines, half a second apart. Others are answered meanwhile.
fn countdown() -> Answer {
    let (mut left, mut waits) = (3, false);
    let step = move || {
        waits = !waits;
        match left {
            0 => Step::End,
            _ if !waits => Step::Wait(Duration::from_millis(500)),
            n => {
                left -= 1;
                Step::Part(format!("{}\n", n).into_bytes())
            }
        }
    };
    Answer::Stream(Response::new(200).header("Content-Type", "text/plain; charset=utf-8"), Box::new(step))
}
