package tree

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"

	"appzone/host/fault"
)

const (
	// maxCopied bounds what one copy holds: a program fills the folder.
	maxCopied = 5_000_000
	// maxNames bounds the memory for the paths of files that have several, in bytes: each path can have 50 KiB.
	maxNames = 64 << 20
)

// Copy makes dst, which must not be there, the same as the folder src: files with their holes, folders, links (which are not
// followed), pipes and overlayfs's notes of what is deleted, with modes, times, user attributes, names of one file that has several,
// and, for root, owners. Sockets are left out: nobody listens there any more. Where the file system can, files share their content
// until one of them changes. A missing src is an empty folder. Nobody may write to either meanwhile.
//
// It tells how many bytes the files have. An error leaves a part of the copy. Errors of a folder that holds or nests too much are
// *fault.Error folder_too_large. Nothing is durable before [Sync].
func Copy(ctx context.Context, src, dst string) (bytes int64, err error) {
	if err := os.Mkdir(dst, 0o700); err != nil {
		return 0, err
	}
	info, err := os.Lstat(src)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if !info.IsDir() {
		return 0, fmt.Errorf("%s is not a folder", src)
	}
	c := copier{ctx: ctx, root: os.Geteuid() == 0, left: maxCopied, names: map[inode]string{}}
	unlocked, err := openLocked(func(mode fs.FileMode) error { return os.Chmod(src, mode) }, info, c.root)
	if err != nil {
		return 0, err
	}
	defer unlocked()
	at, err := openBoth(".", func() (*os.Root, error) { return os.OpenRoot(src) }, func() (*os.Root, error) { return os.OpenRoot(dst) })
	if err != nil {
		return 0, err
	}
	defer at.close()
	c.top = at.dst
	if err := c.folder(at); err != nil {
		return c.bytes, fmt.Errorf("copy %s: %w", src, err)
	}
	return c.bytes, c.dress(at, ".", info)
}

// inode names a file, whatever it is called.
type inode struct{ dev, ino uint64 }

// copier is one Copy under way.
type copier struct {
	ctx   context.Context
	root  bool     // it runs as root, and may give files away
	top   *os.Root // the whole copy
	bytes int64
	left  int              // entries that may still come
	names map[inode]string // of files that have several
	named int              // how many bytes those names have
}

// both is a folder on both sides. Each is opened by itself: from the top, every call would go through all folders above, of which a
// program can make many.
type both struct {
	src, dst *os.Root
	path     string // from the top
}

func openBoth(whole string, src, dst func() (*os.Root, error)) (at both, err error) {
	at.path = whole
	if at.src, err = src(); err != nil {
		return at, err
	}
	if at.dst, err = dst(); err != nil {
		_ = at.src.Close()
	}
	return at, err
}

func (at both) close() {
	_ = at.src.Close()
	_ = at.dst.Close()
}

// folder copies what is in a folder.
func (c *copier) folder(at both) error {
	dir, err := at.src.OpenFile(".", os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	for {
		batch, err := dir.ReadDir(1024)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = c.ctx.Err()
		}
		if err != nil {
			return err
		}
		if c.left -= len(batch); c.left < 0 || strings.Count(at.path, "/") >= maxDepth {
			return fault.New(fault.TooLarge, "folder_too_large", "the folder holds more than %d files or nests deeper than %d folders, too much to copy; remove some", maxCopied, maxDepth)
		}
		for _, d := range batch {
			if err := c.entry(at, d.Name()); err != nil {
				return err
			}
		}
	}
}

func (c *copier) entry(at both, name string) error {
	info, err := at.src.Lstat(name)
	if err != nil {
		return err
	}
	switch info.Mode().Type() {
	case 0:
		return c.file(at, name, info)
	case fs.ModeDir:
		return c.sub(at, name, info)
	case fs.ModeSymlink:
		return c.link(at, name, info)
	case fs.ModeSocket:
		return nil
	default:
		if err := makeSpecial(at.dst, name, info); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
		return nil
	}
}

// sub copies a folder with what is in it. Its mode comes last: it may let nobody in.
func (c *copier) sub(at both, name string, info fs.FileInfo) error {
	unlocked, err := openLocked(func(mode fs.FileMode) error { return at.src.Chmod(name, mode) }, info, c.root)
	if err != nil {
		return err
	}
	defer unlocked()
	if err := at.dst.Mkdir(name, 0o700); err != nil {
		return err
	}
	in, err := openBoth(path.Join(at.path, name), func() (*os.Root, error) { return at.src.OpenRoot(name) }, func() (*os.Root, error) { return at.dst.OpenRoot(name) })
	if err != nil {
		return err
	}
	defer in.close()
	if err := c.folder(in); err != nil {
		return err
	}
	return c.dress(at, name, info)
}

// openLocked lets a folder's owner in, if the program closed it, and returns what closes it again.
func openLocked(chmod func(fs.FileMode) error, info fs.FileInfo, root bool) (undo func(), err error) {
	if root || !locked(info) {
		return func() {}, nil
	}
	return func() { _ = chmod(info.Mode()) }, chmod(info.Mode() | 0o700)
}

// dress gives a folder of the copy what the one that it is of has beside its content.
func (c *copier) dress(at both, name string, info fs.FileInfo) error {
	from, err := at.src.OpenFile(name, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := at.dst.OpenFile(name, os.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer to.Close()
	return c.describe(at, to, from, name, info)
}

// describe gives an open file or folder attributes, owner, mode and times.
func (c *copier) describe(at both, to, from *os.File, name string, info fs.FileInfo) error {
	if err := copyAttributes(to, from); err != nil {
		return fmt.Errorf("copy the attributes of %q: %w", name, err)
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && c.root {
		if err := to.Chown(int(s.Uid), int(s.Gid)); err != nil {
			return err
		}
	}
	if err := to.Chmod(info.Mode()); err != nil {
		return err
	}
	return at.dst.Chtimes(name, info.ModTime(), info.ModTime())
}

func (c *copier) file(at both, name string, info fs.FileInfo) error {
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Nlink > 1 {
		id := inode{uint64(s.Dev), s.Ino} //nolint:unconvert // its type differs by system
		whole := path.Join(at.path, name)
		if first, known := c.names[id]; known {
			return c.top.Link(first, whole)
		}
		if c.named += len(whole); c.named > maxNames {
			return fault.New(fault.TooLarge, "folder_too_large", "the folder holds too many files that have several names, too much to copy; remove some")
		}
		c.names[id] = whole
	}
	from, err := c.open(at, name, info)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := at.dst.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	err = c.fill(to, from, info.Size())
	if err == nil {
		err = c.describe(at, to, from, name, info)
	}
	c.bytes += info.Size()
	return errors.Join(err, to.Close())
}

// open opens a file of src for reading, although its owner may have closed it to itself.
func (c *copier) open(at both, name string, info fs.FileInfo) (*os.File, error) {
	const how = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOFOLLOW
	f, err := at.src.OpenFile(name, how, 0)
	if !errors.Is(err, fs.ErrPermission) || c.root {
		return f, err
	}
	if err := at.src.Chmod(name, info.Mode()|0o400); err != nil {
		return nil, err
	}
	f, err = at.src.OpenFile(name, how, 0)
	return f, errors.Join(err, at.src.Chmod(name, info.Mode()))
}

// fill makes to, which is empty, hold what from does: shared, or else copied without its holes.
func (c *copier) fill(to, from *os.File, size int64) error {
	if size == 0 || shareContent(to, from) == nil {
		return nil
	}
	for at := int64(0); ; {
		begin, end, err := nextContent(from, at, size)
		if err != nil {
			return err
		}
		if begin == end {
			break
		}
		if err := c.part(to, from, begin, end); err != nil {
			return err
		}
		at = end
	}
	return to.Truncate(size)
}

// copyPart is how much is copied between two looks at the context.
const copyPart = 64 << 20

func (c *copier) part(to, from *os.File, begin, end int64) error {
	if _, err := from.Seek(begin, io.SeekStart); err != nil {
		return err
	}
	if _, err := to.Seek(begin, io.SeekStart); err != nil {
		return err
	}
	for begin < end {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		n, err := io.CopyN(to, from, min(copyPart, end-begin)) // in the kernel, where it can
		if err != nil {
			return err
		}
		begin += n
	}
	return nil
}

// link copies a symbolic link.
func (c *copier) link(at both, name string, info fs.FileInfo) error {
	target, err := at.src.Readlink(name)
	if err != nil {
		return err
	}
	if err := at.dst.Symlink(target, name); err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && c.root {
		if err := at.dst.Lchown(name, int(s.Uid), int(s.Gid)); err != nil {
			return err
		}
	}
	return setLinkTime(at.dst, name, info.ModTime())
}

// Allocated adds up what the files below root take on the disk, in bytes. A missing root is empty; what this process may not
// look into is not counted.
func Allocated(ctx context.Context, root string) (bytes int64, err error) {
	err = walkShallow(ctx, root, func(f found) error {
		if s, ok := f.info.Sys().(*syscall.Stat_t); ok {
			bytes += s.Blocks * 512
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		err = nil
	}
	return bytes, err
}
