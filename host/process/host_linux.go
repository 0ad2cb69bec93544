package process

import (
	"math"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// selfPath leads to this binary, also after its file was replaced.
func selfPath() string { return "/proc/self/exe" }

func firstStage(s Spec) stage {
	if s.Entry != "" {
		return stageEntry
	}
	return stageInit
}

// stageName is what ps shows of the first stage.
func (p *Process) stageName() string {
	if p.spec.Entry != "" {
		return p.spec.Name
	}
	return p.spec.Name + " (jail)"
}

// closeOnExec keeps descriptors from first on from whatever this process executes: Go opens
// its own so, but some may have been inherited.
func closeOnExec(first int) {
	if unix.CloseRange(uint(first), math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	eachDescriptor(first, unix.CloseOnExec)
}

// stageCapabilities are what an ordinary user's stage needs inside its own user namespace, to
// mount, to bring the loopback up, to bound what is counted there, and to give all of them up.
var stageCapabilities = []uintptr{
	unix.CAP_CHOWN, unix.CAP_DAC_OVERRIDE, unix.CAP_FOWNER, unix.CAP_FSETID,
	unix.CAP_SETPCAP, unix.CAP_NET_ADMIN, unix.CAP_SYS_ADMIN, unix.CAP_SYS_RESOURCE,
}

// attributes say how the first stage is forked.
func (p plan) attributes() *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if p.User {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
		a.AmbientCaps = stageCapabilities
	}
	if p.View {
		a.Cloneflags |= unix.CLONE_NEWNS
	}
	if p.PID {
		a.Cloneflags |= unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS
	}
	if p.Net {
		a.Cloneflags |= unix.CLONE_NEWNET
	}
	return a
}

// hostPID finds the program's process id in the host's eyes.
func (p *Process) hostPID(inside int) int {
	if p.spec.Entry != "" {
		return p.proc.Pid
	}
	if !p.machine.PIDNamespace {
		return inside
	}
	for _, pid := range children(p.proc.Pid) {
		return pid
	}
	return p.proc.Pid
}

// signal sends sig to every process of the tree.
func (p *Process) signal(sig syscall.Signal) {
	if p.spec.Entry != "" {
		_ = p.proc.Signal(sig)
		if sig != syscall.SIGSTOP {
			_ = p.proc.Signal(syscall.SIGCONT)
		}
		return
	}
	_ = p.control.conn.SetWriteDeadline(time.Now().Add(time.Second))
	_ = p.control.send(command{Signal: int(sig)})
}

// hangup leaves it to the init to find the program, which it alone reaps: nobody else can have its process id meanwhile.
func (p *Process) hangup() error {
	if p.spec.Entry != "" {
		return p.proc.Signal(syscall.SIGHUP)
	}
	_ = p.control.conn.SetWriteDeadline(time.Now().Add(time.Second))
	return p.control.send(command{Signal: int(syscall.SIGHUP), Program: true})
}

// initTime is how long an init may take to end everything by itself.
const initTime = 500 * time.Millisecond

// killTime bounds the time until everything of a tree is gone that no namespace or group ends as a whole.
const killTime = time.Minute

// killTree ends everything. A PID namespace goes with its first process. Without one the init, which
// orphans come to, is asked first: it alone sees them all.
func (p *Process) killTree() {
	if p.spec.Entry != "" {
		_ = p.proc.Kill()
		return
	}
	if p.machine.PIDNamespace {
		// The kernel can take seconds over a namespace with hundreds of processes whose init is gone; it reaps while it lives.
		p.signal(syscall.SIGKILL)
		select {
		case <-p.done:
		case <-time.After(initTime):
			_ = p.proc.Kill()
		}
		return
	}
	p.group.kill()
	p.signal(syscall.SIGKILL)
	// A bomb leaves the init little time on the processor: the host helps, and does not take away who adopts the rest.
	for deadline := time.Now().Add(killTime); time.Now().Before(deadline); {
		select {
		case <-p.done:
			return
		case <-time.After(10 * time.Millisecond):
			killDescendants(p.proc.Pid)
		}
	}
	_ = p.proc.Kill()
}

// awaitDeath returns when the first stage is dead and not reaped yet: its process id, which is
// also its group's and session's, cannot be anyone else's until then.
func (p *Process) awaitDeath() {
	for {
		err := unix.Waitid(unix.P_PID, p.proc.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			break
		}
	}
	if !p.machine.PIDNamespace {
		_ = syscall.Kill(-p.proc.Pid, syscall.SIGKILL)
	}
}
