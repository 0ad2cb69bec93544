package host

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"appzone/host/bundle"
	"appzone/host/manifest"
	"appzone/host/tree"
)

// inspect lets the runtime look at a version whose files are in the store. What it writes to the disk for that is
// what a child will read later.
func (h *Host) inspect(ctx context.Context, v Version) (Inspection, error) {
	if v.Manifest.Type != manifest.TypeScript {
		return Inspection{}, nil
	}
	s := h.staged(Plugin{}, v)
	if err := h.place(ctx, noProgress{}, &v, s); err != nil {
		return Inspection{}, err
	}
	return h.inspectStaged(ctx, s)
}

func (h *Host) inspectStaged(ctx context.Context, s Staged) (Inspection, error) {
	rt, err := h.runtimeOf(s.Manifest)
	if err != nil {
		return Inspection{}, err
	}
	return rt.Inspect(ctx, s)
}

// inspectBundle is inspect for a zip that is not kept: its files go to a folder that is removed. They can be read by everybody who
// gets there, as those that are kept: a runtime may look at them as another user.
func (h *Host) inspectBundle(ctx context.Context, b *bundle.Bundle) (Inspection, error) {
	if b.Manifest.Type != manifest.TypeScript {
		return Inspection{}, nil
	}
	dir, err := os.MkdirTemp(h.dirs.uploads, "check-*")
	if err != nil {
		return Inspection{}, err
	}
	defer func() { _ = tree.RemoveAll(dir) }()
	for k := range b.Entries {
		if err := extract(&b.Entries[k], dir); err != nil {
			return Inspection{}, asNoSpace(fmt.Errorf("extract %q: %w", b.Entries[k].Path, err))
		}
	}
	if err := openFolders(dir); err != nil {
		return Inspection{}, err
	}
	return h.inspectStaged(ctx, Staged{Plugin: b.Manifest.ID, Version: b.Manifest.Version, Manifest: b.Manifest, CodeDir: dir,
		PreparedDir: filepath.Join(dir, ".prepared")})
}

// extract writes one entry below dir. Its path was checked by the bundle.
func extract(e *bundle.Entry, dir string) error {
	to := filepath.Join(dir, filepath.FromSlash(e.Path))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	r, err := e.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err = io.Copy(f, r); err != nil {
		return err
	}
	return f.Chmod(0o444) // whatever the umask is
}

// openFolders lets everybody who gets to dir into it and what is below.
func openFolders(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.Chmod(name, 0o755)
	})
}

// noProgress is for work that nobody follows.
type noProgress struct{}

func (noProgress) Percent(int)   {}
func (noProgress) Output(string) {}
