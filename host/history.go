package host

import (
	"context"
	"maps"
	"slices"
	"time"

	"appzone/host/history"
)

// sampleTime is how often it is looked at what running plugins use.
const sampleTime = 15 * time.Second

// History is what a plugin did over a time, as far as this host has run.
type History struct {
	Window history.Window `json:"window"`
	// StepSeconds is the length of a step.
	StepSeconds int `json:"stepSeconds"`
	// From is when the first step began: no earlier than the host. To is now, in the middle of the last step.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	// Points are all steps between, the oldest first.
	Points []history.Point `json:"points"`
}

// History tells what a plugin did over the window. It is kept in memory, from the host's start to its end. Steps are counted on a clock
// that nobody sets; their times are told by the clock as it is now. Where the machine sleeps, that clock stands still.
func (h *Host) History(ctx context.Context, id string, w history.Window) (History, error) {
	err := h.view(ctx, func(r Reader) error {
		_, err := pluginOf(r, id)
		return err
	})
	if err != nil {
		return History{}, err
	}
	m, age, now := h.knownMeter(id), h.age(), time.Now().UTC()
	if m == nil { // nothing was asked of it
		m = history.New(age)
	}
	// Whole seconds, so that one answer's steps have the times of the last one's.
	points := m.Points(w, age, now.Add(-age).Round(time.Second))
	return History{Window: w, StepSeconds: int(w.Step().Seconds()), From: points[0].Time, To: now, Points: points}, nil
}

// age is how long the host has run, by the clock of the meters.
func (h *Host) age() time.Duration { return time.Since(h.begun) }

// meter is the plugin's, which is made at its first use. There must be such a plugin.
func (h *Host) meter(id string) *history.Meter {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.meterLocked(id)
}

// meterLocked is meter with h.mu held.
func (h *Host) meterLocked(id string) *history.Meter {
	m := h.meters[id]
	if m == nil {
		m = history.New(h.age())
		h.meters[id] = m
	}
	return m
}

// knownMeter is the plugin's, nil if it never had one.
func (h *Host) knownMeter(id string) *history.Meter {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.meters[id]
}

// forgetMeter is called when the plugin's record is gone, and its site and supervisor are.
func (h *Host) forgetMeter(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.meters, id)
}

// sampleUsage tells the meters what runs, and that time passes, until the host closes.
func (h *Host) sampleUsage() {
	tick := time.NewTicker(sampleTime)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.sampleAll()
		case <-h.ctx.Done():
			return
		}
	}
}

// sampleAll reads one file for each process of every plugin that runs.
func (h *Host) sampleAll() {
	running := map[*history.Meter]*instance{}
	h.mu.Lock()
	for id, s := range h.supervisors {
		if inst := s.snap.Load().inst; inst != nil {
			running[h.meterLocked(id)] = inst
		}
	}
	all := slices.Collect(maps.Values(h.meters))
	h.mu.Unlock()
	for _, m := range all {
		if h.ctx.Err() != nil {
			return
		}
		if inst := running[m]; inst != nil {
			h.sample(m, inst)
		}
		m.Turn(h.age())
	}
}

// sample tells the meter what the instance uses, if that is to be had.
func (h *Host) sample(m *history.Meter, i *instance) {
	cpu, rss, err := i.proc.Load()
	if err != nil {
		return // it has just ended, or this system does not tell
	}
	m.Sample(h.age(), history.Sample{Instance: i.number, Age: time.Since(i.began), CPU: cpu, MemoryBytes: rss,
		MemoryLimitBytes: int64(i.launch.manifest.EffectiveLimits().MemoryMB) << 20})
}
