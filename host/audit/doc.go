// Package audit is the trail of what was done and tried: its entries, the chain of hashes that ties them together, and the check
// that finds what was changed afterwards. The host writes the chain; the host and the command line check it, by the same code.
//
// The hash of an entry is the SHA-256 of the entry's JSON as it is written, up to the hash itself, which comes last. Each entry
// holds the hash of the one before it. So whoever changes, removes, adds or moves an entry has to write all that follow anew, which
// a head (a number and a hash) that was kept elsewhere gives away.
//
// The package keeps nothing and starts no goroutine.
package audit
