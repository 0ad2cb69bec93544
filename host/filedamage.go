package host

import (
	"context"
	"fmt"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/tree"
)

// codeFilesChanged is the code of what is refused because files are not what was installed (row A9).
const codeFilesChanged = "files_changed"

// damage is what was found to be wrong with the files of an installed version. It is not stored: every boot looks again.
type damage struct {
	// disk is a file that the program is started from, stored one that is served or written to the disk from the store; nil: none.
	disk, stored *tree.Change
}

// damageOf is what is known of this version's files.
func (h *Host) damageOf(id string, version Digest) damage {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.damages[versionKey(id, version)]
}

// changeDamage lets change say what is wrong now, and tells whether that is worse than what was known.
func (h *Host) changeDamage(id string, version Digest, change func(*damage)) (news bool) {
	h.mu.Lock()
	key := versionKey(id, version)
	old := h.damages[key]
	next := old
	if change(&next); next == (damage{}) {
		delete(h.damages, key)
	} else {
		h.damages[key] = next
	}
	h.mu.Unlock()
	if (old.stored == nil) != (next.stored == nil) {
		h.forgetSite(id)
	}
	return next.disk != nil && old.disk == nil || next.stored != nil && old.stored == nil
}

// noteDamage lets everybody know who must: the audit trail, the log, and whoever looks at the plugin.
func (h *Host) noteDamage(ctx context.Context, v Version, found damage) {
	news := h.changeDamage(v.Plugin, v.Digest, func(d *damage) {
		if found.disk != nil {
			d.disk = found.disk
		}
		if found.stored != nil {
			d.stored = found.stored
		}
	})
	if !news {
		return
	}
	data := map[string]any{"version": v.Version, "digest": v.Digest}
	for where, c := range map[string]*tree.Change{"disk": found.disk, "store": found.stored} {
		if c != nil {
			data[where] = c
			h.log.Error("a file of an installed plugin is not what was installed", "plugin", v.Plugin, "where", where, "file", c.Path, "is", c.Kind)
		}
	}
	err := h.change(ctx, System, Act{Kind: "plugin.files_changed", Plugin: v.Plugin, Data: data}, nil)
	if err = h.noted(err); err != nil && ctx.Err() == nil {
		h.log.Error("changed files are not in the audit trail", "plugin", v.Plugin, "error", err)
	}
}

// showDamage names the file in the view of an installed plugin.
func (h *Host) showDamage(view *PluginView, v Version) {
	d := h.damageOf(v.Plugin, v.Digest)
	warn := func(format string, c *tree.Change) {
		view.Warnings = append(view.Warnings[:len(view.Warnings):len(view.Warnings)],
			manifest.Warning{Code: codeFilesChanged, Message: fmt.Sprintf(format, c.Path, c.Kind)})
	}
	if d.disk != nil {
		warn("its file %q is %s on the disk since it was installed, so that it is not started; install it again to restore it", d.disk)
	}
	if d.stored != nil {
		warn("its file %q is %s in the store, so that it is not served; upload the same zip again to restore it", d.stored)
	}
}

// errNotServed is for those who may open the plugin; which file it is, administrators see.
func errNotServed(id string) error {
	return fault.New(fault.Unavailable, codeFilesChanged, "plugin %q is not served: its files are not what was installed; an administrator sees what to do", id)
}
