package process

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// limit sets the resource limits of this process, which descendants inherit.
func (o *order) limit() error {
	l := o.Limits
	limits := []struct {
		name  string
		which int
		value int64
	}{
		{"data", unix.RLIMIT_DATA, l.MemoryBytes},
		{"open files", unix.RLIMIT_NOFILE, int64(l.OpenFiles)},
		{"file size", unix.RLIMIT_FSIZE, l.FileBytes},
	}
	if o.Plan.CountProcesses {
		limits = append(limits, struct {
			name  string
			which int
			value int64
		}{"processes", unix.RLIMIT_NPROC, int64(l.Processes)})
	}
	for _, r := range limits {
		if r.value <= 0 {
			continue
		}
		if err := lower(r.which, uint64(r.value)); err != nil {
			return fmt.Errorf("limit %s: %w", r.name, err)
		}
	}
	return lower(unix.RLIMIT_CORE, 0) // a core dump would hold secrets
}

// lower sets a limit, or keeps one that is lower already.
func lower(which int, value uint64) error {
	var now unix.Rlimit
	if err := unix.Getrlimit(which, &now); err != nil {
		return err
	}
	value = min(value, now.Max)
	return unix.Setrlimit(which, &unix.Rlimit{Cur: value, Max: value})
}
