package process

import (
	"os"
	"os/signal"
	"syscall"
)

// hearAgain lets the program that this process is about to become be told by signals. A host that nohup started, or a shell in the
// background, ignores some of them, and so would every program: what is ignored stays so across an exec, what is caught does not.
func hearAgain() {
	for _, sig := range []os.Signal{syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM} {
		if signal.Ignored(sig) {
			signal.Notify(make(chan os.Signal, 1), sig)
		}
	}
}
