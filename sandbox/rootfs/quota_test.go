package rootfs_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	esys "github.com/tetratelabs/wazero/experimental/sys"

	"appzone/sandbox/rootfs"
)

const entry = 4096

// F2: a guest cannot fill the disk, by size, by holes or by number.
func TestQuotaRefusesGrowth(t *testing.T) {
	const limit = 10 * entry
	tests := map[string]func(t *testing.T, fs *rootfs.FS) esys.Errno{
		"writing": func(t *testing.T, fs *rootfs.FS) esys.Errno {
			f, errno := fs.OpenFile("a", esys.O_RDWR|esys.O_CREAT, 0o600)
			require.Zero(t, errno)
			defer f.Close()
			for range 20 {
				if _, errno = f.Write(make([]byte, entry)); errno != 0 {
					return errno
				}
			}
			return 0
		},
		"a hole": func(t *testing.T, fs *rootfs.FS) esys.Errno {
			f, errno := fs.OpenFile("a", esys.O_RDWR|esys.O_CREAT, 0o600)
			require.Zero(t, errno)
			defer f.Close()
			_, errno = f.Pwrite([]byte("x"), 1<<40)
			return errno
		},
		"truncate": func(t *testing.T, fs *rootfs.FS) esys.Errno {
			f, errno := fs.OpenFile("a", esys.O_RDWR|esys.O_CREAT, 0o600)
			require.Zero(t, errno)
			defer f.Close()
			return f.Truncate(1 << 40)
		},
		"many files": func(t *testing.T, fs *rootfs.FS) esys.Errno {
			for i := range 20 {
				f, errno := fs.OpenFile(strconv.Itoa(i), esys.O_RDWR|esys.O_CREAT, 0o600)
				if errno != 0 {
					return errno
				}
				require.Zero(t, f.Close())
			}
			return 0
		},
		"many folders": func(t *testing.T, fs *rootfs.FS) esys.Errno {
			for i := range 20 {
				if errno := fs.Mkdir(strconv.Itoa(i), 0o700); errno != 0 {
					return errno
				}
			}
			return 0
		},
		"removed but open": func(t *testing.T, fs *rootfs.FS) esys.Errno {
			for range 20 {
				f, errno := fs.OpenFile("a", esys.O_RDWR|esys.O_CREAT, 0o600)
				if errno != 0 {
					return errno
				}
				defer f.Close()
				if _, errno = f.Write(make([]byte, entry)); errno != 0 {
					return errno
				}
				require.Zero(t, fs.Unlink("a"))
			}
			return 0
		},
	}
	for name, grow := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, fs, q := folder(t, limit)
			assert.Equal(t, esys.EIO, grow(t, fs))
			assert.True(t, q.TakeExceeded(), "the refusal is remembered")
			assert.False(t, q.TakeExceeded(), "and told once")
			assert.LessOrEqual(t, q.Used(), int64(limit))
		})
	}
}

func TestQuotaGivesBack(t *testing.T) {
	_, _, fs, q := folder(t, 100*entry)
	create(t, fs, "a", strings.Repeat("x", 1000))
	create(t, fs, "b", strings.Repeat("x", 500))
	require.EqualValues(t, 2*entry+1500, q.Used())

	create(t, fs, "a", "short")
	assert.EqualValues(t, 2*entry+505, q.Used(), "overwritten")
	require.Zero(t, fs.Rename("a", "b"))
	assert.EqualValues(t, entry+5, q.Used(), "replaced")
	require.Zero(t, fs.Rename("b", "b"))
	assert.EqualValues(t, entry+5, q.Used(), "renamed to itself")

	f, errno := fs.OpenFile("b", esys.O_RDWR, 0)
	require.Zero(t, errno)
	g, errno := fs.OpenFile("b", esys.O_RDWR, 0)
	require.Zero(t, errno)
	_, errno = f.Write([]byte("0123456789"))
	require.Zero(t, errno)
	_, errno = g.Write([]byte("0123456789"))
	require.Zero(t, errno)
	assert.EqualValues(t, entry+10, q.Used(), "two handles of one file")
	require.Zero(t, fs.Unlink("b"))
	require.Zero(t, f.Close())
	assert.EqualValues(t, entry+10, q.Used(), "still open")
	require.Zero(t, g.Close())
	assert.Zero(t, q.Used())

	require.Zero(t, fs.Mkdir("d", 0o700))
	require.Zero(t, fs.Rmdir("d"))
	assert.Zero(t, q.Used())
	assert.Equal(t, esys.EEXIST, func() esys.Errno { create(t, fs, "x", ""); return fs.Mkdir("x", 0o700) }())
	assert.EqualValues(t, entry, q.Used(), "a failed mkdir costs nothing")
}

func TestQuotaCountsWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "sub", "a"), make([]byte, 3*entry), 0o600))
	q := rootfs.NewQuota(2 * entry)
	fs, err := rootfs.Writable(dir, q)
	require.NoError(t, err)
	defer fs.Close()
	assert.EqualValues(t, 5*entry, q.Used())

	_, errno := fs.OpenFile("new", esys.O_RDWR|esys.O_CREAT, 0o600)
	assert.Equal(t, esys.EIO, errno, "over the limit nothing is added")
	require.Zero(t, fs.Unlink("sub/a"))
	_, errno = fs.OpenFile("new", esys.O_RDWR|esys.O_CREAT, 0o600)
	assert.Zero(t, errno, "but removing works, and makes room")
}
