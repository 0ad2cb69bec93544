package host

import (
	"context"
	"sync/atomic"
	"time"

	"appzone/host/fault"
	"appzone/host/logs"
)

// supervisor keeps one script plugin in the state that somebody asked for. Its goroutine owns every field
// below but snap, and is the only caller of the transition table; readers take the snapshot.
type supervisor struct {
	host *Host
	id   string
	log  *logs.Log

	commands chan command
	news     chan news
	stop     context.CancelFunc
	ctx      context.Context
	done     chan struct{}
	snap     atomic.Pointer[snapshot]
	// waiting counts the requests that wait for it to be ready.
	waiting atomic.Int64
	// readyTimeout is the present version's, in nanoseconds, for requests that wait.
	readyTimeout atomic.Int64

	status  Status
	inst    *instance   // the one that starts, runs or stops
	ready   time.Time   // when inst became ready
	timer   *time.Timer // runs in back-off
	crashes crashes
	again   bool // start again when the instance has ended
	byHand  bool // the present start was asked for: its failure is final
	// Who waits for the end of a start or of a stop.
	starting, stopping []chan error
}

// snapshot is what readers see. It never changes.
type snapshot struct {
	Status
	inst *instance
	// next is closed when a newer snapshot is there.
	next chan struct{}
}

// operation is what a command asks for.
type operation int

const (
	opStart     operation = iota
	opAutoStart           // by the boot or by a policy: only if still desired and stopped
	opStop
	opRestart
	opWait // show until when a stopped plugin waits for the boot delay
)

// command is one request to the supervisor; reply gets its outcome, once.
type command struct {
	op      operation
	desired Desired
	until   *time.Time
	reply   chan error
}

// news is what an instance tells its supervisor.
type news struct {
	inst *instance
	kind newsKind
	err  error // of a start that failed
}

type newsKind int

const (
	newsReady     newsKind = iota
	newsListening          // it began or ceased to listen
	newsEnded
)

func newSupervisor(h *Host, p Plugin, v Version, log *logs.Log) *supervisor {
	ctx, stop := context.WithCancel(context.Background())
	s := &supervisor{host: h, id: p.ID, log: log,
		commands: make(chan command), news: make(chan news, 8),
		stop: stop, ctx: ctx, done: make(chan struct{}),
		timer: time.NewTimer(time.Hour), crashes: crashes{policy: h.cfg.Backoff}}
	s.timer.Stop()
	s.readyTimeout.Store(int64(v.Manifest.ReadinessTimeout()))
	s.status = Status{State: Stopped, Desired: p.Desired, Since: time.Now().UTC(), Walls: walls(v.Manifest, p.Grants)}
	s.publish()
	go s.run()
	return s
}

// do sends a command and waits for its outcome. When ctx ends first the command goes on.
func (s *supervisor) do(ctx context.Context, c command) error {
	c.reply = make(chan error, 1)
	select {
	case s.commands <- c:
	case <-s.done:
		return errShuttingDown()
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-c.reply:
		return err
	case <-s.done:
		select {
		case err := <-c.reply:
			return err
		default:
			return errShuttingDown()
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

func errShuttingDown() error {
	return fault.New(fault.Unavailable, "shutting_down", "the host is shutting down; try again when it is back")
}

// close stops the instance, ends the goroutine and waits for both.
func (s *supervisor) close() {
	s.stop()
	<-s.done
}

func (s *supervisor) run() {
	defer close(s.done)
	for {
		select {
		case c := <-s.commands:
			s.handle(c)
		case n := <-s.news:
			s.hear(n)
		case <-s.timer.C:
			if s.status.State == BackingOff {
				s.status.Restarts++
				s.begin(false)
			}
		case <-s.ctx.Done():
			s.shutDown()
			return
		}
	}
}

func (s *supervisor) handle(c command) {
	if c.desired != "" {
		s.status.Desired = c.desired
	}
	switch c.op {
	case opStart:
		s.start(c.reply)
	case opAutoStart:
		if s.status.State != Stopped || s.status.Desired != DesiredRunning {
			c.reply <- nil
			break
		}
		s.starting = append(s.starting, c.reply)
		s.begin(false)
	case opStop:
		s.halt(c.reply)
	case opRestart:
		if s.inst == nil {
			s.start(c.reply)
			break
		}
		s.starting = append(s.starting, c.reply)
		s.again = true
		s.endInstance()
	case opWait:
		s.status.WaitingUntil = c.until
		c.reply <- nil
	}
	s.publish()
}

func (s *supervisor) start(reply chan error) {
	switch s.status.State {
	case Running:
		reply <- nil
	case Starting:
		s.starting = append(s.starting, reply)
	case Stopping:
		s.starting = append(s.starting, reply)
		s.again = true
	case Stopped, BackingOff, Failed:
		s.starting = append(s.starting, reply)
		s.begin(true)
	}
}

func (s *supervisor) halt(reply chan error) {
	s.again = false
	switch s.status.State {
	case Starting, Running, Stopping:
		s.stopping = append(s.stopping, reply)
		s.endInstance()
	case Stopped, BackingOff, Failed:
		s.timer.Stop()
		s.status.WaitingUntil = nil
		s.move(causeStop, nil)
		reply <- nil
	}
}

// begin starts a new instance.
func (s *supervisor) begin(byHand bool) {
	s.timer.Stop()
	s.again, s.byHand, s.ready = false, byHand, time.Time{}
	if byHand {
		s.crashes.reset()
		s.status.Restarts = 0
	}
	s.status.WaitingUntil = nil
	s.move(causeStart, nil)
	s.inst = newInstance(s.host, s.id, s.log, s.news)
	s.inst.goRun()
	s.publish()
}

// endInstance asks the instance to end; it tells when it has.
func (s *supervisor) endInstance() {
	if s.status.State != Stopping {
		s.move(causeStop, nil)
	}
	s.inst.goStop()
}

func (s *supervisor) hear(n news) {
	if n.inst != s.inst {
		return
	}
	switch n.kind {
	case newsReady:
		if s.status.State == Starting {
			s.ready = time.Now()
			s.status.Listening = n.inst.answers.Load()
			s.status.PID, s.status.Walls = n.inst.pid(), n.inst.walls()
			s.move(causeReady, nil)
			answer(&s.starting, nil)
		}
	case newsListening:
		s.status.Listening = s.status.State == Running && n.inst.answers.Load()
	case newsEnded:
		s.ended(n)
	}
	s.publish()
}

// move makes a transition: state, time, event. An unknown pair is a bug; it is logged and nothing moves.
func (s *supervisor) move(c cause, exit *LastExit) {
	from := s.status.State
	to, ok := from.next(c)
	if !ok {
		s.host.log.Error("state transition refused", "plugin", s.id, "state", from, "cause", c)
		return
	}
	if to == from {
		return
	}
	s.status.State, s.status.Since = to, time.Now().UTC()
	if to != BackingOff {
		s.status.WaitingUntil = nil
	}
	data := map[string]any{"from": from, "to": to, "cause": c}
	if exit != nil {
		data["exit"] = exit
	}
	s.host.bus.Publish(Event{Type: "plugin.state", Plugin: s.id, Actor: System.User, Data: data})
	s.host.log.Info("plugin state", "plugin", s.id, "from", from, "to", to, "cause", c)
	s.publish()
}

// publish makes the present status the one that readers see.
func (s *supervisor) publish() {
	next := &snapshot{Status: s.status, next: make(chan struct{})}
	if s.status.State == Running {
		next.inst = s.inst
	}
	if old := s.snap.Swap(next); old != nil {
		close(old.next)
	}
}

// answer gives every waiter the outcome.
func answer(waiters *[]chan error, err error) {
	for _, w := range *waiters {
		w <- err
	}
	*waiters = nil
}

// shutDown ends the instance, if any, and waits for its goroutines.
func (s *supervisor) shutDown() {
	s.timer.Stop()
	if s.inst != nil {
		if s.status.State != Stopping {
			s.move(causeStop, nil)
		}
		s.inst.goStop()
		for n := range s.news {
			if n.inst == s.inst && n.kind == newsEnded {
				break
			}
		}
		s.inst = nil
		s.move(causeEnded, nil)
	}
	answer(&s.starting, errShuttingDown())
	answer(&s.stopping, nil)
	s.publish()
}
