package rootfs

import (
	"fmt"
	"io/fs"
	"os"
	"time"

	esys "github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/sys"
)

var _ esys.FS = (*FS)(nil)

// FS shows one folder of the host to a guest. Methods that it does not define, among them
// Link and Symlink, answer ENOSYS.
type FS struct {
	esys.UnimplementedFS
	root  *os.Root
	quota *Quota
}

// ReadOnly opens a folder that the guest may only read.
func ReadOnly(dir string) (*FS, error) { return open(dir, nil) }

// Writable opens a folder that the guest may change, and charges what is in it already to
// quota.
func Writable(dir string, quota *Quota) (*FS, error) {
	f, err := open(dir, quota)
	if err != nil {
		return nil, err
	}
	if err := quota.scan(f.root.FS()); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("measure folder: %w", err)
	}
	return f, nil
}

func open(dir string, quota *Quota) (*FS, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	return &FS{root: root, quota: quota}, nil
}

// Close lets go of the folder; files that are open stay so.
func (f *FS) Close() error { return f.root.Close() }

// OpenFile opens a regular file or a folder.
func (f *FS) OpenFile(path string, flag esys.Oflag, perm fs.FileMode) (esys.File, esys.Errno) {
	path = clean(path)
	if f.readOnly() && flag&writeFlags != 0 {
		return nil, esys.EROFS
	}
	info, statErr := f.root.Lstat(path)
	exists := statErr == nil
	if exists && flag&esys.O_NOFOLLOW != 0 && info.Mode()&fs.ModeSymlink != 0 {
		return nil, esys.ELOOP
	}
	if exists && special(info.Mode()) {
		return nil, esys.ENOTSUP // opening a FIFO or a device may block, or do something
	}
	creates := !exists && flag&esys.O_CREAT != 0
	if creates && !f.quota.take(entryBytes) {
		return nil, esys.EIO
	}
	o, err := f.root.OpenFile(path, osFlags(flag), perm&0o777)
	if err != nil {
		if creates {
			f.quota.give(entryBytes)
		}
		return nil, f.errno(err)
	}
	return f.opened(o, flag)
}

// opened makes the guest's view of a file that was just opened.
func (f *FS) opened(o *os.File, flag esys.Oflag) (esys.File, esys.Errno) {
	info, err := o.Stat()
	if err == nil && info.IsDir() {
		return &dir{f: o}, 0
	}
	if err != nil || !info.Mode().IsRegular() {
		_ = o.Close()
		return nil, esys.ENOTSUP
	}
	x := &file{f: o, fs: f, append: flag&esys.O_APPEND != 0, node: f.quota.open(info)}
	if flag&esys.O_TRUNC != 0 {
		if errno := x.Truncate(0); errno != 0 {
			_ = x.Close()
			return nil, errno
		}
	}
	return x, 0
}

// Stat follows links as long as they stay in the folder.
func (f *FS) Stat(path string) (sys.Stat_t, esys.Errno) { return f.stat(f.root.Stat(clean(path))) }

// Lstat does not follow a link at the end of path.
func (f *FS) Lstat(path string) (sys.Stat_t, esys.Errno) { return f.stat(f.root.Lstat(clean(path))) }

func (f *FS) stat(info fs.FileInfo, err error) (sys.Stat_t, esys.Errno) {
	if err != nil {
		return sys.Stat_t{}, f.errno(err)
	}
	return sys.NewStat_t(info), 0
}

// Readlink tells what a link that somebody else made says.
func (f *FS) Readlink(path string) (string, esys.Errno) {
	target, err := f.root.Readlink(clean(path))
	return target, f.errno(err)
}

// Mkdir makes a folder.
func (f *FS) Mkdir(path string, perm fs.FileMode) esys.Errno {
	if f.readOnly() {
		return esys.EROFS
	}
	if !f.quota.take(entryBytes) {
		return esys.EIO
	}
	if err := f.root.Mkdir(clean(path), perm&0o777); err != nil {
		f.quota.give(entryBytes)
		return f.errno(err)
	}
	return 0
}

// Rename moves a file or folder inside this file system.
func (f *FS) Rename(from, to string) esys.Errno {
	if f.readOnly() {
		return esys.EROFS
	}
	from, to = clean(from), clean(to)
	replaced, err := f.root.Lstat(to)
	if err == nil {
		if moved, err := f.root.Lstat(from); err == nil && os.SameFile(moved, replaced) {
			return 0
		}
	} else {
		replaced = nil
	}
	if err := f.root.Rename(from, to); err != nil {
		return f.errno(err)
	}
	if replaced != nil {
		f.quota.removed(replaced)
	}
	return 0
}

// Rmdir removes an empty folder.
func (f *FS) Rmdir(path string) esys.Errno { return f.remove(clean(path), true) }

// Unlink removes a file or a link.
func (f *FS) Unlink(path string) esys.Errno { return f.remove(clean(path), false) }

func (f *FS) remove(path string, wantDir bool) esys.Errno {
	if f.readOnly() {
		return esys.EROFS
	}
	info, err := f.root.Lstat(path)
	switch {
	case err != nil:
		return f.errno(err)
	case wantDir && !info.IsDir():
		return esys.ENOTDIR
	case !wantDir && info.IsDir():
		return esys.EISDIR
	}
	if err := f.root.Remove(path); err != nil {
		return f.errno(err)
	}
	f.quota.removed(info)
	return 0
}

// Chmod changes permission bits.
func (f *FS) Chmod(path string, perm fs.FileMode) esys.Errno {
	if f.readOnly() {
		return esys.EROFS
	}
	return f.errno(f.root.Chmod(clean(path), perm&0o777))
}

// Utimens sets times in nanoseconds; [esys.UTIME_OMIT] leaves one as it is.
func (f *FS) Utimens(path string, atim, mtim int64) esys.Errno {
	if f.readOnly() {
		return esys.EROFS
	}
	return f.errno(f.root.Chtimes(clean(path), timeOf(atim), timeOf(mtim)))
}

// readOnly says whether the guest may only read; such a file system has no quota.
func (f *FS) readOnly() bool { return f.quota == nil }

// timeOf turns UTIME_OMIT into the zero time, which os.Root.Chtimes leaves alone.
func timeOf(nanos int64) time.Time {
	if nanos == esys.UTIME_OMIT {
		return time.Time{}
	}
	return time.Unix(0, nanos)
}

// clean names the folder itself as os.Root wants it.
func clean(path string) string {
	if path == "" || path == "/" {
		return "."
	}
	return path
}

// special says whether mode is neither file, folder nor link.
func special(mode fs.FileMode) bool {
	return mode&(fs.ModeDevice|fs.ModeNamedPipe|fs.ModeSocket|fs.ModeIrregular) != 0
}
