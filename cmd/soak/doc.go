// Soak runs a host under everything at once for a long time and says whether anything grew or failed: "make soak DURATION=20m" runs it.
//
// It starts the real binary with a data folder of its own, installs hundreds of plugins of every kind, and then, all at the same time,
// sends requests to them, watches events and logs, kills programs, restarts some, uploads new versions of others and goes back
// from them, and removes and installs plugins again. It looks at the host before and after, when both are at rest: memory, descriptors,
// goroutines, child processes and the data folder must not have grown beyond the bounds that verdict.go states, and no request may
// have failed that was not hit by a kill of this program's own. The exit status tells.
//
// Everything stays on the loopback interface and in one temporary folder, which is removed at the end.
package main
