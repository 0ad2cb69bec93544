package host

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"appzone/host/manifest"
	"appzone/host/tree"
)

// Stats is what an instance uses now.
type Stats struct {
	State          State   `json:"state"`
	PID            int     `json:"pid,omitempty"`
	UptimeSeconds  float64 `json:"uptimeSeconds"`
	CPUSeconds     float64 `json:"cpuSeconds"`
	MemoryBytes    int64   `json:"memoryBytes"`
	MemoryLimit    int64   `json:"memoryLimitBytes"`
	Processes      int     `json:"processes"`
	OpenFiles      int     `json:"openFiles"`
	DataBytes      int64   `json:"dataBytes"`
	DataLimit      int64   `json:"dataLimitBytes"`
	Restarts       int     `json:"restarts"`
	RequestsActive int     `json:"requestsActive"`
	// RequestsTotal and ErrorsTotal count since the host's start; errors are answers of 500 and above, the host's own for the plugin included.
	RequestsTotal uint64 `json:"requestsTotal"`
	ErrorsTotal   uint64 `json:"errorsTotal"`
	// P95Ms is the 95th percentile of the time until an answer began, in milliseconds, of the last five minutes; nil: nobody asked.
	P95Ms *float64 `json:"p95Ms,omitempty"`
}

// Stats tells what the plugin uses.
func (h *Host) Stats(ctx context.Context, id string) (Stats, error) {
	var st Stats
	view, err := h.Plugin(ctx, id)
	if err != nil {
		return st, err
	}
	st = Stats{State: view.State, PID: view.PID, Restarts: view.Restarts,
		MemoryLimit: int64(view.Limits.MemoryMB) << 20, DataLimit: int64(view.Limits.DataMB) << 20}
	if m := h.knownMeter(id); m != nil {
		totals := m.Totals(h.age())
		st.RequestsTotal, st.ErrorsTotal, st.P95Ms = totals.Requests, totals.Errors, totals.P95Ms
	}
	if view.Type != manifest.TypeScript {
		return st, nil
	}
	if st.DataBytes, _, err = tree.Usage(h.dirs.plugin(id).data); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return st, err
	}
	s, err := h.supervisor(id)
	if err != nil {
		return st, nil //nolint:nilerr // without a process there is nothing to measure
	}
	snap := s.snap.Load()
	if snap.inst == nil {
		return st, nil
	}
	st.UptimeSeconds = time.Since(snap.Since).Seconds()
	st.RequestsActive = snap.inst.flight.count()
	u, err := snap.inst.proc.Usage()
	if err != nil {
		return st, nil //nolint:nilerr // it has just ended
	}
	st.CPUSeconds, st.MemoryBytes, st.Processes, st.OpenFiles = u.CPU.Seconds(), u.RSSBytes, u.Processes, u.OpenFiles
	return st, nil
}
