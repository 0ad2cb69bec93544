package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// userProbe is the file that a probe leaves, with an owner that is not the host.
const userProbe = "probe"

// user is the id that the program will have, as user and as group.
func (o *order) user() (uid, gid int) {
	if id := o.Plan.UserID; id != 0 {
		return id, id
	}
	return os.Getuid(), os.Getgid()
}

// assumeUser leaves root's user id for the child's own, on every thread. The kernel takes the capabilities with it,
// and the parent-death signal, which has to be armed again. All that only root can open must be open by now.
func (o *order) assumeUser() error {
	if os.Geteuid() != 0 {
		return nil
	}
	id := o.Plan.UserID
	if id == 0 {
		_ = syscall.Setgroups(nil)
		return nil
	}
	for fd := range 3 + o.Descriptors {
		if err := givePipe(fd, id); err != nil {
			return fmt.Errorf("give it its pipes: %w", err)
		}
	}
	// The set of capabilities that an exec could bring back is emptied while that is still permitted.
	if err := dropPrivileges(unix.CAP_SETUID, unix.CAP_SETGID); err != nil {
		return err
	}
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("leave root's groups: %w", err)
	}
	if err := syscall.Setresgid(id, id, id); err != nil {
		return fmt.Errorf("take on the group id %d: %w", id, err)
	}
	if err := syscall.Setresuid(id, id, id); err != nil {
		return fmt.Errorf("take on the user id %d: %w", id, err)
	}
	return nil
}

// givePipe lets programs open a pipe that they were given once more, as /dev/stderr: its owner alone may.
func givePipe(fd, id int) error {
	var s unix.Stat_t
	if err := unix.Fstat(fd, &s); err != nil || s.Mode&unix.S_IFMT != unix.S_IFIFO {
		return err
	}
	return unix.Fchown(fd, id, id)
}

// probeUsers tries whether a child can have a user id of its own: the machine must have such ids, and the host reach what
// they own. try is the plan that stands without.
func (c *Capabilities) probeUsers(try plan) {
	const name = "ownUsers"
	switch {
	case !c.Root:
		return
	case !try.View:
		c.Problems[name] = "a user id of its own takes a file tree of its own: it could not pass through the host's private folders"
		return
	}
	try.UserID = BuildUser
	if err := tryPlan(try); err != nil {
		c.Problems[name] = fmt.Sprintf("the user id %d cannot be given to a child: %v", BuildUser, err)
		return
	}
	c.OwnUsers = true
}

// tryUser is the probe's part of that.
func (o *order) tryUser() error {
	if o.Plan.UserID == 0 {
		return nil
	}
	if err := o.assumeUser(); err != nil {
		return jailRefused(err, "take on a user id")
	}
	if err := os.WriteFile(filepath.Join(o.Jail.ReadWrite[0], userProbe), nil, 0o600); err != nil {
		return jailRefused(err, "write as another user")
	}
	return nil
}

// probeFolder makes the folder that tryUser writes to.
func probeFolder(dir string, try plan) (string, error) {
	own := filepath.Join(dir, "own")
	if err := os.Mkdir(own, 0o700); err != nil {
		return "", err
	}
	if try.UserID == 0 {
		return own, nil
	}
	g := giver{ctx: context.Background(), uid: try.UserID, left: 1}
	return own, g.giveAll(own)
}

// checkProbe says whether the host has all that it needs over another user: its files and its processes.
func checkProbe(own string, try plan, probe *os.Process) error {
	if try.UserID == 0 {
		return nil
	}
	if err := probe.Signal(syscall.Signal(0)); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signal another user's process: %w", err)
	}
	file := filepath.Join(own, userProbe)
	if _, err := os.ReadFile(file); err != nil {
		return fmt.Errorf("read what another user wrote: %w", err)
	}
	if err := os.Chmod(file, 0o400); err != nil {
		return fmt.Errorf("open what another user closed: %w", err)
	}
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("remove what another user wrote: %w", err)
	}
	return nil
}
