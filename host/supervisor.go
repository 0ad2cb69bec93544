package host

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"appzone/host/logs"
)

// supervisor keeps one script plugin in the state that somebody asked for. Its goroutine owns every field
// below but snap, and is the only caller of the transition table; readers take the snapshot.
type supervisor struct {
	host *Host
	id   string
	log  *logs.Log

	// asking is held while a command is recorded and sent, so that both happen in the same order.
	asking   sync.Mutex
	commands chan command
	news     chan news
	stop     context.CancelFunc
	ctx      context.Context
	done     chan struct{}
	// replaced is closed when another supervisor has taken its place, or nobody does.
	replaced chan struct{}
	snap     atomic.Pointer[snapshot]
	// waiting counts the requests that wait for it to be ready.
	waiting atomic.Int64
	// readyTimeout is the present version's, in nanoseconds, for requests that wait.
	readyTimeout atomic.Int64
	// grace is how long its instances may take to let requests end, and to end themselves.
	grace time.Duration
	// ahead is what its instances are started from before their version is the installed one; nil: the records.
	ahead atomic.Pointer[ahead]
	// quiet says that another supervisor tells of the plugin's state.
	quiet atomic.Bool
	// switchTime is how much more, in nanoseconds, requests wait while another version takes its place.
	switchTime atomic.Int64

	status  Status
	inst    *instance   // the one that starts, runs or stops
	ready   time.Time   // when inst became ready
	timer   *time.Timer // runs in back-off
	crashes crashes
	again   bool // start again when the instance has ended
	byHand  bool // the present start was asked for: its failure is final
	// due is set while it is stopped and a start is about to follow: from its making until the first command, and during a restart.
	due bool
	// heard counts how often the instance began or ceased to listen.
	heard int
	// trial is that of a version that has to prove itself.
	trial trial
	// Who waits for the end of a start or of a stop.
	starting, stopping []chan error
}

// snapshot is what readers see. It never changes.
type snapshot struct {
	Status
	inst *instance
	due  bool
	// leaving says that the version failed its trial, and that the former one is about to take its place.
	leaving bool
	// next is closed when a newer snapshot is there.
	next chan struct{}
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

func newSupervisor(h *Host, p Plugin, v Version, log *logs.Log, due bool, t trial) *supervisor {
	ctx, stop := context.WithCancel(context.Background())
	s := &supervisor{host: h, id: p.ID, log: log,
		commands: make(chan command), news: make(chan news, 8),
		stop: stop, ctx: ctx, done: make(chan struct{}), replaced: make(chan struct{}),
		timer: time.NewTimer(time.Hour), crashes: crashes{policy: h.cfg.Backoff}, due: due, trial: t, grace: v.Manifest.Grace()}
	s.timer.Stop()
	s.switchTime.Store(int64(switchMargin))
	s.readyTimeout.Store(int64(v.Manifest.ReadinessTimeout()))
	s.status = Status{State: Stopped, Desired: p.Desired, Since: time.Now().UTC(), Walls: walls(v.Manifest, p.Grants)}
	s.publish()
	go s.run()
	return s
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
				s.host.meter(s.id).Restarted()
				s.begin(false)
			}
		case <-s.trial.timer.C:
			s.endTrial()
		case <-s.ctx.Done():
			s.shutDown()
			return
		}
	}
}

// begin starts a new instance.
func (s *supervisor) begin(byHand bool) {
	s.timer.Stop()
	s.again, s.due, s.byHand, s.ready, s.heard = false, false, byHand, time.Time{}, 0
	if byHand {
		s.crashes.reset()
		s.status.Restarts = 0
	}
	s.status.WaitingUntil = nil
	s.trial.begin(s.host.cfg.Trial)
	s.move(causeStart, nil)
	s.inst = newInstance(s.host, s.id, s.log, s.news, s.ahead.Load())
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
			s.ready, s.trial.judged = time.Now(), false
			s.status.Listening = n.inst.answers.Load()
			s.status.PID, s.status.Walls = n.inst.pid(), n.inst.walls()
			s.move(causeReady, nil)
			answer(&s.starting, nil)
		}
	case newsListening:
		s.heardListening(n.inst.answers.Load())
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
	if s.quiet.Load() {
		s.publish()
		return
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
	s.status.TrialUntil = s.trial.ends()
	next := &snapshot{Status: s.status, due: s.due, leaving: s.trial.failed, next: make(chan struct{})}
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
	s.trial.suspend()
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
	answer(&s.starting, errGone)
	answer(&s.stopping, nil)
	s.publish()
}
