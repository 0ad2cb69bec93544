//go:build !linux

package process

import (
	"os"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

func selfPath() string {
	path, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return path
}

func firstStage(s Spec) stage {
	if s.Entry != "" {
		return stageEntry
	}
	return stageJail
}

func (p *Process) stageName() string { return p.spec.Name }

// closeOnExec leaves descriptors that the host inherited as they are: this system has no call for it.
func closeOnExec(int) {}

func (p plan) attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func (p *Process) hostPID(int) int { return p.proc.Pid }

func (p *Process) signal(sig syscall.Signal) {
	_ = syscall.Kill(-p.proc.Pid, sig)
	_ = syscall.Kill(-p.proc.Pid, syscall.SIGCONT)
}

func (p *Process) hangup() error { return p.proc.Signal(syscall.SIGHUP) }

func (p *Process) killTree() { _ = syscall.Kill(-p.proc.Pid, syscall.SIGKILL) }

func (p *Process) awaitDeath() {}

func (o *order) enterStage() error { unix.Umask(0o077); return nil }
func (o *order) enclose() error    { return nil }
func (o *order) tryUser() error    { return nil }

func (o *order) init(*control) (int, error) {
	return 0, fault.New(fault.Internal, "stage_unknown", "this system has no jail")
}

func (o *order) confine() error { return unix.Chdir(o.Dir) }

func (o *order) become(c *control) error {
	if err := o.confine(); err != nil {
		return err
	}
	if err := c.send(report{Started: os.Getpid()}); err != nil {
		return err
	}
	hearAgain()
	return syscall.Exec(o.Path, append([]string{o.Name}, o.Args...), o.environment())
}

func baseCapabilities() Capabilities {
	return Capabilities{System: runtime.GOOS, Root: os.Geteuid() == 0, Problems: map[string]string{}}
}

func (c *Capabilities) probeNamespaces() {}

// Usage is not to be had on this system.
func (p *Process) Usage() (Usage, error) {
	return Usage{}, errUsageUnknown()
}

// Load is not to be had on this system.
func (p *Process) Load() (time.Duration, int64, error) { return 0, 0, errUsageUnknown() }

func errUsageUnknown() error {
	return fault.New(fault.Unavailable, "usage_unknown", "this system does not tell what a child uses")
}

// oomKills is unknown on this system.
func oomKills() int { return 0 }
