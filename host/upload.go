package host

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"

	"appzone/host/bundle"
	"appzone/host/fault"
	"appzone/host/tree"
)

const (
	// dependencyReserve is the room that is kept for packages of a Node plugin that brings none.
	dependencyReserve = 256 << 20
	// spaceMargin is always left free.
	spaceMargin = 64 << 20
)

// Upload is a zip that has arrived: a private temporary file and its digest.
type Upload struct {
	file   *os.File
	size   int64
	digest Digest
}

// Close removes the temporary file.
func (u *Upload) Close() {
	_ = u.file.Close()
	_ = os.Remove(u.file.Name())
}

// Receive reads a zip into a private temporary file (0600, in a folder of 0700) and hashes it on the way, so
// that what was hashed is what is read later (row A8). It needs 32 KiB of memory whatever the size.
func (h *Host) Receive(ctx context.Context, body io.Reader) (*Upload, error) {
	if err := h.needSpace(h.cfg.MaxUploadBytes / 8); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(h.dirs.uploads, "zip-*")
	if err != nil {
		return nil, fmt.Errorf("make temporary file: %w", err)
	}
	u := &Upload{file: f}
	sum := sha256.New()
	u.size, err = io.Copy(io.MultiWriter(f, sum), &contextReader{ctx, io.LimitReader(body, h.cfg.MaxUploadBytes+1)})
	switch {
	case err != nil:
		err = asNoSpace(err)
	case u.size > h.cfg.MaxUploadBytes:
		err = errTooLarge(h.cfg.MaxUploadBytes)
	case u.size == 0:
		err = fault.New(fault.Malformed, "body_empty", "the request has no body; send the plugin's zip")
	}
	if err != nil {
		u.Close()
		return nil, err
	}
	u.digest = digestOf(sum)
	return u, nil
}

func errTooLarge(max int64) error {
	return fault.New(fault.TooLarge, "upload_too_large", "a plugin's zip may have at most %d MB; remove what it does not need, or raise XC_MAX_UPLOAD_MB", max>>20)
}

// contextReader fails when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// Check opens the zip under limits and makes the plan of installing it, without keeping anything.
func (h *Host) Check(ctx context.Context, u *Upload) (Plan, error) {
	b, err := bundle.Open(u.file, u.size, h.cfg.Bundle)
	if err != nil {
		return Plan{}, err
	}
	if err := h.admit(b.Manifest); err != nil {
		return Plan{}, err
	}
	v := h.newVersion(b, u, System)
	if err := h.needSpace(v.FileBytes); err != nil {
		return Plan{}, err
	}
	if v.Signature, err = b.Signature(ctx); err != nil {
		return Plan{}, err
	}
	if v.Inspection, err = h.inspectBundle(ctx, b); err != nil {
		return Plan{}, err
	}
	var plan Plan
	err = h.view(ctx, func(r Reader) error {
		p, _, err := h.candidateOf(r, b, u)
		if err != nil {
			return err
		}
		plan, err = h.fullPlan(r, p, v)
		return err
	})
	return plan, err
}

// Accept checks the zip, stores its files and makes it the plugin's candidate. The same bytes again change
// nothing. created tells whether the plugin is new.
func (h *Host) Accept(ctx context.Context, u *Upload, actor Actor) (view PluginView, created bool, err error) {
	b, err := bundle.Open(u.file, u.size, h.cfg.Bundle)
	if err != nil {
		return view, false, err
	}
	if err := h.admit(b.Manifest); err != nil {
		return view, false, err
	}
	id := b.Manifest.ID
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return view, false, err
	}
	defer release()
	known, err := h.knows(ctx, b, u)
	if err != nil || known {
		if err == nil {
			view, err = h.Plugin(ctx, id)
		}
		return view, false, err
	}
	if err := h.needSpace(spaceFor(b, u.size)); err != nil {
		return view, false, err
	}
	v := h.newVersion(b, u, actor)
	batch := h.cfg.Store.Blobs().NewBatch()
	defer batch.Close()
	if err := h.storeFiles(ctx, batch, b, &v); err != nil {
		return view, false, asNoSpace(err)
	}
	if v.Inspection, err = h.inspect(ctx, v); err != nil {
		return view, false, err
	}
	h.hook("upload.stored")
	err = h.change(ctx, actor, Act{Kind: "plugin.uploaded", Plugin: id, Data: map[string]any{"version": v.Version, "digest": v.Digest}}, func(w Writer, _ *Act) error {
		p, isNew, err := h.candidateOf(w, b, u)
		if err != nil {
			return err
		}
		created = isNew
		p.Candidate = v.Digest
		if err := tableVersions.put(w, versionKey(id, v.Digest), v); err != nil {
			return err
		}
		return h.savePlugin(w, &p)
	})
	if err != nil {
		return view, false, asNoSpace(err)
	}
	h.hook("upload.recorded")
	h.trimVersions(ctx, id)
	view, err = h.Plugin(ctx, id)
	return view, created, err
}

// knows tells whether these very bytes are the plugin's candidate or its installed version already.
func (h *Host) knows(ctx context.Context, b *bundle.Bundle, u *Upload) (known bool, err error) {
	err = h.view(ctx, func(r Reader) error {
		p, _, err := h.candidateOf(r, b, u)
		known = p.Candidate == u.digest || p.Installed == u.digest
		return err
	})
	return known, err
}

// candidateOf is the plugin's record as it is before the upload, or a new one; it refuses another name under the
// same id (row B4), and the installed version with other content (row B9).
func (h *Host) candidateOf(r Reader, b *bundle.Bundle, u *Upload) (Plugin, bool, error) {
	m := b.Manifest
	p, ok, err := tablePlugins.find(r, m.ID)
	if err != nil {
		return p, false, err
	}
	if !ok {
		return Plugin{ID: m.ID, Name: m.Name, Desired: DesiredStopped, CreatedAt: time.Now().UTC()}, true, nil
	}
	if p.Name != m.Name {
		return p, false, fault.New(fault.Conflict, "id_taken", "the name %q gives the id %q, which belongs to the plugin %q; change the name, or remove that plugin first", m.Name, m.ID, p.Name).
			WithField("name", "gives the id of another plugin")
	}
	if p.Installed != "" && p.Installed != u.digest {
		old, ok, err := tableVersions.find(r, versionKey(p.ID, p.Installed))
		if err != nil {
			return p, false, err
		}
		if ok && old.Version == m.Version {
			return p, false, fault.New(fault.Conflict, "version_exists", "version %s of %q is installed with other content; give the new content a new version", m.Version, p.ID).
				WithField("version", "is installed with other content")
		}
	}
	return p, false, nil
}

// newVersion is the record of the upload, still without its files.
func (h *Host) newVersion(b *bundle.Bundle, u *Upload, actor Actor) Version {
	v := Version{Plugin: b.Manifest.ID, Version: b.Manifest.Version, Digest: u.digest, ZipBytes: u.size,
		Manifest: *b.Manifest, Warnings: b.Warnings, UploadedAt: time.Now().UTC(), UploadedBy: actor.User}
	for _, f := range b.Findings {
		v.Findings = append(v.Findings, Finding{Severity: Severity(f.Severity), Code: f.Code, Message: f.Message, Path: f.Path})
	}
	for _, e := range b.Entries {
		v.FileCount++
		v.FileBytes += e.Size
	}
	return v
}

// spaceFor is what the plugin will need on the disk: the zip again while it is read, its files in the store and
// for a script beside it, variants, and packages that are fetched.
func spaceFor(b *bundle.Bundle, zip int64) int64 {
	var files int64
	bundled := false
	for _, e := range b.Entries {
		files += e.Size
		bundled = bundled || tree.InNodeModules(e.Path)
	}
	need := zip + 2*files + files/2
	if b.Manifest.UsesNode() && !bundled {
		need += dependencyReserve
	}
	return need
}

// needSpace fails when fewer bytes are free than n and the margin.
func (h *Host) needSpace(n int64) error {
	free, err := h.cfg.Store.FreeBytes()
	if err != nil {
		return fmt.Errorf("free space: %w", err)
	}
	if free < n+spaceMargin {
		return fault.New(fault.NoSpace, "disk_full", "this needs about %d MB on the disk and %d MB are free; make room below the data folder, or remove plugins", (n+spaceMargin)>>20, free>>20)
	}
	return nil
}
