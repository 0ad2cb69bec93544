// Package totp is the second factor of a log-in: codes of six digits that an authenticator app shows, one for each
// half minute (RFC 6238, with what every app understands: SHA-1, six digits, thirty seconds).
//
// It keeps nothing: the secret and the last step that was used are the caller's, who also bounds attempts. It starts no goroutine.
package totp
