package process

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// trees is the watchdog's memory between two looks at the processes.
type trees struct {
	last   time.Time // of the last census
	took   time.Duration
	pulse  pulse // at that time
	behind bool  // a tree was over its share then
	deep   time.Time
	groups time.Time
}

// deepTime is how often descriptors are looked at for files in memory while the machine's memory does not shrink.
const deepTime = 10 * time.Second

// beat takes a census when one is due, and ends or halts what is over its limits.
func (t *trees) beat(_ <-chan struct{}, all []*watch) {
	now := time.Now()
	needed := false
	for _, w := range all {
		needed = needed || w.tree()
		w.share.resume(w.p, now)
	}
	if now.Sub(t.groups) >= censusTime {
		t.groups = now
		lookAtGroups(all)
	}
	if !needed || !t.due(now) {
		return
	}
	c := takeCensus()
	deep := now.Sub(t.deep) >= deepTime
	t.behind = false
	for _, w := range all {
		if w.tree() {
			w.look(c, deep)
			t.behind = t.behind || w.share.debt > 0
		}
	}
	if deep {
		t.deep = now
	}
	t.last, t.took = now, time.Since(now)
}

// due says that something may have happened since the last census.
func (t *trees) due(now time.Time) bool {
	p, since := readPulse(), now.Sub(t.last)
	if since < 2*t.took { // on a machine with very many processes this is not to be the load
		return false
	}
	shrunk := t.pulse.available-p.available > hurryBytes
	rest := idleTime
	switch {
	case t.behind:
		rest = max(hurryTime, 10*t.took)
	case p.running > 1: // this process is one
		rest = max(censusTime, 40*t.took)
	}
	if since < rest && p.threads-t.pulse.threads < hurryThreads && !shrunk {
		return false
	}
	if shrunk {
		t.deep = time.Time{}
	}
	t.pulse = p
	return true
}

// lookAtGroups ends what is left of a tree of which the kernel ended one process: version 1 goes no further.
func lookAtGroups(all []*watch) {
	for _, w := range all {
		if w.kills && w.p.group.outOfMemory() {
			w.p.overLimit(breach{LimitMemory, w.p.spec.Limits.reached(LimitMemory) + ": the kernel ended a process of it"})
		}
	}
}

// look compares one tree with its limits.
func (w *watch) look(c census, deep bool) {
	p, l := w.p, w.p.spec.Limits
	pids := c.tree(p.proc.Pid)
	var rss int64
	var cpu time.Duration
	threads := 0
	for i, pid := range pids {
		s := c.stats[pid]
		rss += s.rss
		cpu += s.cpu
		if i > 0 || p.spec.Entry != "" { // the init is the host's own
			threads += s.threads
		}
	}
	if p.spec.Entry != "" {
		threads -= entryThreads
	}
	if w.threads && threads > l.Processes {
		p.overLimit(breach{LimitProcesses, fmt.Sprintf("%s (it has %d processes and threads)", l.reached(LimitProcesses), threads)})
		return
	}
	if w.memory {
		w.lookAtMemory(c, pids, rss, deep)
	}
	if w.cpu && len(pids) > 0 {
		w.share.spend(p, time.Now(), cpu)
	}
}

// lookAtMemory counts pages that processes share once, which takes a while and is done only when counting
// them for each says too much. Files in memory belong to a tree without being in any process of it.
func (w *watch) lookAtMemory(c census, pids []int, rss int64, deep bool) {
	var files int64
	if deep {
		files = findNameless(pids).memory
	}
	most := w.p.spec.treeBytes()
	if rss+files <= most {
		return
	}
	var used int64
	for _, pid := range pids {
		if pss := readPSS(pid); pss > 0 {
			used += pss
		} else {
			used += c.stats[pid].rss
		}
	}
	if used = max(used, files); used <= most { // not their sum: a file that is mapped is in both
		return
	}
	l := w.p.spec.Limits
	w.p.overLimit(breach{LimitMemory, fmt.Sprintf("%s (it uses %s)", l.reached(LimitMemory), megabytes(used))})
}

// share keeps a tree near its share of CPU time: what it used beyond it is a debt, which it pays by being halted.
// A second's worth may be saved up.
type share struct {
	percent int
	at      time.Time
	used    time.Duration
	debt    time.Duration // of CPU time; below 0 it is saved up
	until   time.Time     // it is halted until then; zero when it runs
}

// A halt lasts at least a pulse, and not so long that requests time out.
const haltMost = 500 * time.Millisecond

// spend adds what was used since the last look, and halts the tree if it owes too much.
func (s *share) spend(p *Process, now time.Time, used time.Duration) {
	earned := now.Sub(s.at) * time.Duration(s.percent) / 100
	s.debt += max(used-s.used, 0) - earned
	s.debt = min(max(s.debt, -time.Second*time.Duration(s.percent)/100), time.Minute)
	s.at, s.used = now, used
	if s.debt <= 0 || !s.until.IsZero() || p.stopping.Load() || p.killing.Load() {
		return
	}
	if !p.still.TryLock() {
		return // it stands still anyway
	}
	defer p.still.Unlock()
	halt := min(max(s.debt*100/time.Duration(s.percent), pulseTime), haltMost)
	s.until = now.Add(halt)
	p.pause(syscall.SIGSTOP)
}

// resume lets a halted tree run again when its time has come.
func (s *share) resume(p *Process, now time.Time) {
	if s.until.IsZero() || now.Before(s.until) || !p.still.TryLock() {
		return
	}
	defer p.still.Unlock()
	s.until = time.Time{}
	p.pause(syscall.SIGCONT)
}

// statOf is what the system knows of a regular file.
func statOf(info os.FileInfo, err error) (*syscall.Stat_t, bool) {
	if err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return s, ok
}
