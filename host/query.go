package host

import (
	"context"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/process"
)

// Plugin shows one plugin.
func (h *Host) Plugin(ctx context.Context, id string) (PluginView, error) {
	var view PluginView
	err := h.view(ctx, func(r Reader) error {
		p, err := pluginOf(r, id)
		if err != nil {
			return err
		}
		view, err = h.viewOf(r, p)
		return err
	})
	return view, err
}

// PluginFilter narrows a list of plugins. Empty fields do not.
type PluginFilter struct {
	State State
	// Query is looked for in id, name and description, case-insensitively.
	Query string
	// After is the id after which the page starts; Limit its size (default 100, at most 500).
	After string
	Limit int
}

// PageSize gives a list's limit its default and its bound.
func PageSize(n int) int {
	if n <= 0 {
		return 100
	}
	return min(n, 500)
}

// Plugins lists plugins by id; next is the cursor of the following page, or "".
func (h *Host) Plugins(ctx context.Context, f PluginFilter) (items []PluginView, next string, err error) {
	limit := PageSize(f.Limit)
	items = []PluginView{}
	err = h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", f.After, func(_ string, p Plugin) (bool, error) {
			v, err := h.viewOf(r, p)
			if err != nil || !f.matches(v) {
				return true, err
			}
			if len(items) == limit {
				next = items[limit-1].ID
				return false, nil
			}
			items = append(items, v)
			return true, nil
		})
	})
	return items, next, err
}

func (f PluginFilter) matches(v PluginView) bool {
	if f.State != "" && v.State != f.State {
		return false
	}
	q := strings.ToLower(f.Query)
	return q == "" || strings.Contains(strings.ToLower(v.ID+"\n"+v.Name+"\n"+v.Description), q)
}

// viewOf joins the record, its version and the present state.
func (h *Host) viewOf(r Reader, p Plugin) (PluginView, error) {
	v, err := shownVersion(r, p)
	if err != nil {
		return PluginView{}, err
	}
	sign, err := standingOf(r, v.Signature)
	if err != nil {
		return PluginView{}, err
	}
	m := p.Edits.apply(v.Manifest)
	view := PluginView{
		ID: p.ID, Name: m.Name, Version: v.Version, Digest: v.Digest, Description: m.Description, Author: m.Author,
		Type: m.Type, Runtime: m.Parameters.Runtime, Sidebar: m.Sidebar, Icon: m.Icon, Views: m.Parameters.Views,
		Active: p.Installed != "", Stage: StageUploaded, Signature: sign.state, Publisher: sign.publisher, Warnings: orEmpty(v.Warnings),
		Permissions: m.Parameters.Permissions, Grants: p.Grants, Limits: m.EffectiveLimits(), Restart: m.Parameters.Restart,
		Manifest: &v.Manifest, Trial: p.Trial, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, Revision: p.Revision,
	}
	if p.Installed != "" {
		view.Stage, view.InstalledAt = StageInstalled, &p.InstalledAt
	}
	if view.Former, err = formerView(r, p); err != nil {
		return view, err
	}
	if p.Candidate != "" {
		c, err := tableVersions.get(r, versionKey(p.ID, p.Candidate))
		if err != nil {
			return view, err
		}
		asked := asks(&c.Manifest)
		view.Candidate = &CandidateView{Version: c.Version, Digest: c.Digest, NeedsConsent: len(asked.beyond(p.Grants)) > 0}
	}
	if p.Installed == "" {
		view.Status = h.statusOf(p, m)
	} else {
		b := h.barFor(sign, v)
		view.Status, view.Quarantine = h.statusShown(p, m, v.Digest, b), b.quarantine()
		h.showDamage(&view, v)
	}
	h.mu.Lock()
	if h.installing[p.ID] {
		view.Stage = StageInstalling
	}
	h.mu.Unlock()
	return view, nil
}

// shownVersion is the installed version, else the candidate.
func shownVersion(r Reader, p Plugin) (Version, error) {
	d := p.Installed
	if d == "" {
		d = p.Candidate
	}
	if d == "" { // uninstalled, and its candidate was replaced: show the newest that is kept
		var newest Version
		err := tableVersions.each(r, p.ID+"/", "", func(_ string, v Version) (bool, error) {
			if v.UploadedAt.After(newest.UploadedAt) {
				newest = v
			}
			return true, nil
		})
		return newest, err
	}
	return tableVersions.get(r, versionKey(p.ID, d))
}

func (h *Host) statusOf(p Plugin, m manifest.Manifest) Status {
	h.mu.Lock()
	s := h.supervisors[p.ID]
	h.mu.Unlock()
	if s != nil {
		status := s.snap.Load().Status
		status.Walls = observedWalls(orEmpty(status.Walls), p.Grants)
		return status
	}
	st := Status{State: Stopped, Desired: DesiredStopped, Since: p.UpdatedAt, Walls: []process.Wall{}}
	if p.Installed != "" && m.Type == manifest.TypeHTML {
		st.State, st.Desired, st.Since = Running, DesiredRunning, p.InstalledAt
	}
	if m.Type == manifest.TypeScript {
		granted := p.Grants
		if granted == nil { // not agreed to yet: what it would get
			asked := asks(&m)
			granted = &asked
		}
		st.Walls = walls(m, granted)
	}
	return st
}

// walls are those that an instance of m with the grants g would get on this machine.
func walls(m manifest.Manifest, g *Grants) []process.Wall {
	jail := process.Jail{Network: networkOf(&m, g), SystemFiles: m.UsesNode(), User: process.PluginUser(1)}
	if m.UsesNode() {
		jail.Overlay = &process.Overlay{}
	}
	return observedWalls(process.Machine().Walls(jail, limitsOf(&m)), g)
}

// observedWalls shows the network wall as none while the plugin is being observed.
func observedWalls(all []process.Wall, g *Grants) []process.Wall {
	if !g.observed() {
		return all
	}
	all = slices.Clone(all)
	for i := range all {
		if all[i].Name == "network" {
			all[i] = process.Wall{Name: "network", Level: process.None,
				Reason: "it is being observed until " + g.ObserveUntil.Format(time.RFC3339) + ": it may reach every public address, and what it reaches is recorded"}
		}
	}
	return all
}

// networkOf is the network of an instance of m: none unless something was granted; what was granted is reached through the host; a
// Node plugin that may reach every address shares the host's network, as the programs of its time did, unless it is being observed.
func networkOf(m *manifest.Manifest, g *Grants) process.Network {
	switch {
	case !g.reaches():
		return process.NetworkNone
	case m.UsesNode() && g.UnrestrictedNetwork && !g.observed():
		return process.NetworkHost
	default:
		return process.NetworkEgress
	}
}

// limitsOf are the limits of an instance of m. Output beyond what the log keeps is dropped there; four times that is
// where the pipe slows the program down, so that a flood costs the host little.
func limitsOf(m *manifest.Manifest) process.Limits {
	l := m.EffectiveLimits()
	return process.Limits{MemoryBytes: int64(l.MemoryMB) << 20, CPUPercent: l.CPUPercent, Processes: l.PIDs,
		OpenFiles: l.OpenFiles, FileBytes: int64(l.DataMB) << 20, DataBytes: int64(l.DataMB) << 20, Guest: !m.UsesNode(),
		LogBytesPerSecond: 4 * l.LogKBps << 10}
}

// VersionView is one version that is kept.
type VersionView struct {
	Version   string `json:"version"`
	Digest    Digest `json:"digest"`
	Installed bool   `json:"installed"`
	Candidate bool   `json:"candidate"`
	ZipBytes  int64  `json:"zipBytes"`
	FileCount int    `json:"fileCount"`
	FileBytes int64  `json:"fileBytes"`
	Signature string `json:"signature"`
	// Publisher is whose signature holds; nil where none does.
	Publisher *Publisher `json:"publisher"`
	// Former tells that it was in use before the last upgrade; Fault why the host took it back by itself the last time.
	Former     bool      `json:"former"`
	Fault      string    `json:"fault"`
	UploadedAt time.Time `json:"uploadedAt"`
	UploadedBy string    `json:"uploadedBy"`
}

// Versions lists the versions of a plugin that are kept, newest first.
func (h *Host) Versions(ctx context.Context, id string) ([]VersionView, error) {
	out := []VersionView{}
	err := h.view(ctx, func(r Reader) error {
		p, err := pluginOf(r, id)
		if err != nil {
			return err
		}
		former, err := formerView(r, p)
		if err != nil {
			return err
		}
		return tableVersions.each(r, id+"/", "", func(_ string, v Version) (bool, error) {
			sign, err := standingOf(r, v.Signature)
			if err != nil {
				return false, err
			}
			out = append(out, VersionView{Version: v.Version, Digest: v.Digest, Installed: v.Digest == p.Installed,
				Candidate: v.Digest == p.Candidate, ZipBytes: v.ZipBytes, FileCount: v.FileCount, FileBytes: v.FileBytes,
				Former: former != nil && v.Digest == former.Digest, Fault: v.Fault,
				Signature: sign.state, Publisher: sign.publisher, UploadedAt: v.UploadedAt, UploadedBy: v.UploadedBy})
			return true, nil
		})
	})
	slices.SortFunc(out, func(a, b VersionView) int { return b.UploadedAt.Compare(a.UploadedAt) })
	return out, err
}

// The codes of what is asked of a plugin that there is not, or that is not installed.
const (
	codeNoPlugin     = "plugin_not_found"
	codeNotInstalled = "not_installed"
)

func errNotInstalled(id string) error {
	return fault.New(fault.Conflict, codeNotInstalled, "plugin %q is not installed", id)
}

// isNotInstalled tells whether err says that there is no installed plugin of that id.
func isNotInstalled(err error) bool {
	code := fault.CodeOf(err)
	return code == codeNoPlugin || code == codeNotInstalled
}

// installed returns the plugin and its installed version.
func (h *Host) installed(ctx context.Context, id string) (p Plugin, v Version, err error) {
	err = h.view(ctx, func(r Reader) error {
		if p, err = pluginOf(r, id); err != nil {
			return err
		}
		if p.Installed == "" {
			return errNotInstalled(id)
		}
		v, err = tableVersions.get(r, versionKey(id, p.Installed))
		return err
	})
	return p, v, err
}
