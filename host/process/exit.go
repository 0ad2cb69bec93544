package process

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// explain turns what the kernel says into an Exit, and names the limit that was reached. An init's report about
// the program goes before the init's own end.
func (p *Process) explain(state *os.ProcessState, err error, ended *syscall.WaitStatus) Exit {
	exit := p.explainEnd(state, err, ended)
	p.explainLimit(&exit)
	return exit
}

func (p *Process) explainEnd(state *os.ProcessState, err error, ended *syscall.WaitStatus) Exit {
	exit := Exit{Code: -1, Time: time.Now()}
	if err != nil || state == nil {
		exit.Cause = "ended, and the system does not say how"
		return exit
	}
	status, _ := state.Sys().(syscall.WaitStatus)
	if ended != nil {
		status = *ended
	}
	if status.Signaled() {
		exit.Signal = unix.SignalName(status.Signal())
		exit.Cause = p.signalCause(status.Signal())
		return exit
	}
	exit.Code = status.ExitStatus()
	exit.Cause = fmt.Sprintf("exited with code %d", exit.Code)
	if p.stopping.Load() {
		exit.Cause += " after it was told to stop"
	}
	return exit
}

func (p *Process) signalCause(sig syscall.Signal) string {
	name := unix.SignalName(sig)
	switch {
	case sig == syscall.SIGKILL && p.killing.Load():
		if p.stopping.Load() {
			return "killed by the host: it did not end in time after SIGTERM"
		}
		return "killed by the host"
	case sig == syscall.SIGTERM && p.stopping.Load():
		return "stopped"
	}
	switch sig {
	case syscall.SIGKILL:
		if p.group.oomKills() > 0 || p.machine.CgroupMemory == 0 && oomKills() > p.oomKills {
			return "killed: the machine is out of memory (the kernel ended it, SIGKILL)"
		}
		return "killed from outside (SIGKILL): by a person, another program, or the kernel when memory ran out"
	case syscall.SIGXFSZ:
		return "ended: it wrote a file larger than its limit (SIGXFSZ)"
	case syscall.SIGXCPU:
		return "ended: it used up its CPU time (SIGXCPU)"
	case syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGILL, syscall.SIGFPE, syscall.SIGABRT, syscall.SIGTRAP, syscall.SIGSYS:
		return "crashed (" + name + ")"
	}
	return "ended by " + name
}
