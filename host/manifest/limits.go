package manifest

import "time"

// Restart policies.
const (
	RestartNever     = "never"
	RestartOnFailure = "on-failure"
	RestartAlways    = "always"
)

// How a new version takes over.
const (
	UpgradeReplace = "replace"
	UpgradeOverlap = "overlap"
)

// What a change of the settings does to a plugin that runs.
const (
	SettingsRestart = "restart"
	SettingsSignal  = "signal"
)

// The defaults of times.
const (
	DefaultReadinessTimeout = 15 * time.Second
	DefaultGrace            = 10 * time.Second
)

func (l Limits) validate(r *report, runtime string) {
	const at = "parameters.limits."
	least, most := 64, 65536
	if runtime == RuntimeWASM {
		// Linear memory of 32 bits ends at 4 GiB.
		least, most = 1, 4096
	}
	r.within(at+"memoryMB", l.MemoryMB, least, most)
	r.within(at+"cpuPercent", l.CPUPercent, 1, 6400)
	r.within(at+"pids", l.PIDs, 16, 4096)
	r.within(at+"openFiles", l.OpenFiles, 32, 65536)
	r.within(at+"dataMB", l.DataMB, 1, 1<<20)
	r.within(at+"logKBps", l.LogKBps, 1, 10240)
}

// Defaults are the limits of a plugin of this runtime that sets none.
func (m *Manifest) Defaults() Limits {
	l := Limits{MemoryMB: 512, CPUPercent: 100, PIDs: 64, OpenFiles: 256, DataMB: 256, LogKBps: 256}
	if m.Parameters.Runtime == RuntimeWASM {
		l.MemoryMB = 128
	}
	return l
}

// EffectiveLimits are the limits with the defaults filled in.
func (m *Manifest) EffectiveLimits() Limits {
	l, d := m.Parameters.Limits, m.Defaults()
	for _, pair := range [][2]*int{
		{&l.MemoryMB, &d.MemoryMB}, {&l.CPUPercent, &d.CPUPercent}, {&l.PIDs, &d.PIDs},
		{&l.OpenFiles, &d.OpenFiles}, {&l.DataMB, &d.DataMB}, {&l.LogKBps, &d.LogKBps},
	} {
		if *pair[0] == 0 {
			*pair[0] = *pair[1]
		}
	}
	return l
}

// ReadinessTimeout is how long a start may take.
func (m *Manifest) ReadinessTimeout() time.Duration {
	if s := m.Parameters.Readiness.TimeoutSeconds; s > 0 {
		return time.Duration(s) * time.Second
	}
	return DefaultReadinessTimeout
}

// Grace is how long requests in flight and the process may take when the plugin is stopped.
func (m *Manifest) Grace() time.Duration {
	if s := m.Parameters.Stop.GraceSeconds; s > 0 {
		return time.Duration(s) * time.Second
	}
	return DefaultGrace
}
