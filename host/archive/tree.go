package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"syscall"

	"appzone/host/ctxio"
	"appzone/host/fault"
)

// What a tar does not know by itself is in records of its own.
const (
	// recordSparse is the length of a file with holes. Its content begins with what is data in it.
	recordSparse = "APPZONE.sparse"
	recordXattr  = "SCHILY.xattr."
)

// Tree adds the folder dir as name, with all that is in it. A missing one adds nothing, and so does what vanishes meanwhile. Files that nobody may
// read are opened for it. Error: folder_too_large, of one that nests too deeply.
func (w *Writer) Tree(ctx context.Context, name, dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", dir)
	}
	parent, err := os.OpenRoot(path.Dir(dir))
	if err != nil {
		return err
	}
	defer parent.Close()
	return w.folder(ctx, parent, path.Base(dir), name, info, 0)
}

// folder adds what is in the folder base of parent, and then the folder itself.
func (w *Writer) folder(ctx context.Context, parent *os.Root, base, name string, info fs.FileInfo, depth int) error {
	if depth > treeDepth {
		return fault.New(fault.TooLarge, "folder_too_large", "the folder %.200q nests more than %d folders deep; remove some", name, treeDepth)
	}
	closed, err := opened(parent, base, info, 0o500, func() error { return w.entries(ctx, parent, base, name, depth) })
	if err != nil {
		return err
	}
	h := w.header(name+"/", closed)
	h.Typeflag = tar.TypeDir
	dir, err := parent.OpenFile(base, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err == nil {
		addMarks(h, dir)
		_ = dir.Close()
	}
	return w.bare(h)
}

// opened runs fn with a folder or file that its owner may read, whatever its mode is, and returns what it was before.
func opened(parent *os.Root, base string, info fs.FileInfo, need fs.FileMode, fn func() error) (fs.FileInfo, error) {
	err := fn()
	if !errors.Is(err, fs.ErrPermission) || info.Mode().Perm()&need == need {
		return info, err
	}
	if err := parent.Chmod(base, info.Mode().Perm()|need); err != nil {
		return info, err
	}
	return info, errors.Join(fn(), parent.Chmod(base, info.Mode().Perm()))
}

// entries adds what is in a folder.
func (w *Writer) entries(ctx context.Context, parent *os.Root, base, name string, depth int) error {
	dir, err := parent.OpenRoot(base + "/.") // the dot asks for a folder: a FIFO that took its place would be waited for
	if err != nil {
		return err
	}
	defer dir.Close()
	list, err := dir.Open(".")
	if err != nil {
		return err
	}
	defer list.Close()
	for {
		batch, err := list.ReadDir(256)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		for _, e := range batch {
			if err := w.entry(ctx, dir, e.Name(), name+"/"+e.Name(), depth); err != nil {
				return err
			}
		}
	}
}

func (w *Writer) entry(ctx context.Context, dir *os.Root, base, name string, depth int) error {
	info, err := dir.Lstat(base)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return w.folder(ctx, dir, base, name, info, depth+1)
	case mode.IsRegular():
		_, err = opened(dir, base, info, 0o400, func() error { return w.regular(ctx, dir, base, name, info) })
	case mode.Type() == fs.ModeSymlink:
		h := w.header(name, info)
		if h.Linkname, err = dir.Readlink(base); err == nil {
			h.Typeflag = tar.TypeSymlink
			return w.bare(h)
		}
	case isWhiteout(info):
		h := w.header(name, info)
		h.Typeflag = tar.TypeChar
		return w.bare(h)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// regular adds a file. Its holes are left out.
func (w *Writer) regular(ctx context.Context, dir *os.Root, base, name string, info fs.FileInfo) error {
	f, err := dir.OpenFile(base, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	now, err := f.Stat()
	if err != nil || !os.SameFile(now, info) {
		return err // something else took its place
	}
	h := w.header(name, now)
	h.Typeflag, h.Size = tar.TypeReg, now.Size()
	addMarks(h, f)
	parts, err := extents(f, now)
	if err != nil {
		return err
	}
	if parts == nil {
		return w.content(h, ctxio.Reader(ctx, f))
	}
	h.PAXRecords[recordSparse] = strconv.FormatInt(now.Size(), 10)
	content, size := parts.reader(f)
	h.Size = size
	return w.content(h, ctxio.Reader(ctx, content))
}

// header is what all kinds of entries have.
func (w *Writer) header(name string, info fs.FileInfo) *tar.Header {
	h := &tar.Header{Name: name, Mode: int64(info.Mode().Perm()), ModTime: info.ModTime(), PAXRecords: map[string]string{}}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		h.Uid, h.Gid = int(s.Uid), int(s.Gid)
	}
	return h
}

// bare adds an entry without content.
func (w *Writer) bare(h *tar.Header) error {
	h.Format = tar.FormatPAX
	if err := w.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("archive %q: %w", h.Name, err)
	}
	return nil
}

// isWhiteout says that an entry is overlayfs's note that something below is deleted.
func isWhiteout(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&fs.ModeCharDevice != 0 && s.Rdev == 0
}
