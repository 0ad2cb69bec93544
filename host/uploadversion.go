package host

import (
	"context"

	"appzone/host/bundle"
	"appzone/host/fault"
)

// Digest is the SHA-256 of the zip.
func (u *Upload) Digest() Digest { return u.digest }

// ErrUploadTooLarge is how a zip beyond max bytes is refused.
func ErrUploadTooLarge(max int64) error { return errTooLarge(max) }

// AcceptVersion is Accept for a zip that must be this version of this plugin. Bytes that are there change nothing, whatever the
// candidate is (created is false); other bytes under a version that is there are a conflict (row B9).
func (h *Host) AcceptVersion(ctx context.Context, u *Upload, id, version string, actor Actor) (view PluginView, created bool, err error) {
	b, err := h.openVersion(u, id, version)
	if err != nil {
		return view, false, err
	}
	kept := false
	err = h.view(ctx, func(r Reader) error {
		_, kept, err = tableVersions.find(r, versionKey(id, u.digest))
		return err
	})
	if err != nil {
		return view, false, err
	}
	if kept { // whatever the candidate is: what is repeated must not take the place of what came since
		view, err = h.Plugin(ctx, id)
		return view, false, err
	}
	view, made, err := h.accept(ctx, u, b, actor, replaceNone)
	return view, made.newVersion, err
}

// CheckVersion is Check for a zip that must be this version of this plugin.
func (h *Host) CheckVersion(ctx context.Context, u *Upload, id, version string) (Plan, error) {
	b, err := h.openVersion(u, id, version)
	if err != nil {
		return Plan{}, err
	}
	return h.check(ctx, u, b, replaceNone)
}

// openVersion is open for a zip that says itself what it is to be.
func (h *Host) openVersion(u *Upload, id, version string) (*bundle.Bundle, error) {
	b, err := h.open(u, nil)
	if err != nil {
		return nil, err
	}
	e := fault.New(fault.Invalid, "version_mismatch", "the zip is version %s of %q and was sent as version %s of %q", b.Manifest.Version, b.Manifest.ID, version, id)
	if b.Manifest.ID != id {
		e.WithField("name", "gives the id %q and not %q", b.Manifest.ID, id)
	}
	if b.Manifest.Version != version {
		e.WithField("version", "is %q and not %q", b.Manifest.Version, version)
	}
	if len(e.Fields) > 0 {
		return nil, e
	}
	return b, nil
}
