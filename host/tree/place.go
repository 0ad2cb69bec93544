package tree

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"appzone/host/ctxio"
)

// Place writes a tree. open gives the content of an entry that is no link; it is called once for
// each, in order, and Place closes what it returns. Size and digest are verified while writing.
//
// Code is 0444, or 0555 when executable; other files, which a program may rewrite in its overlay, are 0644; folders are 0755; modes come from nowhere else. All of it is written
// below root+".partial" and made durable before that is renamed to root, so that a root is
// complete whenever it exists. An existing root is replaced, a leftover of an earlier attempt removed.
func Place(ctx context.Context, root string, entries []Entry, open func(Entry) (io.ReadCloser, error)) error {
	if err := checkAll(entries); err != nil {
		return fmt.Errorf("place %s: %w", root, err)
	}
	if err := place(ctx, root, entries, open); err != nil {
		return fmt.Errorf("place %s: %w", root, errors.Join(err, RemoveAll(root+".partial")))
	}
	return nil
}

func place(ctx context.Context, root string, entries []Entry, open func(Entry) (io.ReadCloser, error)) error {
	partial := root + ".partial"
	if err := RemoveAll(partial); err != nil {
		return err
	}
	if err := os.MkdirAll(partial, 0o755); err != nil {
		return err
	}
	r, err := os.OpenRoot(partial)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := r.Chmod(".", 0o755); err != nil { // whatever the umask is
		return err
	}
	dirs := map[string]bool{".": true}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := makeDirs(r, path.Dir(e.Path), dirs); err != nil {
			return err
		}
		if err := placeOne(ctx, r, e, open); err != nil {
			return err
		}
	}
	if err := syncAll(ctx, r, entries, dirs); err != nil {
		return err
	}
	return swap(partial, root)
}

// makeDirs makes dir and its parents and notes them in made.
func makeDirs(r *os.Root, dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	if err := makeDirs(r, path.Dir(dir), made); err != nil {
		return err
	}
	if err := r.Mkdir(dir, 0o755); err != nil {
		return err
	}
	made[dir] = true
	return r.Chmod(dir, 0o755)
}

func placeOne(ctx context.Context, r *os.Root, e Entry, open func(Entry) (io.ReadCloser, error)) error {
	if e.Link != "" {
		return r.Symlink(e.Link, e.Path)
	}
	content, err := open(e)
	if err != nil {
		return fmt.Errorf("open %q: %w", e.Path, err)
	}
	defer content.Close()
	// Exclusive: on a file system that folds case, two names may be one file.
	f, err := r.OpenFile(e.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(fillFile(ctx, f, e, content), f.Close()); err != nil {
		return err
	}
	return nil
}

// fillFile writes content into f and verifies it on the way.
func fillFile(ctx context.Context, f *os.File, e Entry, content io.Reader) error {
	h := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, h), ctxio.Reader(ctx, io.LimitReader(content, e.Size+1)))
	if err != nil {
		return fmt.Errorf("write %q: %w", e.Path, err)
	}
	if n != e.Size {
		return fmt.Errorf("%q is not %d bytes long", e.Path, e.Size)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != e.SHA256 {
		return fmt.Errorf("%q has the digest %s instead of %s", e.Path, got, e.SHA256)
	}
	mode := fs.FileMode(0o444)
	switch {
	case e.Exec:
		mode = 0o555
	case !IsCode(e.Path):
		mode = 0o644
	}
	return f.Chmod(mode)
}

// swap renames partial to root, with what was at root out of the way. A crash between the two renames
// leaves no root, and the next Place makes it.
func swap(partial, root string) error {
	old := root + ".old"
	if err := RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(root, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(partial, root); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(root)); err != nil {
		return err
	}
	return RemoveAll(old)
}
