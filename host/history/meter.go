package history

import (
	"sync"
	"sync/atomic"
	"time"
)

// recentSteps is how many minutes [Totals.P95Ms] goes back, the present one included.
const recentSteps = 5

// Meter counts what one plugin does. Its methods may be called from any goroutine.
type Meter struct {
	latencies [classes]atomic.Uint64
	errors    atomic.Uint64
	restarts  atomic.Uint32

	mu   sync.Mutex // guards what follows
	hour series
	day  series
	// recent are the counts at the beginnings of the last minutes, by number of the step.
	recent [recentSteps]latencies
	last   Sample
}

// New makes a meter at a time of the caller's clock, 0 or later.
func New(at time.Duration) *Meter {
	return &Meter{hour: newSeries(Hour, at), day: newSeries(Day, at)}
}

// Count counts a request that took so long until its answer began.
func (m *Meter) Count(failed bool, took time.Duration) {
	m.latencies[classOf(took)].Add(1)
	if failed {
		m.errors.Add(1)
	}
}

// Restarted counts an automatic restart.
func (m *Meter) Restarted() { m.restarts.Add(1) }

// Sample is what one instance of a program has used.
type Sample struct {
	// Instance tells one run from another; never 0.
	Instance uint64
	// Age is how long it runs.
	Age time.Duration
	// CPU is the processor time since it began.
	CPU time.Duration
	// MemoryBytes is what it has now, of MemoryLimitBytes at most.
	MemoryBytes, MemoryLimitBytes int64
}

// Sample adds what the plugin's instance has used, at a time of the caller's clock. An instance that was not there at the last sample
// counts from its beginning.
func (m *Meter) Sample(at time.Duration, s Sample) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.last
	if before.Instance != s.Instance {
		before = Sample{}
	}
	u := usage{cpu: max(0, s.CPU-before.CPU), over: max(0, s.Age-before.Age), memory: s.MemoryBytes, limit: s.MemoryLimitBytes}
	m.last = s
	// What was used belongs to the step that is about to end.
	m.hour.used.add(u)
	m.day.used.add(u)
	m.turn(at)
}

// Turn ends the steps whose time is over. It is called at least once in each step of a minute.
func (m *Meter) Turn(at time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn(at)
}

// turn is Turn, with the lock held. It returns the counts of now.
func (m *Meter) turn(at time.Duration) *tally {
	now := m.tally()
	was := m.hour.open
	if m.hour.close(at, now) {
		for n := max(was, m.hour.open-recentSteps) + 1; n <= m.hour.open; n++ {
			m.recent[n%recentSteps] = now.latencies
		}
	}
	m.day.close(at, now)
	return now
}

func (m *Meter) tally() *tally {
	// Errors first: a request that is counted meanwhile is no error without a request.
	t := &tally{errors: uint32(m.errors.Load()), restarts: m.restarts.Load()}
	for i := range t.latencies {
		t.latencies[i] = uint32(m.latencies[i].Load())
	}
	return t
}

// Points are the steps of a window up to a time of the caller's clock, the oldest first, none from before its beginning. The last one is
// open. began is when the clock was 0.
func (m *Meter) Points(w Window, at time.Duration, began time.Time) []Point {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.turn(at)
	s := &m.hour
	if w == Day {
		s = &m.day
	}
	first := max(1, s.open-int64(len(s.ring))+1)
	points := make([]Point, 0, len(s.ring))
	for n := first; n <= s.open; n++ {
		points = append(points, s.step(n, now).point(began.Add(time.Duration(n-1)*s.length)))
	}
	return points
}

// Totals are sums since the meter was made.
type Totals struct {
	// Requests and Errors are as in [Point].
	Requests, Errors uint64
	// P95Ms is that of the last five minutes, the present one included; nil: there was no request.
	P95Ms *float64
}

// Totals sums up, at a time of the caller's clock.
func (m *Meter) Totals(at time.Duration) Totals {
	m.mu.Lock()
	defer m.mu.Unlock()
	t := Totals{Errors: m.errors.Load()}
	for i := range m.latencies {
		t.Requests += m.latencies[i].Load()
	}
	now := m.turn(at)
	if recent, n := now.latencies.since(&m.recent[(m.hour.open+1)%recentSteps]); n > 0 {
		t.P95Ms = rounded(recent.p95())
	}
	return t
}
