// Package password hashes passwords for storage, checks them, and invents new ones.
//
// Hashes are Argon2id in the usual encoded form, so that the cost can be raised later and old hashes
// still check. Each hash takes tens of megabytes and milliseconds by intent: a few run at once, a bounded number
// waits, and the rest is told to come back. The package starts no goroutine, keeps no password,
// and does not decide which passwords are good enough.
package password
