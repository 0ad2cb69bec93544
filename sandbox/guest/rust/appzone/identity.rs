//! Who asks, as the host signed it.
use super::{fetch::Errno, http::Request};
use std::fmt;

#[link(wasm_import_module = "appzone_v1")]
extern "C" {
    #[link_name = "verify_identity"]
    fn host_verify_identity(token: *const u8, length: usize, out: *mut u8, capacity: usize, written: *mut u32) -> i32;
}

/// Room for what a token says.
const MAX_CLAIMS: usize = 4 * 1024;

/// An identity whose signature, time and audience hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The member's name, or "plugin:" and the id of a plugin.
    pub user: String,
    /// "admin", "user", "agent" or "plugin".
    pub role: String,
    /// What to remember who asks by; now the same as `user`.
    pub subject: String,
    /// The public URL of the host that says so.
    pub issuer: String,
    /// Seconds since 1970.
    pub issued_at: u64,
    pub expires_at: u64,
}

/// Why an identity is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub errno: Errno,
    pub reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Refused {}

impl Request {
    /// Who asks, by the signed token: its signature, its time, and that it is for this plugin are verified.
    pub fn identity(&self) -> Result<Claims, Refused> {
        let token = self.header("X-AppZone-Identity").unwrap_or("");
        let mut out = vec![0; MAX_CLAIMS];
        let mut written = 0;
        // The host reads the token and writes into the buffer during the call.
        let error = unsafe { host_verify_identity(token.as_ptr(), token.len(), out.as_mut_ptr(), out.len(), &mut written) };
        out.truncate(written as usize);
        let text = String::from_utf8_lossy(&out);
        match Errno(error) {
            Errno(0) => Ok(claims(&text)),
            Errno::ACCESS => Err(Refused { errno: Errno::ACCESS, reason: text.into_owned() }),
            errno => Err(Refused { errno, reason: errno.to_string() }),
        }
    }
}

/// Reads lines of "name=value". A name that is not known yet is passed over.
fn claims(text: &str) -> Claims {
    let mut c = Claims::default();
    for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
        match name {
            "user" => c.user = value.into(),
            "role" => c.role = value.into(),
            "subject" => c.subject = value.into(),
            "issuer" => c.issuer = value.into(),
            "issued_at" => c.issued_at = value.parse().unwrap_or(0),
            "expires_at" => c.expires_at = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    c
}
