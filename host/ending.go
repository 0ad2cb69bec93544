package host

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/secret"
)

// ended decides what follows the end of the instance.
func (s *supervisor) ended(n news) {
	s.inst = nil
	s.status.Listening, s.status.PID = false, 0
	exit := n.inst.lastExit(n.err)
	s.status.LastExit = exit
	s.log.Append(time.Now(), "host", "ended: "+exit.Cause)
	switch {
	case s.status.State == Stopping:
		s.due = s.again // so that no request is refused between this end and the next start
		s.move(causeEnded, exit)
		answer(&s.stopping, nil)
		if s.again {
			s.begin(true)
		} else {
			answer(&s.starting, fault.New(fault.Conflict, "stopped", "plugin %q was stopped while it was starting", s.id))
		}
	case s.status.State == Starting && (s.byHand || hopeless(n.err)):
		s.fail(n, exit)
	case n.inst.comesBack(exit.Exit):
		s.crashed(n, exit)
	case n.err == nil && exit.Code == 0:
		s.move(causeEnded, exit)
	default:
		s.fail(n, exit)
	}
}

// hopeless tells whether a start failed for what no further attempt changes.
func hopeless(err error) bool {
	switch fault.CodeOf(err) {
	case codeWallMissing, codeDataFull, codeQuarantined, secret.CodeMissing, secret.CodeDamaged:
		return true
	}
	return false
}

func (s *supervisor) crashed(n news, exit *LastExit) {
	now := time.Now()
	s.trial.crashed(now)
	delay, ok := s.crashes.add(now, s.ready)
	if !ok {
		exit.Cause = fmt.Sprintf("gave up after repeated crashes; the last one: %s", exit.Cause)
		s.fail(n, exit)
		return
	}
	until := now.Add(delay).UTC()
	s.status.WaitingUntil = &until
	s.move(causeCrashed, exit)
	s.timer.Reset(delay)
	s.log.Append(now, "host", fmt.Sprintf("restart in %s", delay.Round(10*time.Millisecond)))
	answer(&s.starting, s.startError(n, exit))
}

func (s *supervisor) fail(n news, exit *LastExit) {
	exit.Output = s.lastLines()
	if code := fault.CodeOf(n.err); s.trial.on && code != secret.CodeMissing && code != codeQuarantined { // which are no version's doing
		s.failTrial(exit.Cause)
	}
	s.move(causeGaveUp, exit)
	answer(&s.starting, s.startError(n, exit))
}

// startError is what the person who asked for the start is told.
func (s *supervisor) startError(n news, exit *LastExit) error {
	var f *fault.Error
	if errors.As(n.err, &f) && f.Code != "" {
		return f
	}
	e := fault.Wrap(n.err, fault.Invalid, "start_failed", "plugin %q did not start: %s", s.id, exit.Cause)
	if exit.Hint != "" {
		e.Message += "; " + exit.Hint
	}
	return e
}

// lastLines are the last lines, at most 50, that the plugin itself wrote since its last start.
func (s *supervisor) lastLines() []string {
	lines, err := s.log.Tail(50)
	if err != nil {
		s.host.log.Warn("log not readable", "plugin", s.id, "error", err)
	}
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		switch {
		case l.Stream != "host":
			out = append(out, l.Text)
		case strings.HasPrefix(l.Text, startMark): // what came before was another instance's
			out = out[:0]
		}
	}
	return out
}
