package process

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// freezer stops one tree: by its control group, which no program can undo or see, or else by signals.
type freezer struct {
	// seen are the processes that all stood still at the last look.
	seen []int
}

// freeze tells the tree to stand still, and whether it does. By signals it does at the second look at which nothing runs and nothing is new: what was
// being born at the first one shows at the second.
func (f *freezer) freeze(p *Process) bool {
	if p.group.freeze("1") {
		return p.group.frozen()
	}
	tasks := p.tasks()
	for _, t := range tasks {
		if !t.halted(tasks) {
			p.pause(syscall.SIGSTOP)
			f.seen = nil
			return false
		}
	}
	var now []int
	for _, t := range tasks {
		now = append(now, t.id)
	}
	if f.seen == nil {
		f.seen = append([]int{}, now...)
		return false
	}
	still := slices.Equal(f.seen, now)
	f.seen = nil
	return still
}

// release lets the tree run again.
func (p *Process) release() {
	if !p.group.freeze("0") {
		p.pause(syscall.SIGCONT)
	}
}

// pause sends SIGSTOP or SIGCONT to the whole tree, which has got it when this returns.
func (p *Process) pause(sig syscall.Signal) {
	for _, pid := range p.programs() {
		_ = syscall.Kill(pid, sig)
	}
}

// programs are the processes of the tree without the init, which is the host's own.
func (p *Process) programs() []int {
	pids := takeCensus().tree(p.proc.Pid)
	if p.spec.Entry == "" && len(pids) > 0 {
		pids = pids[1:]
	}
	return pids
}

// task is one thread of the tree.
type task struct {
	process, id, parent int
	state               byte
	size                string // of its memory
}

// tasks are all threads of the tree, sorted.
func (p *Process) tasks() (all []task) {
	for _, pid := range p.programs() {
		found, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/task/*/stat")
		for _, path := range found {
			if text, err := os.ReadFile(path); err == nil {
				all = append(all, parseTask(pid, text))
			}
		}
	}
	slices.SortFunc(all, func(a, b task) int { return a.id - b.id })
	return all
}

func parseTask(pid int, stat []byte) task {
	t := task{process: pid}
	t.id, _ = strconv.Atoi(string(stat[:max(0, bytes.IndexByte(stat, ' '))]))
	if f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(f) > 21 {
		t.state, t.size = f[0][0], f[20]+" "+f[21]
		t.parent, _ = strconv.Atoi(f[1])
	}
	return t
}

// halted says that a thread does nothing: it is stopped, traced or dead, or waits for a child that it lent its memory to (vfork) and that is stopped: the
// kernel lets neither go on before the other.
func (t task) halted(all []task) bool {
	if t.state == 'D' {
		return slices.ContainsFunc(all, func(c task) bool {
			return c.parent == t.process && c.size == t.size && strings.IndexByte("TtD", c.state) >= 0
		})
	}
	return strings.IndexByte("TtZXx", t.state) >= 0
}

// freeze writes the group's switch; false where there is none.
func (g *group) freeze(value string) bool {
	return g != nil && g.killer != "" && write(g.killer, "cgroup.freeze", value) == nil
}

// frozen says that all of the group stands still. One that is gone does.
func (g *group) frozen() bool {
	text, err := os.ReadFile(filepath.Join(g.killer, "cgroup.events"))
	return err != nil || bytes.Contains(text, []byte("frozen 1"))
}
