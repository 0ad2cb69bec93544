// Package certificate holds the certificates that the host shows to those who connect by TLS: read from files and read
// again when those change ([Files]).
//
// [Files.Watch] runs in its caller's goroutine until its context ends; nothing else goes on in the background.
package certificate
