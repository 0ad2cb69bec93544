package process

import (
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Process is one child with its whole tree of descendants. All methods may be called at any
// time from any goroutine.
type Process struct {
	spec    Spec
	machine Capabilities
	walls   []Wall

	proc     *os.Process // the first stage: an init, or the program itself
	pid      int         // the program
	control  *control
	output   *output
	merged   bool // the overlay is a copy
	group    *group
	watch    *watch // nil while nothing is
	folders  folders
	oomKills int // of this machine, before the start

	// still is held while the tree stands still, and by whoever must not meanwhile do what changes that, or what it writes.
	still    sync.Mutex
	stopOnce sync.Once
	killOnce sync.Once
	stopping atomic.Bool // the host sent SIGTERM
	killing  atomic.Bool // the host sent SIGKILL
	breach   atomic.Pointer[breach]

	done chan struct{}
	exit Exit // set before done is closed
}

// drainTime is how long output may still come after the last process of the tree is gone. It
// only passes where something outside the tree holds the pipe.
const drainTime = time.Second

// PID is the program's process id as the host sees it.
func (p *Process) PID() int { return p.pid }

// Done is closed when the whole tree has ended, its output was delivered and everything that
// Start began is over.
func (p *Process) Done() <-chan struct{} { return p.done }

// Exit tells how the program ended. It must be called after Done is closed.
func (p *Process) Exit() Exit { return p.exit }

// Walls are the walls around this child, as they stand.
func (p *Process) Walls() []Wall { return append([]Wall(nil), p.walls...) }

// Stop sends SIGTERM to the tree and, to whatever is left after grace, SIGKILL. It waits for
// the end. It may be called again and at the same time: calls join, and the shortest
// grace counts. A child that has ended is left alone.
func (p *Process) Stop(grace time.Duration) {
	p.stopOnce.Do(func() {
		p.still.Lock()
		defer p.still.Unlock()
		p.stopping.Store(true)
		p.signal(syscall.SIGTERM)
	})
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.done:
	case <-timer.C:
		p.Kill()
	}
}

// Hangup sends SIGHUP to the program alone, by which a host tells it that its settings changed. Its descendants do not
// hear of it: most programs end by that signal.
func (p *Process) Hangup() error {
	select {
	case <-p.done:
		return os.ErrProcessDone
	default:
		return p.hangup()
	}
}

// Kill ends the whole tree with SIGKILL and waits for the end.
func (p *Process) Kill() {
	p.killOnce.Do(func() {
		select {
		case <-p.done:
		default:
			p.killing.Store(true)
			p.killTree()
		}
	})
	<-p.done
}

// wait owns the child from its start to its end.
func (p *Process) wait() {
	var ended *syscall.WaitStatus
	reported := make(chan struct{})
	go func() {
		defer close(reported)
		ended = p.awaitEnd()
	}()
	p.awaitDeath()
	p.unguard()
	state, err := p.proc.Wait()
	p.group.kill()
	p.output.finish(drainTime)
	_ = p.control.conn.SetReadDeadline(time.Now().Add(drainTime))
	<-reported
	p.control.close()
	p.settle()
	p.exit = p.explain(state, err, ended)
	p.group.remove()
	p.unmark()
	close(p.done)
}

// awaitEnd reads what an init reports at its end; nil when there is no such report.
func (p *Process) awaitEnd() *syscall.WaitStatus {
	for {
		var r report
		if err := p.control.in.Decode(&r); err != nil {
			return nil
		}
		if r.Ended != nil {
			ws := syscall.WaitStatus(*r.Ended)
			return &ws
		}
	}
}
