package process

import (
	"bytes"
	"os"
	"strconv"
	"strings"
)

// census is one look at all processes of the machine. It reads one file for each, and so costs the same however
// many trees are watched.
type census struct {
	stats map[int]stat
	below map[int][]int
}

func takeCensus() census {
	c := census{stats: map[int]stat{}, below: map[int][]int{}}
	proc, err := os.Open("/proc")
	if err != nil {
		return c
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return c
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if s, err := readStat(pid); err == nil {
			c.stats[pid] = s
			c.below[s.parent] = append(c.below[s.parent], pid)
		}
	}
	return c
}

// tree are the processes from root down, root first.
func (c census) tree(root int) []int {
	if _, there := c.stats[root]; !there {
		return nil
	}
	all := []int{root}
	for i := 0; i < len(all); i++ {
		all = append(all, c.below[all[i]]...)
	}
	return all
}

// pulse is what the machine tells about itself in two small files.
type pulse struct {
	running   int // threads, with the one that reads this
	threads   int
	available int64
}

func readPulse() (p pulse) {
	// load averages, running/all threads, the last process id
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		if f := strings.Fields(string(text)); len(f) > 3 {
			running, all, _ := strings.Cut(f[3], "/")
			p.running, _ = strconv.Atoi(running)
			p.threads, _ = strconv.Atoi(all)
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		_, rest, _ := bytes.Cut(text, []byte("MemAvailable:"))
		if f := bytes.Fields(rest[:min(len(rest), 64)]); len(f) > 0 {
			kib, _ := strconv.ParseInt(string(f[0]), 10, 64)
			p.available = kib << 10
		}
	}
	return p
}

// nameless are the files that some processes have open and that have no name any more: on disk, and in memory.
type nameless struct{ disk, memory int64 }

// findNameless looks at every descriptor of these processes.
func findNameless(pids []int) (n nameless) {
	type identity struct{ device, file uint64 }
	seen := map[identity]bool{}
	for _, pid := range pids {
		folder := "/proc/" + strconv.Itoa(pid) + "/fd"
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			path := folder + "/" + e.Name()
			s, ok := statOf(os.Stat(path))
			if !ok || s.Nlink > 0 || seen[identity{s.Dev, s.Ino}] {
				continue
			}
			seen[identity{s.Dev, s.Ino}] = true
			if to, _ := os.Readlink(path); strings.HasPrefix(to, "/memfd:") || strings.HasPrefix(to, "/dev/shm/") {
				n.memory += s.Blocks * 512
			} else {
				n.disk += s.Blocks * 512
			}
		}
	}
	return n
}
