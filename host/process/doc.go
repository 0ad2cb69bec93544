// Package process runs one child process: its listener, its clean environment,
// its jail and limits, its whole tree of descendants, its output and the cause of
// its end.
//
// It knows nothing of plugins, versions or HTTP. A child is the host's own binary
// re-executed ([Main]): the child puts on the jail, and then either becomes the
// target program or calls a registered [Entry] of this binary. Every goroutine
// that Start begins ends before [Process.Done] is closed.
package process
