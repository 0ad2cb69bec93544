package rootfs_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	esys "github.com/tetratelabs/wazero/experimental/sys"

	"appzone/sandbox/rootfs"
)

// folder is a writable root next to a secret that must stay out of reach.
func folder(t *testing.T, limit int64) (dir, secret string, fs *rootfs.FS, q *rootfs.Quota) {
	t.Helper()
	base := t.TempDir()
	dir = filepath.Join(base, "data")
	secret = filepath.Join(base, "secret")
	require.NoError(t, os.Mkdir(dir, 0o700))
	require.NoError(t, os.WriteFile(secret, []byte("secret"), 0o600))
	q = rootfs.NewQuota(limit)
	fs, err := rootfs.Writable(dir, q)
	require.NoError(t, err)
	t.Cleanup(func() { _ = fs.Close() })
	return dir, secret, fs, q
}

func create(t *testing.T, fs *rootfs.FS, name, content string) {
	t.Helper()
	f, errno := fs.OpenFile(name, esys.O_RDWR|esys.O_CREAT|esys.O_TRUNC, 0o600)
	require.Zero(t, errno)
	n, errno := f.Write([]byte(content))
	require.Zero(t, errno)
	require.Equal(t, len(content), n)
	require.Zero(t, f.Close())
}

// G1: no name, and no link however it got there, leads out of the folder.
func TestNothingLeadsOut(t *testing.T) {
	dir, secret, fs, _ := folder(t, 0)
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	links := map[string]string{
		"absolute":   secret,
		"relative":   "../secret",
		"folder":     "..",
		"root":       "/",
		"sub/up":     "../../secret",
		"chain":      "sub/up",
		"proc":       "/proc/self/root",
		"dot-folder": "sub/../..",
	}
	for name, target := range links {
		require.NoError(t, os.Symlink(target, filepath.Join(dir, name)))
	}
	paths := []string{
		"../secret", "sub/../../secret", "./../secret", secret, "/etc/passwd", "..", "../..",
		"absolute", "relative", "folder/secret", "root/etc/passwd", "sub/up", "chain", "proc/etc/passwd",
		"dot-folder/secret",
	}
	for _, path := range paths {
		t.Run(path, func(t *testing.T) {
			for _, flag := range []esys.Oflag{esys.O_RDONLY, esys.O_RDWR, esys.O_RDWR | esys.O_CREAT | esys.O_TRUNC} {
				f, errno := fs.OpenFile(path, flag, 0o600)
				assert.NotZero(t, errno, "open with %x", flag)
				assert.Nil(t, f)
			}
			_, errno := fs.Stat(path)
			assert.NotZero(t, errno)
			assert.NotZero(t, fs.Utimens(path, 1, 1))
			assert.NotZero(t, fs.Chmod(path, 0o777))
			assert.NotZero(t, fs.Mkdir(path, 0o700))
			assert.NotZero(t, fs.Rename("sub", path+"/moved"))
		})
	}
	content, err := os.ReadFile(secret)
	require.NoError(t, err)
	assert.Equal(t, "secret", string(content))
}

// G1: a guest cannot make links of either kind.
func TestLinksCannotBeMade(t *testing.T) {
	_, _, fs, _ := folder(t, 0)
	create(t, fs, "a", "x")
	assert.Equal(t, esys.ENOSYS, fs.Symlink("a", "b"))
	assert.Equal(t, esys.ENOSYS, fs.Link("a", "b"))
}

func TestLinksInsideTheFolderWork(t *testing.T) {
	dir, _, fs, _ := folder(t, 0)
	create(t, fs, "a", "inside")
	require.NoError(t, os.Symlink("a", filepath.Join(dir, "link")))

	f, errno := fs.OpenFile("link", esys.O_RDONLY, 0)
	require.Zero(t, errno)
	buf := make([]byte, 16)
	n, errno := f.Read(buf)
	require.Zero(t, errno)
	assert.Equal(t, "inside", string(buf[:n]))
	require.Zero(t, f.Close())

	_, errno = fs.OpenFile("link", esys.O_RDONLY|esys.O_NOFOLLOW, 0)
	assert.Equal(t, esys.ELOOP, errno)
	target, errno := fs.Readlink("link")
	assert.Zero(t, errno)
	assert.Equal(t, "a", target)
}

func TestReadOnlyRefusesEveryChange(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("x"), 0o600))
	fs, err := rootfs.ReadOnly(dir)
	require.NoError(t, err)
	defer fs.Close()

	for _, flag := range []esys.Oflag{esys.O_RDWR, esys.O_WRONLY, esys.O_APPEND, esys.O_TRUNC, esys.O_CREAT} {
		_, errno := fs.OpenFile("a", flag, 0o600)
		assert.Equal(t, esys.EROFS, errno, "flag %x", flag)
	}
	assert.Equal(t, esys.EROFS, fs.Mkdir("b", 0o700))
	assert.Equal(t, esys.EROFS, fs.Rename("a", "b"))
	assert.Equal(t, esys.EROFS, fs.Unlink("a"))
	assert.Equal(t, esys.EROFS, fs.Rmdir("a"))
	assert.Equal(t, esys.EROFS, fs.Chmod("a", 0))
	assert.Equal(t, esys.EROFS, fs.Utimens("a", 0, 0))

	f, errno := fs.OpenFile("a", esys.O_RDONLY, 0)
	require.Zero(t, errno)
	_, errno = f.Write([]byte("y"))
	assert.Equal(t, esys.EBADF, errno)
	assert.Equal(t, esys.EBADF, f.Truncate(0))
	end, errno := f.Seek(0, 2)
	assert.Zero(t, errno)
	assert.EqualValues(t, 1, end)
	require.Zero(t, f.Close())
}

func TestSpecialFilesAreNotOpened(t *testing.T) {
	dir, _, fs, _ := folder(t, 0)
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600))
	_, errno := fs.OpenFile("fifo", esys.O_RDONLY, 0)
	assert.Equal(t, esys.ENOTSUP, errno, "opening a FIFO would block for ever")
}

func TestFilePositions(t *testing.T) {
	_, _, fs, _ := folder(t, 0)
	create(t, fs, "a", "0123456789")
	f, errno := fs.OpenFile("a", esys.O_RDWR, 0)
	require.Zero(t, errno)
	defer f.Close()

	buf := make([]byte, 4)
	n, errno := f.Read(buf)
	require.Zero(t, errno)
	assert.Equal(t, "0123", string(buf[:n]))
	pos, errno := f.Seek(-2, 1)
	require.Zero(t, errno)
	assert.EqualValues(t, 2, pos)
	n, _ = f.Pread(buf, 8)
	assert.Equal(t, "89", string(buf[:n]))
	_, errno = f.Write([]byte("XY"))
	require.Zero(t, errno)
	n, _ = f.Read(buf)
	assert.Equal(t, "4567", string(buf[:n]))

	require.Zero(t, f.SetAppend(true))
	_, errno = f.Write([]byte("end"))
	require.Zero(t, errno)
	n, _ = f.Pread(make([]byte, 64), 0)
	assert.Equal(t, 13, n)
	n, errno = f.Read(buf)
	assert.Zero(t, errno)
	assert.Zero(t, n, "end of file is 0 bytes, not an error")

	_, errno = f.Seek(-1, 0)
	assert.Equal(t, esys.EINVAL, errno)
	_, errno = f.Pread(buf, -1)
	assert.Equal(t, esys.EINVAL, errno)
	_, errno = f.Pwrite(buf, -1)
	assert.Equal(t, esys.EINVAL, errno)
	_, errno = f.Pwrite(buf, 1<<63-2)
	assert.Equal(t, esys.EINVAL, errno, "an end beyond what a file can have")
}

func TestFoldersAreListedOnceAndAgain(t *testing.T) {
	_, _, fs, _ := folder(t, 0)
	for _, name := range []string{"a", "b", "c"} {
		create(t, fs, name, "")
	}
	require.Zero(t, fs.Mkdir("d", 0o700))
	d, errno := fs.OpenFile(".", esys.O_RDONLY|esys.O_DIRECTORY, 0)
	require.Zero(t, errno)
	defer d.Close()
	for range 2 {
		var names []string
		for {
			entries, errno := d.Readdir(3)
			require.Zero(t, errno)
			for _, e := range entries {
				names = append(names, e.Name)
				assert.NotZero(t, e.Ino)
			}
			if len(entries) < 3 {
				break
			}
		}
		assert.ElementsMatch(t, []string{"a", "b", "c", "d"}, names)
		_, errno = d.Seek(0, 0)
		require.Zero(t, errno)
	}
	_, errno = d.Write([]byte("x"))
	assert.Equal(t, esys.EISDIR, errno)
}

func TestRemovingTheWrongKind(t *testing.T) {
	_, _, fs, _ := folder(t, 0)
	create(t, fs, "file", "x")
	require.Zero(t, fs.Mkdir("sub", 0o700))
	create(t, fs, "sub/inner", "x")
	assert.Equal(t, esys.ENOTDIR, fs.Rmdir("file"))
	assert.Equal(t, esys.EISDIR, fs.Unlink("sub"))
	assert.Equal(t, esys.ENOTEMPTY, fs.Rmdir("sub"))
	assert.Equal(t, esys.ENOENT, fs.Unlink("none"))
	require.Zero(t, fs.Unlink("sub/inner"))
	require.Zero(t, fs.Rmdir("sub"))
}
