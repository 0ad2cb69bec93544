package host

import (
	"context"
	"errors"
	"time"

	"appzone/host/fault"
)

// operation is what a command asks for.
type operation int

const (
	opStart     operation = iota
	opAutoStart           // by the boot or by a policy: only if still desired and stopped
	opStop
	opRestart
	opCut   // opStop without any grace
	opRenew // restart it if it runs and is to run on: for what it reads at its start
	opWait  // show until when a stopped plugin waits for the boot delay
	opKeep  // there is no way back from a version that failed its trial
)

// command is one request to the supervisor; reply gets its outcome, once.
type command struct {
	op operation
	// desired is recorded with the command; empty: it stays what it is.
	desired Desired
	until   *time.Time
	// judged says that the asker deals with a start that fails a version's trial.
	judged bool
	reply  chan error
}

// errGone is what the asker gets of a supervisor that ended before the command was done.
var errGone = errors.New("the supervisor ended")

func errShuttingDown() error {
	return fault.New(fault.Unavailable, "shutting_down", "the host is shutting down; try again when it is back")
}

// command sends c to the plugin's supervisor and waits for its outcome. When a switch to another version ends the supervisor
// meanwhile, the next one gets the command. When ctx ends first the command goes on.
func (h *Host) command(ctx context.Context, id string, c command) (*supervisor, error) {
	for {
		s, err := h.supervisor(id)
		if err != nil {
			return nil, err
		}
		if err = s.do(ctx, c); !errors.Is(err, errGone) {
			return s, err
		}
		if err := h.awaitNext(ctx, s); err != nil {
			return s, err
		}
	}
}

// commandFor is command for a job, whose reader is told what the plugin said when it failed.
func (h *Host) commandFor(ctx context.Context, id string, c command, progress Progress) error {
	s, err := h.command(ctx, id, c)
	if err != nil && s != nil {
		for _, line := range s.lastLines() {
			progress.Output(line)
		}
	}
	return err
}

// awaitNext returns when s, which ended, has been replaced.
func (h *Host) awaitNext(ctx context.Context, s *supervisor) error {
	select {
	case <-s.replaced:
		return nil
	case <-h.ctx.Done():
		return errShuttingDown()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// do sends a command and waits for its outcome.
func (s *supervisor) do(ctx context.Context, c command) error {
	c.reply = make(chan error, 1)
	unrecorded, err := s.send(ctx, c)
	if err != nil {
		return err
	}
	select {
	case err := <-c.reply:
		if err == nil && unrecorded != nil {
			err = fault.Wrap(unrecorded, fault.NoSpace, "disk_full", "plugin %q is stopped, but the disk is too full to record it; make room and stop it again", s.id)
		}
		return err
	case <-s.done:
		select {
		case err := <-c.reply:
			return err
		default:
			return errGone
		}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send records what is desired from now on and hands the command over. What one asker records cannot come between another's
// record and command, so that the supervisor ends up with what the store has. A stop is handed over although the disk is too full
// to record it, since the plugin may be what fills it: unrecorded says so.
func (s *supervisor) send(ctx context.Context, c command) (unrecorded, err error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	if c.desired != "" {
		err := s.host.setDesired(ctx, s.id, c.desired)
		if (c.op == opStop || c.op == opCut) && isNoSpace(err) {
			unrecorded = err
		} else if err != nil {
			return nil, err
		}
	}
	select {
	case s.commands <- c:
		return unrecorded, nil
	case <-s.ctx.Done():
		return nil, errGone
	}
}

func (s *supervisor) handle(c command) {
	s.due = false
	if c.desired != "" {
		s.status.Desired = c.desired
	}
	switch c.op {
	case opStart:
		s.trial.judged = c.judged
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
	case opCut:
		if s.inst != nil {
			s.inst.goCut()
		}
		s.halt(c.reply)
	case opRestart, opRenew:
		switch {
		case c.op == opRenew && (s.inst == nil || s.status.Desired != DesiredRunning):
			c.reply <- nil
		case s.inst == nil:
			s.start(c.reply)
		default:
			s.starting = append(s.starting, c.reply)
			s.again = true
			s.trial.renew()
			s.endInstance()
		}
	case opKeep:
		s.trial.on, s.trial.failed = false, false
		c.reply <- nil
	case opWait:
		s.status.WaitingUntil = c.until
		s.publish()
		s.announceWait()
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
	s.trial.suspend()
	switch s.status.State {
	case Starting, Running, Stopping:
		s.stopping = append(s.stopping, reply)
		s.endInstance()
	case Stopped, BackingOff, Failed:
		s.timer.Stop()
		waited := s.status.State == Stopped && s.status.WaitingUntil != nil
		s.status.WaitingUntil = nil
		s.move(causeStop, nil)
		if s.publish(); waited {
			s.announceWait()
		}
		reply <- nil
	}
}
