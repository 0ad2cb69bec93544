//! Waiting for many descriptors at once: the standard library has nothing for it, the system interface has.
use std::{os::wasi::io::RawFd, time::Duration};

const CLOCK: u64 = 0;
const READ: u64 = 1;
const WRITE: u64 = 2;
const MONOTONIC: u32 = 1;

/// A record of poll_oneoff. Fields of less than 64 bits are at its lower end.
#[repr(C)]
struct Subscription {
    userdata: u64,
    kind: u64,
    /// A descriptor, or a clock.
    id: u32,
    _pad: u32,
    timeout: u64,
    precision: u64,
    flags: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct Event {
    userdata: u64,
    kind: u64,
    bytes: u64,
    flags: u64,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn poll_oneoff(subscriptions: *const Subscription, events: *mut Event, count: usize, happened: *mut usize) -> i32;
}

/// What to wait for. Each entry has a number of the caller's.
#[derive(Default)]
pub struct Wait {
    subscriptions: Vec<Subscription>,
}

impl Wait {
    fn add(&mut self, number: usize, kind: u64, id: u32, timeout: u64) {
        let userdata = number as u64;
        self.subscriptions.push(Subscription { userdata, kind, id, _pad: 0, timeout, precision: 0, flags: 0 });
    }

    pub fn readable(&mut self, number: usize, fd: RawFd) {
        self.add(number, READ, fd as u32, 0);
    }

    pub fn writable(&mut self, number: usize, fd: RawFd) {
        self.add(number, WRITE, fd as u32, 0);
    }

    /// Waits until something happens or the time is over, and returns the numbers of what happened.
    pub fn wait(mut self, most: Option<Duration>) -> Result<Vec<usize>, i32> {
        if let Some(most) = most {
            self.add(usize::MAX, CLOCK, MONOTONIC, most.as_nanos().min(u64::MAX as u128) as u64);
        }
        let count = self.subscriptions.len();
        let mut events = vec![Event { userdata: 0, kind: 0, bytes: 0, flags: 0 }; count];
        let mut happened = 0;
        // Both arrays have count records, and live until the call returns.
        let failed = unsafe { poll_oneoff(self.subscriptions.as_ptr(), events.as_mut_ptr(), count, &mut happened) };
        if failed != 0 {
            return Err(failed);
        }
        let clock = usize::MAX as u64;
        Ok(events[..happened].iter().filter(|e| e.userdata != clock).map(|e| e.userdata as usize).collect())
    }
}
