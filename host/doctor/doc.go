// Package doctor says what is wrong with a machine or an installation, and what to do about it.
//
// A [Finding] is one thing that was looked at. A [Doctor] runs checks one after the other, each for a bounded time, and keeps
// their report for a moment. The checks that the host and the command line have in common are here: those of walls, of
// folders, of room and of the clock. They only read.
//
// A Doctor owns the goroutines of its checks: Close ends them by their context and waits.
package doctor
