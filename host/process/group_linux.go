package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

// group are the control groups of one child: everything that it starts is born there and cannot leave.
type group struct {
	folders  map[string]string // by controller
	distinct []string          // each folder once
	killer   string            // of version 2, "" for none
}

// emptyTime bounds the wait for a group whose processes were killed.
const emptyTime = 5 * time.Second

var groupNumber atomic.Uint64

// newGroup makes the groups that hold this child's limits, as far as the machine has them.
func (p *Process) newGroup() (*group, error) {
	g := &group{folders: map[string]string{}}
	name := p.spec.Mark
	if name == "" {
		name = "child"
	}
	name += "." + strconv.FormatUint(groupNumber.Add(1), 10)
	for _, c := range controllers {
		version := p.machine.held(c)
		settings := p.spec.groupSettings(c, version)
		if version == 0 || len(settings) == 0 {
			continue
		}
		folder := filepath.Join(ownHome().folders[c], name)
		g.folders[c] = folder
		if err := g.join(folder, settings); err != nil {
			g.remove()
			return nil, fault.Wrap(err, fault.Internal, "jail_refused", "the jail could not be put on: make its control group for %s", c)
		}
	}
	if p.machine.CgroupKill {
		g.killer = filepath.Join(ownHome().killer, name)
		if err := g.join(g.killer, nil); err != nil {
			g.remove()
			return nil, fault.Wrap(err, fault.Internal, "jail_refused", "the jail could not be put on: make its control group")
		}
	}
	return g, nil
}

// join makes one folder, unless it is there already, and writes its settings.
func (g *group) join(folder string, settings []setting) error {
	if err := os.Mkdir(folder, 0o755); err == nil {
		g.distinct = append(g.distinct, folder)
	} else if !errors.Is(err, os.ErrExist) {
		return err
	}
	for _, s := range settings {
		if err := write(folder, s.file, s.value); err != nil && !(s.optional && errors.Is(err, os.ErrNotExist)) {
			return fmt.Errorf("set %s: %w", s.file, err)
		}
	}
	return nil
}

// add puts a process into the groups. It must not have started others yet.
func (g *group) add(pid int) error {
	for _, folder := range g.distinct {
		if err := write(folder, "cgroup.procs", strconv.Itoa(pid)); err != nil && !errors.Is(err, unix.ESRCH) {
			return fault.Wrap(err, fault.Internal, "jail_refused", "the jail could not be put on: enter its control group")
		}
	}
	return nil
}

// kill ends everything in the groups and waits for that; without a group it does nothing. Nothing new can
// be started meanwhile: the kernel kills a group of version 2 as a whole, and elsewhere its number of processes is closed first.
func (g *group) kill() {
	switch {
	case g == nil || len(g.distinct) == 0:
	case g.killer != "":
		emptyGroup(g.killer)
	default:
		if pids := g.folders[controllerPIDs]; pids != "" {
			_ = write(pids, "pids.max", "0")
		}
		emptyGroup(g.distinct[0])
	}
}

// emptyGroup kills what is in one group until nothing is, at most for emptyTime.
func emptyGroup(folder string) {
	for deadline := time.Now().Add(emptyTime); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		text, err := os.ReadFile(filepath.Join(folder, "cgroup.procs"))
		if err != nil || len(text) == 0 {
			return
		}
		if write(folder, "cgroup.kill", "1") == nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if pid, err := strconv.Atoi(word); err == nil && pid > 1 { // 0 is a process of another PID namespace
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		}
	}
}

// remove removes the groups. What does not go now is swept by the next host.
func (g *group) remove() {
	if g == nil {
		return
	}
	for _, folder := range g.distinct {
		for range 50 {
			if err := os.Remove(folder); err == nil || errors.Is(err, os.ErrNotExist) {
				break
			}
			time.Sleep(2 * time.Millisecond)
		}
	}
	g.distinct = nil
}

// oomKills counts the processes of the group that the kernel ended because the group was out of memory.
func (g *group) oomKills() int {
	if n := g.count(controllerMemory, "memory.events", "oom_kill"); n > 0 {
		return n
	}
	return g.count(controllerMemory, "memory.oom_control", "oom_kill")
}

// outOfMemory says that the kernel ended something because the group itself was at its limit, and not the machine.
func (g *group) outOfMemory() bool {
	if g.oomKills() == 0 {
		return false
	}
	if g.count(controllerMemory, "memory.events", "oom") > 0 {
		return true
	}
	// Version 1 does not count it; memory.failcnt stays 0 where swap is bounded as well.
	const near = 1 << 20
	limit := g.number("memory.limit_in_bytes")
	return limit > 0 && g.number("memory.max_usage_in_bytes") > limit-near
}

// number is what a file of the memory group holds; 0 where there is none.
func (g *group) number(file string) int64 {
	text, _ := os.ReadFile(filepath.Join(g.folders[controllerMemory], file))
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

// count finds a number in a file of lines "name number"; 0 where it is not to be had.
func (g *group) count(controller, file, name string) int {
	if g == nil || g.folders[controller] == "" {
		return 0
	}
	text, err := os.ReadFile(filepath.Join(g.folders[controller], file))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == name {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}
