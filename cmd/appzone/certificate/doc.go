// Package certificate holds the certificates that the host shows to those who connect by TLS: read from files and read
// again when those change ([Files]), or got from an ACME authority ([Auto]).
//
// The host's own part runs in the goroutines of its callers: [Files.Watch] until its context ends, the rest during
// handshakes. Renewals of Auto are timers of the ACME library, which end with the process.
package certificate
