// This guest of the tests serves with Rust's standard library alone.
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::wasi::io::FromRawFd;

fn main() {
    let fd: i32 = std::env::var("LISTEN_FD").unwrap().parse().unwrap();
    let listener = unsafe { TcpListener::from_raw_fd(fd) };
    loop {
        let mut conn = match listener.accept() {
            Ok((conn, _)) => conn,
            Err(err) => {
                println!("accept: {}", err);
                return;
            }
        };
        let mut buf = [0u8; 8192];
        while let Ok(n) = conn.read(&mut buf) {
            if n == 0 {
                break;
            }
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
            if conn.write_all(answer).is_err() {
                break;
            }
        }
    }
}
