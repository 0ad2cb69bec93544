// Package nodebridge is the runtime "node": it makes Node.js programs runnable that were
// written to open a port of their own.
//
// It inspects a version's code without running it, installs the packages that it needs, and
// returns the command line of one instance. It supervises nothing: what [Runtime.Command] returns is
// started, limited and ended by others. It keeps no goroutine of its own; children of
// Inspect and Prepare end before these return.
//
// # The preload
//
// A program is started with --require and a preload that this package carries. The preload owns the
// listener that was inherited as descriptor LISTEN_FD, in the process whose id is LISTEN_PID
// and on its main thread alone, and hands every accepted connection to the program's own live server:
//
//   - a server that asks for a port gets a place in a list and opens nothing; address() reports what was
//     asked for, a second live server on one port fails with EADDRINUSE
//   - cluster workers come before an HTTP server, an HTTP server before a raw one, and the
//     one that listened first before the others; when it closes, the next one takes over
//   - HTTPS and HTTP/2 servers are spoken to in plain HTTP/1.1; an HTTP/2 server that knows
//     streams only gets an error event (ENOTSUP)
//   - listen on the inherited descriptor is the same as on a port; on a path, another descriptor or
//     another handle it does what Node does, and the host does not reach it
//   - a UDP port, and a server in a worker thread, get an error event (ENOTSUP)
//   - children of the program know nothing of the listener; a port that one of them opens, or a worker thread
//     with an execArgv of its own, is held by the jail alone
//   - the peer's address is 127.0.0.1, or unknown in cluster workers; who asks is in X-Forwarded-For
//   - on SIGTERM nothing new is accepted; without a handler of the program's own, idle connections end,
//     requests in flight are answered, and the process exits with 0
//
// Each of these answers is said once on stderr, after "appzone: ".
//
// # Installs
//
// npm runs in a jail with a home of its own and sees a package.json and a lock that were written anew
// from the zip's: registry packages only, no scripts, no .npmrc. Its cache is shared by all versions, since only npm
// itself ever writes it: install scripts, where they were granted, run in a second step without it. The packages
// and hard links of the code become PreparedDir/app, the lower layer of what the child sees; without
// packages that is the code itself. Which packages a program without a package.json needs is read from its code, in
// a child that is bounded in memory and time.
//
// # The control channel
//
// When APPZONE_CONTROL_FD names an inherited descriptor (the write end of a pipe), the child
// writes one JSON object a line to it, so that "never called listen" differs from "listens and does
// not answer":
//
//	{"event":"listen","port":9006}     the first server is live; port is absent for a listen on LISTEN_FD
//	{"event":"close"}                  no server is live any more; listen may follow again
//	{"event":"notice","message":"..."} a defined answer, as on stderr; at most 50
//
// A reader ignores events that it does not know. The program can write there too: it is
// a report, not a proof.
package nodebridge
