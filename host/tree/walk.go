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
	"syscall"

	"appzone/host/ctxio"
)

// maxDepth bounds nested folders, each of which costs a descriptor during a walk.
const maxDepth = 200

// found is one thing that a walk came by and that is not a folder.
type found struct {
	// dir is the folder that holds it, open; only valid during the visit.
	dir  *os.Root
	name string
	// path is relative to the walk's root.
	path string
	info fs.FileInfo
}

// walk visits everything below root but folders, in no fixed order. What vanishes meanwhile is passed over. A folder that
// nests too deeply is an error.
func walk(ctx context.Context, root string, visit func(found) error) error {
	return walkRoot(ctx, root, walker{visit: visit})
}

// walkShallow is walk for a tree that somebody else writes: what nests too deeply, or is closed to this process, is passed over.
func walkShallow(ctx context.Context, root string, visit func(found) error) error {
	return walkRoot(ctx, root, walker{visit: visit, shallow: true})
}

// walker is what to do on a walk.
type walker struct {
	visit   func(found) error
	shallow bool
}

func walkRoot(ctx context.Context, root string, w walker) error {
	info, err := os.Lstat(root)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder", root)
	}
	r, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	defer r.Close()
	return w.walk(ctx, r, "", 0)
}

func (w walker) walk(ctx context.Context, dir *os.Root, prefix string, depth int) error {
	if depth > maxDepth {
		if w.shallow {
			return nil
		}
		return errTooDeep
	}
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
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, d := range batch {
			err := w.one(ctx, dir, path.Join(prefix, d.Name()), d, depth)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
}

func (w walker) one(ctx context.Context, dir *os.Root, at string, d fs.DirEntry, depth int) error {
	if d.IsDir() {
		sub, err := openFolder(dir, d.Name())
		if w.shallow && errors.Is(err, syscall.ENOTDIR) {
			return nil // it vanished, and something else is there
		}
		if err == nil {
			defer sub.Close()
			err = w.walk(ctx, sub, at, depth+1)
		}
		if w.shallow && errors.Is(err, fs.ErrPermission) {
			return nil
		}
		return err
	}
	info, err := dir.Lstat(d.Name())
	if err != nil {
		return err
	}
	return w.visit(found{dir: dir, name: d.Name(), path: at, info: info})
}

// openFolder opens a folder of dir, and nothing else: the dot makes the kernel ask for a folder, where a FIFO that took its place
// would otherwise hold the host for ever.
func openFolder(dir *os.Root, name string) (*os.Root, error) { return dir.OpenRoot(name + "/.") }

// plain says that info is a regular file without set-user-id, set-group-id or sticky bit.
func plain(info fs.FileInfo) bool {
	return info.Mode()&(fs.ModeType|fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky) == 0
}

func executable(info fs.FileInfo) bool { return info.Mode()&0o111 != 0 }

// errChanging is why a file cannot be hashed.
var errChanging = errors.New("changes while it is read")

// hash reads the file that the walk found and returns its hex digest and what it was when it was read.
func (f found) hash(ctx context.Context) (string, fs.FileInfo, error) {
	// Without blocking: a FIFO that took the file's place would otherwise hold the host for ever.
	file, err := f.dir.OpenFile(f.name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	before, err := file.Stat()
	if err != nil {
		return "", nil, err
	}
	if !plain(before) || !os.SameFile(before, f.info) {
		return "", nil, fmt.Errorf("%q %w", f.path, errChanging)
	}
	h := sha256.New()
	n, err := io.Copy(h, ctxio.Reader(ctx, io.LimitReader(file, before.Size()+1)))
	if err != nil {
		return "", nil, err
	}
	after, err := file.Stat()
	if err != nil {
		return "", nil, err
	}
	if n != before.Size() || stampOf(before) != stampOf(after) {
		return "", nil, fmt.Errorf("%q %w", f.path, errChanging)
	}
	return hex.EncodeToString(h.Sum(nil)), after, nil
}
