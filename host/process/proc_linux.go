package process

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// mountProc shows the processes of the own PID namespace. It is read-only: the settings in /proc/sys are the
// whole machine's, and to root's uid they are open even without capabilities.
func mountProc() error {
	target := viewRoot + "/proc"
	if err := makeTarget(target, true); err != nil {
		return err
	}
	if err := unix.Mount("proc", target, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	if err := hideRoots(target); err != nil {
		return fmt.Errorf("hide parts of /proc: %w", err)
	}
	return unix.MountSetattr(unix.AT_FDCWD, target, 0, &unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY})
}

// hideRoots lays an empty file over what the kernel tells root alone about the machine, such as the state of each page:
// root's uid is enough to open it.
func hideRoots(proc string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	entries, err := os.ReadDir(proc)
	if err != nil {
		return err
	}
	empty := viewRoot + "/.empty"
	if err := os.WriteFile(empty, nil, 0o400); err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || info.Mode().Perm()&0o004 != 0 {
			continue
		}
		if err := unix.Mount(empty, filepath.Join(proc, e.Name()), "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return os.Remove(empty)
}
