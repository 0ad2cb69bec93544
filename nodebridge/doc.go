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
//   - the program's own connections to a port that it asked for reach its server, from its main thread
//   - children of the program know nothing of the listener; a port that one of them opens is held by the jail alone
//   - the peer's address is 127.0.0.1, or unknown in cluster workers; who asks is in X-Forwarded-For
//   - on SIGTERM nothing new is accepted; without a handler of the program's own, idle connections end,
//     requests in flight are answered, and the process exits with 0
//
// Besides, a program and its worker threads have the global appzone, whose identity(request) verifies who asks by the keys in
// the file that APPZONE_IDENTITY_KEYS names (package identity). A program that has a global of that name keeps its own.
//
// Each of these answers is said once on stderr, after "appzone: ".
//
// # The network
//
// APPZONE_NETWORK says what the program has: host (also when it is absent), egress or none. On the host's network
// nothing is changed but for its own ports. Else the jail holds an empty network, and the preload makes the way out that APPZONE_EGRESS
// names (see package egress) look like a network:
//
//   - a TCP connection becomes CONNECT on the egress; Node prepares the program's socket itself, and takes the handle of the
//     connection that the host made, so that events, timeouts, errors and half-closed ends are Node's own. What it rests on inside
//     Node is named in native.cjs, and is there since Node 18.18; an older one refuses connections with a clear error
//   - a name is resolved by the host when it is dialled; dns.lookup and the resolvers ask it for addresses (A and AAAA), anything else
//     gets ENOTSUP. Nothing is kept
//   - what was not granted fails with EACCES and says what to put into the manifest; so does all where nothing was granted
//   - the loopback is first the program's own ports, then a service of the host's machine if one was granted, then the
//     jail's own loopback, where the program's children may listen
//   - worker threads, and descendants that run Node, get the same; other programs have no network
//   - UDP does not leave the jail (ENOTSUP)
//
// None of this protects anybody: the jail does. The preload is what lets honest programs through the door.
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
