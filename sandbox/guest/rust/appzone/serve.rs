//! The loop that waits for everything at once, and goes on with whatever is ready.
use super::{answer::Answer, conn::Conn, http::Request, wait::Wait, MAX_CONNECTIONS};
use std::{
    env, io,
    net::TcpListener,
    os::wasi::io::{AsRawFd, FromRawFd, RawFd},
    time::{Duration, Instant},
};

/// How long a stop waits for requests in flight.
const STOP_TIME: Duration = Duration::from_secs(5);
const OUT_OF_DESCRIPTORS: i32 = 33;

struct Server {
    listener: TcpListener,
    conns: Vec<Conn>,
    /// Of connections: fewer than the kit's own once descriptors ran out.
    limit: usize,
    stops: Option<Instant>,
}

/// Serves until the host stops the plugin.
pub fn serve(mut handler: impl FnMut(Request) -> Answer) -> io::Result<()> {
    let missing = "LISTEN_FD names no descriptor: start this program as a plugin of App Zone";
    let fd: RawFd = match env::var("LISTEN_FD").map(|fd| fd.parse()) {
        Ok(Ok(fd)) => fd,
        _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, missing)),
    };
    // The descriptor is the plugin's listener, and belongs to nobody else.
    let listener = unsafe { TcpListener::from_raw_fd(fd) };
    listener.set_nonblocking(true)?;
    let mut server = Server { listener, conns: Vec::new(), limit: MAX_CONNECTIONS, stops: None };
    loop {
        server.turn(&mut handler)?;
        match server.stops {
            Some(stops) if server.conns.is_empty() || Instant::now() >= stops => return Ok(()),
            _ => {}
        }
    }
}

impl Server {
    /// Waits once.
    fn turn(&mut self, handler: &mut dyn FnMut(Request) -> Answer) -> io::Result<()> {
        let mut wait = Wait::default();
        let accepting = self.stops.is_none() && self.conns.len() < self.limit;
        if accepting {
            wait.readable(self.conns.len(), self.listener.as_raw_fd());
        }
        let mut first = self.stops;
        for (number, conn) in self.conns.iter().enumerate() {
            if conn.reads() {
                wait.readable(number, conn.fd());
            }
            if conn.writes() {
                wait.writable(number, conn.fd());
            }
            match conn.pending().map(|pending| pending.awaits()) {
                Some((fd, true)) => wait.writable(number, fd),
                Some((fd, false)) => wait.readable(number, fd),
                None => {}
            }
            first = first.into_iter().chain(conn.due()).min();
        }
        let most = first.map(|due| due.saturating_duration_since(Instant::now()));
        let ready = wait.wait(most).map_err(io::Error::from_raw_os_error)?;
        let now = Instant::now();
        for &number in &ready {
            if let Some(conn) = self.conns.get_mut(number).filter(|conn| conn.reads()) {
                conn.read();
            }
        }
        let stopping = self.stops.is_some();
        for conn in &mut self.conns {
            conn.advance(handler, now, stopping);
        }
        if accepting && ready.contains(&self.conns.len()) && !self.accept() {
            self.stops = Some(now + STOP_TIME);
        }
        self.sweep();
        Ok(())
    }

    /// Takes the connections that wait. False is: the host stops the plugin.
    fn accept(&mut self) -> bool {
        while self.conns.len() < self.limit {
            match self.listener.accept() {
                Ok((stream, _)) if stream.set_nonblocking(true).is_ok() => self.conns.push(Conn::new(stream)),
                Ok(_) => {}
                Err(err) if err.kind() == io::ErrorKind::WouldBlock => return true,
                Err(err) if err.raw_os_error() == Some(OUT_OF_DESCRIPTORS) && !self.conns.is_empty() => {
                    self.limit = self.conns.len(); // until one of those has ended
                }
                Err(_) => return false,
            }
        }
        true
    }

    /// Removes connections that are gone.
    fn sweep(&mut self) {
        let (before, stopping) = (self.conns.len(), self.stops.is_some());
        self.conns.retain(|conn| !conn.is_gone() && !(stopping && conn.is_idle()));
        if self.conns.len() < before {
            self.limit = MAX_CONNECTIONS;
        }
    }
}
