package host

import (
	"context"
	"crypto/sha256"
	"fmt"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/tree"
)

// checkFilesAfterBoot hashes the files of every installed version, one after the other, beside everything else (row A9).
func (h *Host) checkFilesAfterBoot() {
	var ids []string
	err := h.view(h.ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(id string, p Plugin) (bool, error) {
			if p.Installed != "" {
				ids = append(ids, id)
			}
			return true, nil
		})
	})
	for _, id := range ids {
		if err == nil {
			err = h.checkFiles(h.ctx, id)
		}
		if err != nil && h.ctx.Err() == nil {
			h.log.Error("files not checked", "plugin", id, "error", err)
		}
		err = h.ctx.Err()
	}
}

// checkFiles looks for damage of one plugin, and again where it finds some, while nobody can change the files: an installation may have
// been at work.
func (h *Host) checkFiles(ctx context.Context, id string) error {
	if found, _, err := h.findDamage(ctx, id); err != nil || found == nil {
		return err
	}
	release, err := h.jobs.exclusive(ctx, id)
	if fault.CodeOf(err) == codeBusy {
		return nil // what is done to it looks at the files itself
	}
	if err != nil {
		return err
	}
	defer release()
	found, v, err := h.findDamage(ctx, id)
	if err == nil && found != nil {
		h.noteDamage(ctx, v, *found)
	}
	return err
}

// findDamage hashes what an installed version has on the disk and what of it is served from the store; nil: all is as it was installed.
func (h *Host) findDamage(ctx context.Context, id string) (*damage, Version, error) {
	p, v, err := h.installed(ctx, id)
	if isNotInstalled(err) {
		return nil, v, nil // it was until just now
	}
	if err != nil {
		return nil, v, err
	}
	found, m := damage{}, p.Edits.apply(v.Manifest)
	if found.stored, err = h.findStored(ctx, v, func(path string) bool { return served(&m, path) }); err != nil {
		return nil, v, err
	}
	if v.Manifest.Type == manifest.TypeScript && found.stored == nil {
		changes, err := h.changedFiles(ctx, v, h.staged(p, v))
		if err != nil {
			return nil, v, err
		}
		if len(changes) > 0 {
			found.disk = &changes[0]
		}
	}
	if found == (damage{}) {
		return nil, v, nil
	}
	return &found, v, nil
}

// findStored finds a file of the version that matters and is not what it was in the store.
func (h *Host) findStored(ctx context.Context, v Version, matters func(path string) bool) (*tree.Change, error) {
	if kind, err := h.changedBlob(ctx, v.Index); kind != "" || err != nil {
		return &tree.Change{Path: "the list of its files", Kind: kind}, err
	}
	index, err := h.index(v.Index)
	if err != nil {
		return nil, err
	}
	for _, f := range index {
		if !matters(f.Path) {
			continue
		}
		for _, d := range f.blobs() {
			if kind, err := h.changedBlob(ctx, d); kind != "" || err != nil {
				return &tree.Change{Path: f.Path, Kind: kind}, err
			}
		}
	}
	return nil, nil //nolint:nilnil // all is well
}

// changedBlob tells how a blob differs from its digest; "": not at all.
func (h *Host) changedBlob(ctx context.Context, d Digest) (kind string, err error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	b, err := h.cfg.Store.Blobs().Open(d)
	if err != nil {
		return tree.Missing, h.notReading(ctx, d, err)
	}
	defer b.Close()
	sum := sha256.New()
	err = b.Chunks(func(chunk []byte) error {
		_, _ = sum.Write(chunk)
		return ctx.Err()
	})
	switch {
	case err != nil:
		return tree.Changed, h.notReading(ctx, d, err)
	case digestOf(sum) != d:
		return tree.Changed, nil
	}
	return "", nil
}

// notReading takes a blob that cannot be read for one that is damaged, unless the host is being closed.
func (h *Host) notReading(ctx context.Context, d Digest, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	h.log.Error("a file in the store cannot be read", "blob", fmt.Sprintf("%.12s", d), "error", err)
	return nil
}
