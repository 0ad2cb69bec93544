package host

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"

	"appzone/host/manifest"
)

// shelf remembers what is installed, as sidebars need it: everybody who has a console open asks after each change, and the records of a
// hundred plugins take milliseconds to read.
type shelf struct {
	// changes counts what may have made it void.
	changes atomic.Uint64

	mu    sync.Mutex // guards what follows, and is held while the store is read: who asks meanwhile gets the same
	known bool
	as    uint64 // changes, when it was read
	all   []shelved
}

// shelved is one installed plugin. It never changes.
type shelved struct {
	plugin   Plugin
	version  string
	digest   Digest
	manifest manifest.Manifest // with the administrator's edits
	bar      *bar              // why it is not used; nil: it is
}

// forget is called when a change is durable and before anybody is told of it, so that whoever is told of it reads it.
func (s *shelf) forget(kind string) {
	if strings.HasPrefix(kind, "plugin.") || strings.HasPrefix(kind, "key.") {
		s.changes.Add(1)
	}
}

// shelved lists the installed plugins by id. What it returns is shared.
func (h *Host) shelved(ctx context.Context) ([]shelved, error) {
	s := &h.shelf
	s.mu.Lock()
	defer s.mu.Unlock()
	as := s.changes.Load() // before the store is read
	if s.known && s.as == as {
		return s.all, nil
	}
	all := []shelved{}
	err := h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(_ string, p Plugin) (bool, error) {
			v, err := installedVersion(r, p)
			if err != nil || v == nil {
				return true, err
			}
			b, err := h.barOf(r, *v)
			all = append(all, shelved{plugin: p, version: v.Version, digest: v.Digest, manifest: p.Edits.apply(v.Manifest), bar: b})
			return true, err
		})
	})
	if err == nil {
		s.known, s.as, s.all = true, as, all
	}
	return all, err
}
