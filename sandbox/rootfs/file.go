package rootfs

import (
	"errors"
	"io"
	"os"

	esys "github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/sys"
	"golang.org/x/sys/unix"
)

// position is int64 under another name: go vet takes every Seek(int64, int) for an io.Seeker
// with a wrong result, and wazero wants its own.
type position = int64

// file is an open regular file. It keeps its own position, so that growth is known, and can
// be refused, before the kernel sees a write.
type file struct {
	esys.UnimplementedFile
	f      *os.File
	fs     *FS
	node   *node
	pos    int64
	append bool
}

func (x *file) Stat() (sys.Stat_t, esys.Errno)          { return x.fs.stat(x.f.Stat()) }
func (x *file) Dev() (uint64, esys.Errno)               { st, errno := x.Stat(); return st.Dev, errno }
func (x *file) Ino() (sys.Inode, esys.Errno)            { st, errno := x.Stat(); return st.Ino, errno }
func (x *file) IsDir() (bool, esys.Errno)               { return false, 0 }
func (x *file) IsAppend() bool                          { return x.append }
func (x *file) SetAppend(enable bool) esys.Errno        { x.append = enable; return 0 }
func (x *file) Sync() esys.Errno                        { return x.fs.errno(x.f.Sync()) }
func (x *file) Datasync() esys.Errno                    { return x.fs.errno(x.f.Sync()) }
func (x *file) Readdir(int) ([]esys.Dirent, esys.Errno) { return nil, esys.ENOTDIR }

func (x *file) Read(buf []byte) (int, esys.Errno) {
	n, errno := x.Pread(buf, x.pos)
	x.pos += int64(n)
	return n, errno
}

func (x *file) Pread(buf []byte, off int64) (int, esys.Errno) {
	if off < 0 {
		return 0, esys.EINVAL
	}
	n, err := x.f.ReadAt(buf, off)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return n, x.fs.errno(err)
}

func (x *file) Write(buf []byte) (int, esys.Errno) {
	if x.append {
		x.pos = x.size()
	}
	n, errno := x.Pwrite(buf, x.pos)
	x.pos += int64(n)
	return n, errno
}

func (x *file) Pwrite(buf []byte, off int64) (int, esys.Errno) {
	end := off + int64(len(buf))
	switch {
	case off < 0 || end < off:
		return 0, esys.EINVAL
	case x.fs.readOnly():
		return 0, esys.EBADF
	case !x.fs.quota.resize(x.node, max(end, x.node.size)):
		return 0, esys.EIO
	}
	n, err := x.f.WriteAt(buf, off)
	if err != nil {
		x.measure()
	}
	return n, x.fs.errno(err)
}

func (x *file) Truncate(size int64) esys.Errno {
	switch {
	case size < 0:
		return esys.EINVAL
	case x.fs.readOnly():
		return esys.EBADF
	case !x.fs.quota.resize(x.node, size):
		return esys.EIO
	}
	err := x.f.Truncate(size)
	if err != nil {
		x.measure()
	}
	return x.fs.errno(err)
}

func (x *file) Seek(offset position, whence int) (int64, esys.Errno) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += x.pos
	case io.SeekEnd:
		offset += x.size()
	default:
		return 0, esys.EINVAL
	}
	if offset < 0 {
		return 0, esys.EINVAL
	}
	x.pos = offset
	return offset, 0
}

// Utimens has microseconds where the path variant has nanoseconds: that is what the
// platforms have in common for an open file.
func (x *file) Utimens(atim, mtim int64) esys.Errno {
	if x.fs.readOnly() {
		return esys.EROFS
	}
	st, errno := x.Stat()
	if errno != 0 {
		return errno
	}
	if atim == esys.UTIME_OMIT {
		atim = st.Atim
	}
	if mtim == esys.UTIME_OMIT {
		mtim = st.Mtim
	}
	return x.fs.errno(unix.Futimes(int(x.f.Fd()), []unix.Timeval{
		unix.NsecToTimeval(atim), unix.NsecToTimeval(mtim),
	}))
}

func (x *file) Close() esys.Errno {
	x.fs.quota.close(x.node)
	return x.fs.errno(x.f.Close())
}

// size is the file's length. A writable folder belongs to one guest, whose node knows it.
func (x *file) size() int64 {
	if x.fs.readOnly() {
		if info, err := x.f.Stat(); err == nil {
			return info.Size()
		}
	}
	return x.node.size
}

// measure sets the charge to the truth after an operation that may have been half done.
func (x *file) measure() {
	if info, err := x.f.Stat(); err == nil {
		x.fs.quota.resize(x.node, info.Size())
	}
}
