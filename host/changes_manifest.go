package host

import (
	"strconv"

	"appzone/host/manifest"
)

// FieldChange is a field of the manifest that differs, as people read it; "" where there is nothing. What has a default shows that.
type FieldChange struct {
	// Field is its path, without the manifest's "parameters".
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// fieldChanges compares what people see of two manifests, and what decides how the plugin runs. Files, settings and permissions are
// compared elsewhere.
func fieldChanges(before, after *manifest.Manifest) []FieldChange {
	out := []FieldChange{}
	is := shownFields(after)
	for k, was := range shownFields(before) {
		if was != is[k] {
			out = append(out, FieldChange{Field: was[0], Before: was[1], After: is[k][1]})
		}
	}
	return out
}

// shownFields are names and values, always in the same order.
func shownFields(m *manifest.Manifest) [][2]string {
	p := &m.Parameters
	fields := [][2]string{
		{"name", m.Name}, {"description", m.Description},
		{"author.name", m.Author.Name}, {"author.email", m.Author.Email}, {"author.website", m.Author.Website},
		{"type", m.Type}, {"sidebar", m.Sidebar}, {"icon", m.Icon}, {"views.admin", p.Views.Admin}, {"views.agent", p.Views.Agent},
		{"scriptName", p.ScriptName}, {"scriptPath", p.ScriptPath}, {"runtime", p.Runtime}, {"wasmPath", p.WASMPath},
		{"requires.appzone", p.Requires.AppZone}, {"requires.node", p.Requires.Node},
		{"restart.policy", p.Restart.Policy}, {"upgrade", p.Upgrade}, {"settingsChange", p.SettingsChange},
		{"readiness.path", p.Readiness.Path},
	}
	number := func(name string, n int) {
		text := ""
		if m.Type == manifest.TypeScript { // pages have nothing that they bound
			text = strconv.Itoa(n)
		}
		fields = append(fields, [2]string{name, text})
	}
	l := m.EffectiveLimits()
	number("readiness.timeoutSeconds", int(m.ReadinessTimeout().Seconds()))
	number("stop.graceSeconds", int(m.Grace().Seconds()))
	number("limits.memoryMB", l.MemoryMB)
	number("limits.cpuPercent", l.CPUPercent)
	number("limits.pids", l.PIDs)
	number("limits.openFiles", l.OpenFiles)
	number("limits.dataMB", l.DataMB)
	number("limits.logKBps", l.LogKBps)
	return fields
}
