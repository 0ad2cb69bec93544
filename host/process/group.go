package process

import "strconv"

// controllers are what control groups hold of a child's limits, in the kernel's words.
const (
	controllerMemory = "memory"
	controllerCPU    = "cpu"
	controllerPIDs   = "pids"
)

var controllers = []string{controllerMemory, controllerCPU, controllerPIDs}

// What the host's own stages and an entry's runtime need, beside the plugin's limits.
const (
	// stageThreads are those of the init that stays.
	stageThreads = 12
	// entryThreads are those of Go's runtime in an entry.
	entryThreads = 16
	// entryBytes is what this binary itself uses in memory.
	entryBytes = 64 << 20
)

// cpuPeriod is the time over which a share of CPU time is kept, in microseconds.
const cpuPeriod = 100_000

// treeBytes is what the whole tree may keep in memory, 0 for any amount. A program gets its limit; an entry may
// also use what it reserves.
func (s *Spec) treeBytes() int64 {
	l := s.Limits
	if s.Entry == "" || l.MemoryBytes <= 0 {
		return l.MemoryBytes
	}
	return l.MemoryBytes + l.ReservedBytes + entryBytes
}

// treeThreads is how many threads the whole tree may have, 0 for any number.
func (s *Spec) treeThreads() int {
	switch {
	case s.Limits.Processes <= 0:
		return 0
	case s.Entry == "":
		return s.Limits.Processes + stageThreads
	}
	return s.Limits.Processes + entryThreads
}

// held says which version of control groups holds a controller's limit on this machine, 0 for none.
func (c Capabilities) held(controller string) int {
	switch controller {
	case controllerMemory:
		return c.CgroupMemory
	case controllerCPU:
		return c.CgroupCPU
	}
	return c.CgroupPIDs
}

// setting is one file of a control group and what is written to it.
type setting struct {
	file, value string
	optional    bool // older kernels do not have it
}

// groupSettings are what a control group of this version is told about one controller; none where there is no limit.
func (s *Spec) groupSettings(controller string, version int) []setting {
	memory, threads, quota := s.treeBytes(), s.treeThreads(), s.Limits.CPUPercent*cpuPeriod/100
	quota = max(quota, 1000) // the kernel's least
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	switch {
	case controller == controllerMemory && memory > 0 && version == 2:
		return []setting{{file: "memory.max", value: number(memory)},
			{file: "memory.swap.max", value: "0", optional: true}, {file: "memory.oom.group", value: "1", optional: true}}
	case controller == controllerMemory && memory > 0:
		return []setting{{file: "memory.limit_in_bytes", value: number(memory)},
			{file: "memory.memsw.limit_in_bytes", value: number(memory), optional: true}}
	case controller == controllerCPU && s.Limits.CPUPercent > 0 && version == 2:
		return []setting{{file: "cpu.max", value: strconv.Itoa(quota) + " " + strconv.Itoa(cpuPeriod)}}
	case controller == controllerCPU && s.Limits.CPUPercent > 0:
		return []setting{{file: "cpu.cfs_period_us", value: strconv.Itoa(cpuPeriod)}, {file: "cpu.cfs_quota_us", value: strconv.Itoa(quota)}}
	case controller == controllerPIDs && threads > 0:
		return []setting{{file: "pids.max", value: strconv.Itoa(threads)}}
	}
	return nil
}
