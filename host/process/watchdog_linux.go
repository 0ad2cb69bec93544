package process

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// The rhythm of the watchdog.
const (
	// pulseTime is how often the machine's own numbers are looked at: two small files.
	pulseTime = 50 * time.Millisecond
	// censusTime is how often all processes are looked at while something computes, idleTime while nothing does.
	censusTime = 500 * time.Millisecond
	idleTime   = 5 * time.Second
	// hurryTime is how often while a tree is over its share of CPU time.
	hurryTime = 100 * time.Millisecond
	// A census is due at once when the machine has so many threads more, or so much memory less, than at the last one.
	hurryThreads = 32
	hurryBytes   = 64 << 20
)

// watchdog holds what this machine's control groups do not. Its two goroutines, one for trees and one for what
// they keep on disk, run while at least one child is watched; whoever takes the last one away waits for their end.
type watchdog struct {
	mu      sync.Mutex
	watched map[*watch]bool
	stop    chan struct{} // of the goroutines that run now
	loops   *sync.WaitGroup
}

// theWatchdog is this host's.
var theWatchdog = &watchdog{watched: map[*watch]bool{}}

// watch is what the watchdog knows of one child.
type watch struct {
	p       *Process
	memory  bool // these are for the watchdog to hold
	threads bool
	cpu     bool
	kills   bool // the kernel ends one process of a group, and the rest is for us
	disk    bool
	share   share
	folders folders
}

// newWatch says what the watchdog has to hold of p; nil for nothing.
func (p *Process) newWatch() *watch {
	l, m := p.spec.Limits, p.machine
	w := &watch{
		p:       p,
		memory:  l.MemoryBytes > 0 && m.CgroupMemory == 0 && !l.Guest,
		threads: l.Processes > 0 && m.CgroupPIDs == 0 && !l.Guest && !m.plan(p.spec.Jail, l).CountProcesses,
		cpu:     l.CPUPercent > 0 && m.CgroupCPU == 0,
		kills:   l.MemoryBytes > 0 && m.CgroupMemory == 1,
		disk:    l.DataBytes > 0 && !l.Guest,
		share:   share{percent: l.CPUPercent, at: time.Now()},
	}
	if !w.tree() && !w.kills && !w.disk {
		return nil
	}
	return w
}

// tree says that its processes have to be looked at.
func (w *watch) tree() bool { return w.memory || w.threads || w.cpu }

// guard puts the child under the watchdog's eyes.
func (p *Process) guard() {
	w := p.newWatch()
	if w == nil {
		return
	}
	if w.disk {
		w.folders = p.folders
	}
	p.watch = w
	d := theWatchdog
	d.mu.Lock()
	defer d.mu.Unlock()
	d.watched[w] = true
	if d.stop == nil {
		stop, loops := make(chan struct{}), &sync.WaitGroup{}
		loops.Go(func() { d.run(stop, pulseTime, new(trees).beat) })
		loops.Go(func() { d.run(stop, diskPulseTime, new(disks).beat) })
		d.stop, d.loops = stop, loops
	}
}

// unguard is called when the child has ended.
func (p *Process) unguard() {
	if p.watch == nil {
		return
	}
	d := theWatchdog
	d.mu.Lock()
	delete(d.watched, p.watch)
	stop, loops := d.stop, d.loops
	last := len(d.watched) == 0
	if last {
		d.stop, d.loops = nil, nil
	}
	d.mu.Unlock()
	if last {
		close(stop)
		loops.Wait()
	}
}

// run calls beat with everything that is watched until stop is closed.
func (d *watchdog) run(stop <-chan struct{}, every time.Duration, beat func(stop <-chan struct{}, all []*watch)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			d.mu.Lock()
			all := slices.Collect(maps.Keys(d.watched))
			d.mu.Unlock()
			beat(stop, all)
		}
	}
}
