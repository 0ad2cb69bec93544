package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the kernel's unit of processor time in /proc.
const tick = 10 * time.Millisecond

// proc is one process of this machine.
type proc struct {
	parent int
	cpu    time.Duration
}

// table is all of them at one moment, by their ids. It is empty where there is no /proc.
type table map[int]proc

func processes() table {
	all := table{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		// The name stands in brackets and may hold anything; what follows is numbers.
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if len(fields) < 13 {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		user, _ := strconv.Atoi(fields[11])
		system, _ := strconv.Atoi(fields[12])
		all[pid] = proc{parent, time.Duration(user+system) * tick}
	}
	return all
}

// below returns all descendants of a process.
func (t table) below(root int) []int {
	var found []int
	for pid := range t {
		for p := t[pid].parent; p > 1; p = t[p].parent {
			if p == root {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}

// branch returns the child of root that pid descends from, with all that descends from that child.
func (t table) branch(root, pid int) []int {
	for t[pid].parent > 1 {
		if t[pid].parent == root {
			return append(t.below(pid), pid)
		}
		pid = t[pid].parent
	}
	return nil
}

func (t table) cpu(pids ...int) time.Duration {
	var sum time.Duration
	for _, pid := range pids {
		sum += t[pid].cpu
	}
	return sum
}

// cpu is the processor time of the program, and of its children when tree is set.
func (c *child) cpu(tree bool) time.Duration {
	all, own := processes(), c.cmd.Process.Pid
	sum := all.cpu(own)
	if tree {
		sum += all.cpu(all.below(own)...)
	}
	return sum
}

// memory of processes in MB.
type memory struct {
	pss     float64 // with their share of what they have in common with others
	private float64 // what nobody else has
}

// memoryOf adds up what processes keep. One that has ended counts nothing.
func memoryOf(pids []int) (memory, error) {
	var sum memory
	for _, pid := range pids {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			return memory{}, err
		}
		m := parseRollup(string(b))
		sum.pss += m.pss
		sum.private += m.private
	}
	return sum, nil
}

// parseRollup reads smaps_rollup: "Pss:   123 kB" and others, a line each.
func parseRollup(text string) memory {
	var m memory
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, ":")
		kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		if err != nil {
			continue
		}
		switch name {
		case "Pss":
			m.pss += kb / 1024
		case "Private_Clean", "Private_Dirty":
			m.private += kb / 1024
		}
	}
	return m
}
