//! Hello-plugin is a plugin of App Zone: it greets who asks, and counts visits in its private folder.
mod appzone;

use appzone::{Answer, Request, Response};
use std::{fs, io, process};

fn main() {
    println!("listening");
    if let Err(err) = appzone::serve(handle) {
        eprintln!("{}", err);
        process::exit(1);
    }
}

fn handle(request: Request) -> Answer {
    if request.path != "/" {
        return Response::new(404).into();
    }
    let n = match visit() {
        Ok(n) => n,
        Err(err) => {
            eprintln!("count the visit: {}", err);
            return Response::new(500).into();
        }
    };
    let user = if request.user().is_empty() { "stranger" } else { request.user() };
    let body = format!("Hello, {}! This is visit {}.\n", user, n);
    Response::new(200).header("Content-Type", "text/plain; charset=utf-8").body(body).into()
}

/// Counts one more visit and returns their number, which outlives restarts and upgrades.
fn visit() -> io::Result<u64> {
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
