package host

import (
	"context"
	"path"
	"strings"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/signature"
	"appzone/host/tree"
)

// sitesMax bounds the sites that are kept in memory; another is dropped for a new one.
const sitesMax = 1024

// Site returns the files of an installed plugin that may be served. A script's are those beside its views. A plugin that must not be
// served has none: the error is quarantined or files_changed.
func (h *Host) Site(ctx context.Context, id string) (*Site, error) {
	s, err := h.siteOf(ctx, id)
	if err != nil {
		return nil, err
	}
	return s, s.refusal()
}

// refusal is why the site is not served, for those who may know; nil: it is.
func (s *Site) refusal() error {
	if s.bar != nil {
		return fault.New(fault.Unavailable, codeQuarantined, "plugin %q is in quarantine: %s", s.Plugin, s.bar.reason)
	}
	if s.damaged {
		return errNotServed(s.Plugin)
	}
	return nil
}

// siteOf is Site for who looks for a refusal by themselves.
func (h *Host) siteOf(ctx context.Context, id string) (*Site, error) {
	for {
		h.mu.Lock()
		s, forgotten := h.sites[id], h.forgotten
		h.mu.Unlock()
		if s != nil {
			return s, nil
		}
		s, err := h.makeSite(ctx, id)
		if err != nil || h.keepSite(s, forgotten) {
			return s, err
		}
	}
}

// makeSite makes the site of what the store has. It has no meter yet.
func (h *Host) makeSite(ctx context.Context, id string) (*Site, error) {
	p, v, err := h.installed(ctx, id)
	if isNotInstalled(err) {
		return nil, errNoSite(id)
	}
	if err != nil {
		return nil, err
	}
	index, err := h.index(v.Index)
	if err != nil {
		return nil, err
	}
	var barred *bar
	err = h.view(ctx, func(r Reader) (err error) {
		barred, err = h.barOf(r, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	m := p.Edits.apply(v.Manifest)
	s := &Site{bar: barred, damaged: h.damageOf(id, v.Digest).stored != nil, Plugin: id, Version: v.Version, Digest: v.Digest, Script: m.Type == manifest.TypeScript, Sidebar: m.Sidebar, Views: m.Parameters.Views,
		Grants: p.Grants, Files: map[string]*File{}}
	for k := range index {
		if served(&m, index[k].Path) {
			s.Files[index[k].Path] = &index[k]
		}
	}
	return s, nil
}

// keepSite gives the site its meter and remembers it. It does not if a site was forgotten since forgotten was read, before the store was:
// this one may be older than what made that one void, and its plugin may be gone. Every new attempt is due to a change that was made in the
// meantime.
func (h *Host) keepSite(s *Site, forgotten uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.forgotten != forgotten {
		return false
	}
	s.Meter = h.meterLocked(s.Plugin)
	for other := range h.sites {
		if len(h.sites) < sitesMax {
			break
		}
		delete(h.sites, other)
	}
	h.sites[s.Plugin] = s
	return true
}

// forgetSite is called after each change of what a plugin's site is made from.
func (h *Host) forgetSite(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sites, id)
	h.forgotten++
}

// forgetSites is forgetSite for all of them.
func (h *Host) forgetSites() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.sites)
	h.forgotten++
}

// served tells whether a file may go to a browser: every file of an html plugin but its manifest and its signature; of a script, what
// lies in the folder of a view and is neither its code nor about its packages. The signature's folder has the name of the host's own place
// on a plugin's origin.
func served(m *manifest.Manifest, file string) bool {
	if file == "manifest.json" || within(signature.Folder, file) {
		return false
	}
	if m.Type == manifest.TypeHTML {
		return true
	}
	if tree.InNodeModules(file) || strings.HasPrefix(path.Base(file), "package") && strings.HasSuffix(file, ".json") {
		return false
	}
	for _, code := range []string{m.Parameters.ScriptPath, m.Parameters.WASMPath} {
		if code != "" && within(path.Dir(code), file) && (path.Dir(code) != "." || file == code) {
			return false
		}
	}
	for _, view := range []string{m.Parameters.Views.Admin, m.Parameters.Views.Agent} {
		if view != "" && !strings.Contains(view, "://") && within(path.Dir(view), file) {
			return true
		}
	}
	return false
}

// within tells whether file lies below dir; "." is everything.
func within(dir, file string) bool {
	return dir == "." || strings.HasPrefix(file, dir+"/")
}
