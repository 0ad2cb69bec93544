package host

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"time"

	"appzone/host/bundle"
	"appzone/host/ctxio"
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
	u.size, err = io.Copy(io.MultiWriter(f, sum), ctxio.Reader(ctx, io.LimitReader(body, h.cfg.MaxUploadBytes+1)))
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

// Check opens the zip under limits and makes the plan of installing it, without keeping anything. said are as for Accept.
func (h *Host) Check(ctx context.Context, u *Upload, said ...Word) (Plan, error) {
	b, err := h.open(u, said)
	if err != nil {
		return Plan{}, err
	}
	return h.check(ctx, u, b, replacingOf(said))
}

// open reads the zip and refuses what cannot be a plugin of this host.
func (h *Host) open(u *Upload, said []Word) (*bundle.Bundle, error) {
	if err := knownWords(said); err != nil {
		return nil, err
	}
	b, err := bundle.Open(u.file, u.size, h.cfg.Bundle)
	if err != nil {
		return nil, err
	}
	return b, h.admit(b.Manifest)
}

func (h *Host) check(ctx context.Context, u *Upload, b *bundle.Bundle, may replacing) (Plan, error) {
	v := h.newVersion(b, u, System)
	if err := h.needSpace(v.FileBytes); err != nil {
		return Plan{}, err
	}
	var err error
	if v.Signature, err = b.Signature(ctx); err != nil {
		return Plan{}, err
	}
	if err := h.checkUpload(ctx, v); err != nil { // before the runtime looks at it
		return Plan{}, err
	}
	if v.Inspection, err = h.inspectBundle(ctx, b); err != nil {
		return Plan{}, err
	}
	var plan Plan
	err = h.view(ctx, func(r Reader) error {
		p, _, err := h.candidateOf(r, b, u, may)
		if err != nil {
			return err
		}
		known, _, err := tableVersions.find(r, versionKey(p.ID, u.digest))
		if err != nil {
			return err
		}
		v.Fault = known.Fault
		plan, err = h.fullPlan(r, p, v, func() ([]File, error) { return filesOf(ctx, b) })
		return err
	})
	return plan, err
}

// Accept checks the zip, stores its files and makes it the plugin's candidate. The same bytes again change nothing, but that a version
// which is kept becomes the candidate. Other content under a version that is there is refused, unless [AllowReplace] is said. created
// tells whether the plugin is new.
func (h *Host) Accept(ctx context.Context, u *Upload, actor Actor, said ...Word) (view PluginView, created bool, err error) {
	b, err := h.open(u, said)
	if err != nil {
		return view, false, err
	}
	view, taken, err := h.accept(ctx, u, b, actor, replacingOf(said))
	return view, taken.newPlugin, err
}

// taken is what accepting a zip made anew.
type taken struct{ newPlugin, newVersion bool }

func (h *Host) accept(ctx context.Context, u *Upload, b *bundle.Bundle, actor Actor, may replacing) (view PluginView, made taken, err error) {
	id := b.Manifest.ID
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return view, made, err
	}
	defer release()
	known, kept, err := h.knows(ctx, b, u, may)
	if err == nil && h.damageOf(id, u.digest).stored != nil {
		err = h.mend(ctx, b, u, actor)
	}
	if err == nil && !known {
		batch := h.cfg.Store.Blobs().NewBatch()
		defer batch.Close() // until then nobody collects what no record names yet
		var v *Version
		if !kept {
			if v, err = h.takeIn(ctx, batch, u, b, actor); err != nil {
				return view, made, err
			}
			h.hook("upload.stored")
		}
		made, err = h.makeCandidate(ctx, u, b, v, actor, may, nil)
	}
	if err != nil {
		return view, made, asNoSpace(err)
	}
	view, err = h.Plugin(ctx, id)
	return view, made, err
}

// takeIn stores the files of a new version, and lets its runtime look at it.
func (h *Host) takeIn(ctx context.Context, batch BlobBatch, u *Upload, b *bundle.Bundle, actor Actor) (*Version, error) {
	if err := h.needSpace(spaceFor(b, u.size)); err != nil {
		return nil, err
	}
	v := h.newVersion(b, u, actor)
	if err := h.storeFiles(ctx, batch, b, &v); err != nil {
		return nil, asNoSpace(err)
	}
	if err := h.checkUpload(ctx, v); err != nil { // before the runtime looks at it
		return nil, err
	}
	var err error
	if v.Inspection, err = h.inspect(ctx, v); err != nil {
		return nil, err
	}
	return &v, nil
}

// makeCandidate records v, if it is new, and makes the zip's version the candidate. also may change the records and the act in the same transaction; it may
// be nil.
func (h *Host) makeCandidate(ctx context.Context, u *Upload, b *bundle.Bundle, v *Version, actor Actor, may replacing,
	also func(Writer, *Plugin, *Act) error) (made taken, err error) {
	id := b.Manifest.ID
	act := Act{Kind: "plugin.uploaded", Plugin: id, Data: map[string]any{"version": b.Manifest.Version, "digest": u.digest}}
	err = h.change(ctx, actor, act, func(w Writer, act *Act) error {
		p, isNew, err := h.candidateOf(w, b, u, may)
		if err != nil {
			return err
		}
		made = taken{newPlugin: isNew, newVersion: v != nil}
		if err := dropWaiting(w, p, b.Manifest.Version, u.digest); err != nil {
			return err
		}
		p.Candidate = u.digest
		if v != nil {
			if err := tableVersions.put(w, versionKey(id, u.digest), *v); err != nil {
				return err
			}
		}
		if also != nil {
			if err := also(w, &p, act); err != nil {
				return err
			}
		}
		return h.savePlugin(w, &p)
	})
	if err != nil {
		return made, err
	}
	h.hook("upload.recorded")
	h.trimVersions(ctx, id)
	return made, nil
}

// knows tells whether these very bytes are the plugin's candidate or its installed version already, and whether they are kept at all.
func (h *Host) knows(ctx context.Context, b *bundle.Bundle, u *Upload, may replacing) (known, kept bool, err error) {
	err = h.view(ctx, func(r Reader) error {
		p, _, err := h.candidateOf(r, b, u, may)
		if err != nil {
			return err
		}
		known = p.Candidate == u.digest || p.Installed == u.digest
		_, kept, err = tableVersions.find(r, versionKey(p.ID, u.digest))
		return err
	})
	return known, kept, err
}

// candidateOf is the plugin's record as it is before the upload, or a new one; it refuses another name under the
// same id (row B4), and a version that is there with other content (row B9) unless it may be replaced.
func (h *Host) candidateOf(r Reader, b *bundle.Bundle, u *Upload, may replacing) (Plugin, bool, error) {
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
	return p, false, oneContent(r, p, m.Version, u.digest, may)
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
