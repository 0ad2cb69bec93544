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

// AcceptVersion is Accept for a zip that must be this version of this plugin. The same bytes again change nothing
// (created is false); other bytes under a version that is kept are a conflict (row B9).
func (h *Host) AcceptVersion(ctx context.Context, u *Upload, id, version string, actor Actor) (view PluginView, created bool, err error) {
	b, err := bundle.Open(u.file, u.size, h.cfg.Bundle)
	if err != nil {
		return view, false, err
	}
	e := fault.New(fault.Invalid, "version_mismatch", "the zip is version %s of %q and was sent as version %s of %q", b.Manifest.Version, b.Manifest.ID, version, id)
	if b.Manifest.ID != id {
		e.WithField("name", "gives the id %q and not %q", b.Manifest.ID, id)
	}
	if b.Manifest.Version != version {
		e.WithField("version", "is %q and not %q", b.Manifest.Version, version)
	}
	if len(e.Fields) > 0 {
		return view, false, e
	}
	known := false
	err = h.view(ctx, func(r Reader) error {
		return tableVersions.each(r, id+"/", "", func(_ string, v Version) (bool, error) {
			switch {
			case v.Digest == u.digest:
				known = true
			case v.Version == version:
				return false, fault.New(fault.Conflict, "version_exists", "version %s of %q is there with other content; give the new content a new version", version, id).
					WithField("version", "is there with other content")
			}
			return !known, nil
		})
	})
	if err != nil {
		return view, false, err
	}
	view, _, err = h.Accept(ctx, u, actor)
	return view, !known, err
}
