package process

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"appzone/host/fault"
)

// clockTick is the unit of CPU times in /proc; the kernel's ABI fixes it.
const clockTick = 10 * time.Millisecond

// Usage adds up what the tree uses at this moment. It reads a few files of /proc for each process, so
// it is meant for every few seconds. Once the child has ended it fails with process_ended.
func (p *Process) Usage() (Usage, error) {
	select {
	case <-p.done:
		return Usage{}, p.errEnded()
	default:
	}
	var u Usage
	own := p.spec.Entry == "" // the first process is the host's init, not the program
	for i, pid := range append([]int{p.proc.Pid}, descendants(p.proc.Pid)...) {
		s, err := readStat(pid)
		if err != nil {
			continue // it ended meanwhile; its parent has its CPU time
		}
		u.CPU += s.cpu
		u.RSSBytes += s.rss
		u.PSSBytes += readPSS(pid)
		if i == 0 && own {
			continue
		}
		u.Processes++
		u.Threads += s.threads
		if entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid)); err == nil {
			u.OpenFiles += len(entries)
		}
	}
	return u, nil
}

// Load is the processor time and the resident memory of Usage alone, for a fraction of its cost.
func (p *Process) Load() (cpu time.Duration, rss int64, err error) {
	select {
	case <-p.done:
		return 0, 0, p.errEnded()
	default:
	}
	for _, pid := range append([]int{p.proc.Pid}, descendants(p.proc.Pid)...) {
		if s, err := readStat(pid); err == nil {
			cpu += s.cpu
			rss += s.rss
		}
	}
	return cpu, rss, nil
}

func (p *Process) errEnded() error {
	return fault.New(fault.Conflict, "process_ended", "%s has ended", p.spec.Name)
}

// stat is what this package needs of /proc/PID/stat.
type stat struct {
	ended   bool          // a zombie: nobody has reaped it yet
	cpu     time.Duration // its own and that of the children it has reaped
	start   uint64        // in clock ticks since boot: with the id it names one process
	rss     int64
	threads int
	session int
	parent  int
}

func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	// The name, in brackets, may hold anything.
	f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(f) < 22 {
		return stat{}, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(f))
	}
	number := func(i int) int64 { n, _ := strconv.ParseInt(f[i-3], 10, 64); return n } // i as in proc(5)
	return stat{
		ended:   f[0] == "Z" || f[0] == "X",
		cpu:     time.Duration(number(14)+number(15)+number(16)+number(17)) * clockTick,
		start:   uint64(number(22)),
		rss:     number(24) * int64(os.Getpagesize()),
		threads: int(number(20)),
		session: int(number(6)),
		parent:  int(number(4)),
	}, nil
}

// oomKills counts the processes that the kernel has ended for want of memory since boot.
func oomKills() int {
	text, err := os.ReadFile("/proc/vmstat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "\noom_kill ")
	number, _, _ := strings.Cut(rest, "\n")
	n, _ := strconv.Atoi(number)
	return n
}

// readPSS is 0 where the kernel does not tell.
func readPSS(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == "Pss:" {
			kib, _ := strconv.ParseInt(f[1], 10, 64)
			return kib << 10
		}
	}
	return 0
}
