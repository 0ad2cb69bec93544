package host

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"time"

	"appzone/host/process"
)

// SystemView is what GET /system shows: what this host is, and what it can do on this machine.
type SystemView struct {
	Version   string    `json:"version"`
	GoVersion string    `json:"goVersion"`
	OS        string    `json:"os"`
	Arch      string    `json:"arch"`
	CPUs      int       `json:"cpus"`
	StartedAt time.Time `json:"startedAt"`
	// Runtimes that script plugins can ask for.
	Runtimes []RuntimeInfo `json:"runtimes"`
	// Walls that stand around a script plugin here that was granted no network.
	Walls []process.Wall `json:"walls"`
	// RequiredWalls must be enforced around a script, or it is not started.
	RequiredWalls []string `json:"requiredWalls"`
	// Machine is what the walls are made of.
	Machine process.Capabilities `json:"machine"`
	// Secrets tells with which keys they are encrypted.
	Secrets SecretsView `json:"secrets"`
	// FreeBytes is the room left in the data folder.
	FreeBytes      int64 `json:"freeBytes"`
	MaxUploadBytes int64 `json:"maxUploadBytes"`
	// RestartPlugins and RestartDelaySeconds tell whether and when plugins that ran before come back after a boot.
	RestartPlugins      bool    `json:"restartPlugins"`
	RestartDelaySeconds float64 `json:"restartDelaySeconds"`
	// Plugins counts plugins by state.
	Plugins map[State]int `json:"plugins"`
}

// System tells what this host is.
func (h *Host) System(ctx context.Context) (SystemView, error) {
	v := SystemView{Version: h.cfg.Version, GoVersion: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(),
		StartedAt: h.started, Runtimes: []RuntimeInfo{}, RequiredWalls: orEmpty(h.cfg.RequireWalls), Machine: process.Machine(), MaxUploadBytes: h.cfg.MaxUploadBytes,
		RestartPlugins: h.cfg.RestartPlugins, RestartDelaySeconds: h.cfg.RestartDelay.Seconds()}
	v.Walls = v.Machine.Walls(process.Jail{Network: process.NetworkNone, User: process.PluginUser(1)},
		process.Limits{MemoryBytes: 1, CPUPercent: 1, Processes: 1, OpenFiles: 1, DataBytes: 1, LogBytesPerSecond: 1})
	for _, r := range h.runtimes {
		v.Runtimes = append(v.Runtimes, r.Info(ctx))
	}
	slices.SortFunc(v.Runtimes, func(a, b RuntimeInfo) int { return strings.Compare(a.Name, b.Name) })
	var err error
	if v.FreeBytes, err = h.cfg.Store.FreeBytes(); err != nil {
		return v, err
	}
	if v.Secrets, err = h.secretsView(ctx); err != nil {
		return v, err
	}
	v.Plugins, err = h.CountStates(ctx)
	return v, err
}

// CountStates counts the plugins by state.
func (h *Host) CountStates(ctx context.Context) (map[State]int, error) {
	counts := map[State]int{Stopped: 0, Starting: 0, Running: 0, Stopping: 0, BackingOff: 0, Failed: 0}
	after := ""
	for {
		items, next, err := h.Plugins(ctx, PluginFilter{After: after, Limit: 500})
		if err != nil {
			return nil, err
		}
		for _, p := range items {
			counts[p.State]++
		}
		if next == "" {
			return counts, nil
		}
		after = next
	}
}

// LiveJobs is how many jobs wait or run.
func (h *Host) LiveJobs() int {
	h.jobs.mu.Lock()
	defer h.jobs.mu.Unlock()
	return len(h.jobs.live)
}

// Content is the content-addressed part of the store, for whoever serves the files of a [Site].
func (h *Host) Content() Blobs { return h.cfg.Store.Blobs() }
