package history

import "time"

// step is what is remembered of one step.
type step struct {
	number           int64 // which step it is, from 1 on: another one's place is not yet taken
	requests, errors uint32
	restarts         uint32
	p95              float32 // in milliseconds; 0: no request
	usage
}

// usage is what a program used over a time.
type usage struct {
	cpu    time.Duration
	over   time.Duration // how long cpu was measured
	memory int64         // the most of all samples; 0: none
	limit  int64         // the last one
}

// add joins a later measurement.
func (u *usage) add(more usage) {
	u.cpu += more.cpu
	u.over += more.over
	u.memory = max(u.memory, more.memory)
	u.limit = more.limit
}

// tally is the state of a meter's counters.
type tally struct {
	latencies latencies
	errors    uint32
	restarts  uint32
}

// series is a ring of steps of one length, and the step that is open.
type series struct {
	length time.Duration
	ring   []step
	open   int64 // its number
	base   tally // at its beginning
	used   usage // in it
}

func newSeries(w Window, at time.Duration) series {
	return series{length: w.Step(), ring: make([]step, w.Steps()), open: numberOf(at, w.Step())}
}

// numberOf is the step in which a time lies.
func numberOf(at, length time.Duration) int64 { return int64(at/length) + 1 }

// close ends the open step if the time is over, and tells whether it did. Steps in which nobody looked stay empty.
func (s *series) close(at time.Duration, now *tally) bool {
	n := numberOf(at, s.length)
	if n <= s.open {
		return false
	}
	*s.place(s.open) = s.soFar(now)
	s.open, s.base, s.used = n, *now, usage{}
	return true
}

// soFar is the open step as it is.
func (s *series) soFar(now *tally) step {
	d, n := now.latencies.since(&s.base.latencies)
	return step{number: s.open, requests: n, errors: now.errors - s.base.errors, restarts: now.restarts - s.base.restarts,
		p95: float32(d.p95()), usage: s.used}
}

func (s *series) place(number int64) *step { return &s.ring[number%int64(len(s.ring))] }

// step gives one of the steps that are remembered; it is empty if nothing is known of it.
func (s *series) step(number int64, now *tally) step {
	if number == s.open {
		return s.soFar(now)
	}
	if known := s.place(number); known.number == number {
		return *known
	}
	return step{number: number}
}
