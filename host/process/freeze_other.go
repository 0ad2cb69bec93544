//go:build !linux

package process

import "syscall"

// freezer stops one tree.
type freezer struct{}

// freeze believes that the signal has arrived: this system does not tell.
func (freezer) freeze(p *Process) bool {
	_ = syscall.Kill(-p.proc.Pid, syscall.SIGSTOP)
	return true
}

func (p *Process) release() { _ = syscall.Kill(-p.proc.Pid, syscall.SIGCONT) }
