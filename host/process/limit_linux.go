package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// limit sets the resource limits of this process, which descendants inherit. base is what the process
// itself has mapped: an entry's memory comes on top of it, for a program it will be gone.
func (o *order) limit(base int64) error {
	l := o.Limits
	if l.MemoryBytes > 0 {
		l.MemoryBytes += l.ReservedBytes
	}
	if o.Stage == stageEntry && l.MemoryBytes > 0 {
		l.MemoryBytes += base
	}
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
	// A core dump would hold secrets. 0 keeps it out of files alone: where the machine pipes dumps to a program, 1 is what stops it.
	return lower(unix.RLIMIT_CORE, 1)
}

// mappedData is what counts towards RLIMIT_DATA now, 0 if the kernel does not tell.
func mappedData() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "VmData:" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			return kib << 10
		}
	}
	return 0
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
