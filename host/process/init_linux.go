package process

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

// init is the life of the process between the host and the program: it encloses itself, starts
// the program through a stageJail, reaps whatever is orphaned, passes signals on and reports
// how the program ended. Where it is the first process of a PID namespace, everything in
// there dies with it; elsewhere it ends its descendants itself.
func (o *order) init(c *control) (int, error) {
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return 0, jailRefused(err, "adopt orphans")
	}
	if err := o.enclose(); err != nil {
		return 0, err
	}
	warm()
	pid, err := o.forkJail()
	if err != nil {
		return 0, err
	}
	if err := c.send(report{Started: pid}); err != nil {
		return 0, err
	}
	go o.listen(c, pid)
	if err := dropPrivileges(unix.CAP_KILL); err != nil {
		return 0, err
	}
	if !o.Plan.PID {
		// From here on the end of the control socket tells that the host is gone: this process
		// must outlive it by the moment that it takes to end its descendants.
		_ = unix.Prctl(unix.PR_SET_PDEATHSIG, 0, 0, 0, 0)
	}
	status := o.reap(pid)
	word := uint32(status)
	_ = c.send(report{Ended: &word})
	if status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return status.ExitStatus(), nil
}

// forkJail starts the program and returns when it has replaced the stage.
func (o *order) forkJail() (int, error) {
	ours, theirs, err := controlPair()
	if err != nil {
		return 0, startFailed(err)
	}
	defer ours.close()
	files := []*os.File{os.Stdin, os.Stdout, os.Stderr}
	for fd := 3; fd < 3+o.Descriptors; fd++ {
		files = append(files, os.NewFile(uintptr(fd), "inherited"))
	}
	defer closeAll(files[3:])
	jail := *o
	jail.Stage = stageJail
	proc, err := os.StartProcess(selfPath(), []string{o.Name}, &os.ProcAttr{
		Dir: "/", Env: jail.stageEnvironment(), Files: append(files, theirs),
		Sys: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	_ = theirs.Close()
	if err != nil {
		return 0, startFailed(err)
	}
	pid := proc.Pid
	_ = proc.Release()
	if err := ours.send(&jail); err != nil {
		return 0, startFailed(err)
	}
	deadline := time.Now().Add(startTimeout)
	r, err := ours.report(deadline)
	if err == nil && r.Failed == nil {
		r.Failed = ours.awaitExec(deadline)
	}
	switch {
	case err != nil:
		return 0, fault.New(fault.Internal, "start_failed", "the jail ended by itself before the program ran")
	case r.Failed != nil:
		return 0, r.Failed.fault()
	}
	return pid, nil
}

// listen does what the host says. When the host is gone everything ends.
func (o *order) listen(c *control, program int) {
	go o.passSignals()
	for {
		var say command
		if err := c.in.Decode(&say); err != nil {
			say = command{Signal: int(syscall.SIGKILL)}
		}
		if say.Program {
			_ = syscall.Kill(program, syscall.Signal(say.Signal))
			continue
		}
		o.signalTree(syscall.Signal(say.Signal))
		if syscall.Signal(say.Signal) == syscall.SIGKILL {
			return
		}
	}
}

// passSignals hands on what somebody sends to the init itself.
func (o *order) passSignals() {
	got := make(chan os.Signal, 8)
	signal.Notify(got, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT)
	for s := range got {
		o.signalTree(s.(syscall.Signal))
	}
}

// signalTree reaches every process below the init; SIGKILL until none is left.
func (o *order) signalTree(sig syscall.Signal) {
	if o.Plan.PID {
		_ = syscall.Kill(-1, sig)
		if sig != syscall.SIGKILL && sig != syscall.SIGSTOP {
			_ = syscall.Kill(-1, syscall.SIGCONT)
		}
		return
	}
	if sig == syscall.SIGKILL {
		for killDescendants(os.Getpid()) > 0 {
			time.Sleep(2 * time.Millisecond)
		}
		return
	}
	for _, pid := range descendants(os.Getpid()) {
		_ = syscall.Kill(pid, sig)
		if sig != syscall.SIGSTOP {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

// reap collects every child until the program has ended and nothing else is left.
func (o *order) reap(program int) syscall.WaitStatus {
	var result syscall.WaitStatus
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return result
		case pid == program:
			if o.Plan.PID {
				return status
			}
			result = status
			go o.signalTree(syscall.SIGKILL)
		}
	}
}
