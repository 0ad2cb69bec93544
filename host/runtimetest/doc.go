// Package runtimetest is the conformance suite of runtimes: every case of a script plugin's life, run against a
// real [host.Host] and real child processes. A runtime that passes it starts, stops and restarts plugins exactly as every other.
//
// The runtime's author supplies one program, in the runtime's own language, that behaves as the file named behaviour
// beside it says (see [Behaviour]) and serves these routes:
//
//	/            "hello"
//	/slow?ms=N   "slow", after N milliseconds
//	/log?n=N     writes "line 1" to "line N" to stdout, then "done"
//	/flood       writes lines to stdout without end, until its process ends
//	/exit?code=N ends the process with that code at once, without an answer
//	/spawn       starts a detached grandchild that lives on, answers its process id (only where CanSpawn)
package runtimetest
