package host

import (
	"context"

	"appzone/host/bundle"
	"appzone/host/fault"
)

// mend lets a version whose files in the store were damaged be used again, now that its zip was uploaded once more: its files are
// whole again, and so is the list of them. What the host makes of them by itself is made anew.
func (h *Host) mend(ctx context.Context, b *bundle.Bundle, u *Upload, actor Actor) error {
	if err := h.needSpace(spaceFor(b, u.size)); err != nil {
		return err
	}
	v := h.newVersion(b, u, actor)
	batch := h.cfg.Store.Blobs().NewBatch()
	defer batch.Close()
	if err := h.storeFiles(ctx, batch, b, &v); err != nil {
		return asNoSpace(err)
	}
	act := Act{Kind: "plugin.mended", Plugin: v.Plugin, Data: map[string]any{"version": v.Version, "digest": v.Digest}}
	err := h.change(ctx, actor, act, func(w Writer, act *Act) error {
		now, ok, err := tableVersions.find(w, versionKey(v.Plugin, v.Digest))
		if err != nil || !ok { // its record went meanwhile
			act.Kind = ""
			return err
		}
		now.Index, now.Encoded = v.Index, false
		return tableVersions.put(w, versionKey(v.Plugin, v.Digest), now)
	})
	if err != nil {
		return asNoSpace(err)
	}
	h.changeDamage(v.Plugin, v.Digest, func(d *damage) { d.stored = nil })
	h.forgetSite(v.Plugin)
	h.encodeLater(v.Plugin)
	return nil
}

// notPlaced explains why files cannot be written to the disk, if it is that they are damaged in the store.
func (h *Host) notPlaced(ctx context.Context, v *Version, err error) error {
	if ctx.Err() != nil || isNoSpace(err) {
		return err
	}
	changed, look := h.findStored(ctx, *v, func(string) bool { return true })
	if look != nil || changed == nil {
		return err
	}
	h.noteDamage(ctx, *v, damage{stored: changed})
	return fault.Wrap(err, fault.Conflict, codeFilesChanged, "version %s of %q cannot be installed: its file %q is %s in the store; upload the same zip again to restore it",
		v.Version, v.Plugin, changed.Path, changed.Kind)
}
