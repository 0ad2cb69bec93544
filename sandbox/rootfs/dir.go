package rootfs

import (
	"errors"
	"io"
	"os"

	esys "github.com/tetratelabs/wazero/experimental/sys"
	"github.com/tetratelabs/wazero/sys"
)

// maxDirents bounds one answer to Readdir, whatever the guest's buffer would hold.
const maxDirents = 4096

// dir is an open folder.
type dir struct {
	esys.DirFile
	f *os.File
}

var _ esys.File = (*dir)(nil)

func (d *dir) Stat() (sys.Stat_t, esys.Errno) {
	info, err := d.f.Stat()
	if err != nil {
		return sys.Stat_t{}, esys.UnwrapOSError(err)
	}
	return sys.NewStat_t(info), 0
}

func (d *dir) Dev() (uint64, esys.Errno)       { st, errno := d.Stat(); return st.Dev, errno }
func (d *dir) Ino() (sys.Inode, esys.Errno)    { st, errno := d.Stat(); return st.Ino, errno }
func (d *dir) Sync() esys.Errno                { return esys.UnwrapOSError(d.f.Sync()) }
func (d *dir) Datasync() esys.Errno            { return d.Sync() }
func (d *dir) Utimens(int64, int64) esys.Errno { return esys.ENOSYS }
func (d *dir) Close() esys.Errno               { return esys.UnwrapOSError(d.f.Close()) }

// Seek rewinds, which is all that a folder can do.
func (d *dir) Seek(offset position, whence int) (int64, esys.Errno) {
	if offset != 0 || whence != io.SeekStart {
		return 0, esys.EINVAL
	}
	_, err := d.f.Seek(0, io.SeekStart)
	return 0, esys.UnwrapOSError(err)
}

// Readdir returns the next entries. wazero takes fewer than n as the end of the folder, so
// the loop goes on until there are n or none are left.
func (d *dir) Readdir(n int) ([]esys.Dirent, esys.Errno) {
	if n <= 0 {
		n = int(^uint(0) >> 1)
	}
	var out []esys.Dirent
	for len(out) < n {
		entries, err := d.f.ReadDir(min(n-len(out), maxDirents))
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				continue // removed meanwhile
			}
			out = append(out, esys.Dirent{Name: e.Name(), Type: e.Type(), Ino: sys.NewStat_t(info).Ino})
		}
		if errors.Is(err, io.EOF) || (err == nil && len(entries) == 0) {
			break
		}
		if err != nil {
			return nil, esys.UnwrapOSError(err)
		}
	}
	return out, 0
}
