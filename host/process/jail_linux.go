package process

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

func jailRefused(err error, what string) error {
	return fault.Wrap(err, fault.Internal, "jail_refused", "the jail could not be put on: %s", what)
}

// enterStage is what every stage does first.
func (o *order) enterStage() error {
	unix.Umask(0o077)
	_ = os.WriteFile("/proc/self/comm", []byte(o.Name), 0)
	return armParentDeath()
}

// armParentDeath lets this process die with the thread that forked it.
func armParentDeath() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		return jailRefused(err, "arm the parent-death signal")
	}
	return nil
}

// enclose moves this process behind the walls that take privileges to build: its own view of
// files, processes and network. Descendants are born there.
func (o *order) enclose() error {
	// The kernel should end a plugin before the host when memory runs out.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0)
	if o.Plan.User {
		leaveWatchers()
	}
	if o.Plan.Net {
		if err := loopbackUp(); err != nil {
			return jailRefused(err, "bring up the loopback of its own network")
		}
	}
	if o.Plan.PID {
		_ = unix.Sethostname([]byte("localhost"))
	}
	if o.Plan.View {
		if err := o.view(); err != nil {
			return jailRefused(err, "make its own view of the files")
		}
	}
	return nil
}

// leaveWatchers bounds what the kernel counts for each user, some 128 of each in all: a child could use up those
// of the other children and of the host's user. A root host's children have counts of their own with their user ids.
func leaveWatchers() {
	for _, name := range []string{"max_inotify_instances", "max_fanotify_groups"} {
		_ = os.WriteFile("/proc/sys/user/"+name, []byte("16"), 0)
	}
}

func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	lo, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	lo.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, lo)
}

// confine gives up what is left, in this process and its descendants, for good.
func (o *order) confine() error {
	if err := unix.Chdir(o.Dir); err != nil {
		return fault.Wrap(err, fault.Internal, "jail_refused", "the working folder %s cannot be entered", o.Dir)
	}
	base := mappedData()
	if err := o.restrict(); err != nil {
		return jailRefused(err, "restrict it by Landlock")
	}
	if err := o.assumeUser(); err != nil {
		return jailRefused(err, "give it a user id of its own")
	}
	if err := dropPrivileges(); err != nil {
		return jailRefused(err, "drop privileges")
	}
	if err := o.filterCalls(); err != nil {
		return jailRefused(err, "refuse system calls")
	}
	if err := o.limit(base); err != nil {
		return jailRefused(err, "set its limits")
	}
	return armParentDeath()
}

// become replaces this process by the program.
func (o *order) become(c *control) error {
	hearAgain() // before the limits of the program's memory hold
	if err := o.confine(); err != nil {
		return err
	}
	if err := c.send(report{Started: unix.Getpid()}); err != nil {
		return err
	}
	closeOnExec(3 + o.Descriptors)
	err := syscall.Exec(o.Path, append([]string{o.Name}, o.Args...), o.environment())
	return execFault(err, o.Path)
}

func execFault(err error, path string) error {
	switch {
	case errors.Is(err, unix.ENOENT):
		return fault.Wrap(err, fault.Unavailable, "program_missing", "the program %s is missing, or what it needs to start is; install it", path)
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return fault.Wrap(err, fault.Unavailable, "program_refused", "the program %s may not be run: it is not executable, or not shown in the jail", path)
	case errors.Is(err, unix.ENOEXEC):
		return fault.Wrap(err, fault.Unavailable, "program_refused", "%s is not a program for this machine", path)
	}
	return fault.Wrap(err, fault.Internal, "start_failed", "the program %s could not be started", path)
}
