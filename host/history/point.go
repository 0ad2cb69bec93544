package history

import "time"

// Point is what happened in one step.
type Point struct {
	// Time is when the step began.
	Time time.Time `json:"time"`
	// CPUPercent is the mean use of processors, 100 for one of them all the time; nil: no program ran, or nobody could tell.
	CPUPercent *float64 `json:"cpuPercent"`
	// MemoryBytes is the most that a sample found; nil as for CPUPercent.
	MemoryBytes *int64 `json:"memoryBytes"`
	// MemoryLimitBytes is what it might use; nil as for CPUPercent.
	MemoryLimitBytes *int64 `json:"memoryLimitBytes,omitempty"`
	// Requests counts those that were answered or failed.
	Requests uint32 `json:"requests"`
	// Errors counts those of them that failed.
	Errors uint32 `json:"errors"`
	// P95Ms is the 95th percentile of their latency, in milliseconds; nil: there were none.
	P95Ms *float64 `json:"p95Ms"`
	// Restarts counts automatic restarts.
	Restarts uint32 `json:"restarts"`
}

// point shows a step that began at a time.
func (s step) point(began time.Time) Point {
	p := Point{Time: began, Requests: s.requests, Errors: s.errors, Restarts: s.restarts}
	if s.requests > 0 {
		p.P95Ms = rounded(float64(s.p95))
	}
	if s.over > 0 {
		p.CPUPercent = rounded(100 * s.cpu.Seconds() / s.over.Seconds())
	}
	if s.memory > 0 {
		p.MemoryBytes, p.MemoryLimitBytes = &s.memory, &s.limit
	}
	return p
}

// rounded has three digits after the point: microseconds of a latency, and more than is known of the rest.
func rounded(v float64) *float64 {
	v = float64(int64(v*1000+0.5)) / 1000
	return &v
}
