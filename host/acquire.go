package host

import (
	"context"
	"errors"
	"time"

	"appzone/host/fault"
)

// waitersMax bounds the requests that wait for one plugin to be ready.
const waitersMax = 512

// Acquire returns the plugin's ready instance and counts one request in; release counts it out. While the plugin
// is starting, restarting or switched to another version it waits, bounded in number, and in time by the readiness timeout and by what
// a switch may take; a stopped or failed plugin is unavailable with its cause.
func (h *Host) Acquire(ctx context.Context, id string) (Upstream, func(), error) {
	for {
		s, err := h.supervisor(id)
		if err != nil {
			return nil, nil, err
		}
		up, release, err := s.acquire(ctx)
		if !errors.Is(err, errGone) {
			return up, release, err
		}
	}
}

// acquire is Acquire for one supervisor; errGone: another took its place.
func (s *supervisor) acquire(ctx context.Context) (Upstream, func(), error) {
	if snap := s.snap.Load(); snap.inst != nil && snap.Listening && snap.inst.flight.enter() {
		return snap.inst, snap.inst.flight.leave, nil
	}
	if s.waiting.Add(1) > waitersMax {
		s.waiting.Add(-1)
		e := fault.New(fault.Unavailable, "too_many_waiting", "too many requests wait for plugin %q to be ready", s.id)
		e.RetryAfter = time.Second
		return nil, nil, e
	}
	defer s.waiting.Add(-1)
	return s.await(ctx)
}

// await waits for an instance that takes requests.
func (s *supervisor) await(ctx context.Context) (Upstream, func(), error) {
	began := time.Now()
	deadline := time.NewTimer(time.Duration(s.readyTimeout.Load()))
	defer deadline.Stop()
	for {
		snap := s.snap.Load()
		if snap.inst != nil && snap.Listening && snap.inst.flight.enter() {
			return snap.inst, snap.inst.flight.leave, nil
		}
		// While the plugin is switched to another version, requests wait for what follows.
		next := s.ctx.Err() != nil && snap.Desired == DesiredRunning
		if err := snap.unavailable(s.id); err != nil && !next {
			return nil, nil, err
		}
		select {
		case <-snap.next:
		case <-s.replaced:
			return nil, nil, errGone
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-deadline.C:
			if more := s.patience(snap) - time.Since(began); more > 0 {
				deadline.Reset(more)
				continue
			}
			e := fault.New(fault.Unavailable, "not_ready", "plugin %q did not get ready in time", s.id)
			e.RetryAfter = 5 * time.Second
			return nil, nil, e
		case <-s.host.ctx.Done():
			return nil, nil, errShuttingDown()
		}
	}
}

// switchMargin is how much longer than its parts a switch to another version may take before requests that wait are refused.
const switchMargin = 10 * time.Second

// patience is how long a request waits in all: until the plugin must be ready, and while it is switched to another version also as
// long as that may take: requests in flight end, the program ends, what it keeps is copied.
func (s *supervisor) patience(now *snapshot) time.Duration {
	p := time.Duration(s.readyTimeout.Load())
	if s.ctx.Err() != nil || now.leaving {
		p += 2*s.grace + time.Duration(s.switchTime.Load())
	}
	return p
}

// unavailable tells why waiting would be in vain, or nil when it would not.
func (s *snapshot) unavailable(id string) error {
	switch s.State {
	case Running:
		if !s.Listening && s.inst != nil && !s.inst.flight.draining() {
			return fault.New(fault.Unavailable, "no_listener", "plugin %q runs and does not listen: it has no pages or routes", id)
		}
		return nil
	case Starting:
		return nil
	case BackingOff, Failed:
		if s.leaving { // for the former version
			return nil
		}
		return s.down(id)
	case Stopping:
		if s.Desired == DesiredRunning {
			return nil // a restart
		}
		return s.refuse("stopping", "plugin %q is being stopped", id)
	default:
		if s.due {
			return nil
		}
		return s.refuse("stopped", "plugin %q is stopped%s", id, s.endText())
	}
}

// down is unavailable for a plugin that crashed or failed.
func (s *snapshot) down(id string) error {
	if s.State == Failed {
		return s.refuse("failed", "plugin %q failed%s; an administrator can start it again", id, s.causeText())
	}
	if s.WaitingUntil != nil && time.Until(*s.WaitingUntil) > backoffWait {
		return s.refuse("crashed", "plugin %q crashed and will be started again soon", id)
	}
	return nil
}

// backoffWait is up to which back-off a request waits rather than being refused.
const backoffWait = 10 * time.Second

func (s *snapshot) refuse(code, format string, args ...any) error {
	e := fault.New(fault.Unavailable, code, format, args...)
	if s.WaitingUntil != nil {
		e.RetryAfter = max(time.Second, time.Until(*s.WaitingUntil))
		e.Message += "; it will be started at " + s.WaitingUntil.Format(time.RFC3339)
	}
	return e
}

// endText tells of a program that ended by itself, though somebody wants it to run.
func (s *snapshot) endText() string {
	if s.Desired != DesiredRunning {
		return ""
	}
	return s.causeText()
}

func (s *snapshot) causeText() string {
	if s.LastExit == nil {
		return ""
	}
	return " (" + s.LastExit.Cause + ")"
}
