package tree_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/fault"
	"appzone/host/tree"
)

// likeness describes everything below root that a copy must have.
func likeness(t *testing.T, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		rel, _ := filepath.Rel(root, name)
		info, err := os.Lstat(name)
		require.NoError(t, err)
		s := info.Sys().(*syscall.Stat_t)
		text := fmt.Sprintf("%s owner %d:%d names %d device %d time %d", info.Mode(), s.Uid, s.Gid, s.Nlink, s.Rdev, info.ModTime().UnixNano())
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(name)
			require.NoError(t, err)
			if len(content) > 64 {
				content = []byte(digest(string(content)))
			}
			text += " content " + string(content)
		case info.Mode()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(name)
			text += " to " + target
		}
		for _, attribute := range []string{"user.note", "user.overlay.opaque"} {
			value := make([]byte, 16)
			if n, err := unix.Lgetxattr(name, attribute, value); err == nil {
				text += " " + attribute + "=" + string(value[:n])
			}
		}
		out[rel] = text
		return nil
	}))
	return out
}

func TestACopyIsFaithful(t *testing.T) {
	src, outside := filepath.Join(t.TempDir(), "src"), filepath.Join(t.TempDir(), "outside")
	write(t, outside, "not the plugin's")
	for name, text := range map[string]string{"a": "one", "sub/deep/b": "two", "exec": "#!", "empty": ""} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(src, name)), 0o755))
		write(t, filepath.Join(src, name), text)
	}
	at := func(name string) string { return filepath.Join(src, name) }
	chmod(t, at("exec"), 0o751)
	require.NoError(t, os.Symlink(outside, at("link")))
	require.NoError(t, os.Symlink("gone", at("sub/dangling")))
	require.NoError(t, os.Link(at("a"), at("sub/again")))
	require.NoError(t, unix.Mkfifo(at("pipe"), 0o600))
	l, err := net.Listen("unix", at("socket"))
	require.NoError(t, err)
	defer l.Close()
	sparse, err := os.Create(at("sparse"))
	require.NoError(t, err)
	_, err = sparse.WriteAt([]byte("far"), 32<<20)
	require.NoError(t, err)
	require.NoError(t, sparse.Truncate(64<<20))
	require.NoError(t, sparse.Close())
	if err := unix.Setxattr(at("sub"), "user.overlay.opaque", []byte("y"), 0); err == nil {
		require.NoError(t, unix.Setxattr(at("a"), "user.note", []byte("mine"), 0))
	}
	_ = unix.Mknod(at("sub/whiteout"), unix.S_IFCHR, 0) // where the kernel lets this user
	require.NoError(t, os.Mkdir(at("closed"), 0o700))
	write(t, at("closed/secret"), "s")
	if os.Geteuid() == 0 {
		require.NoError(t, os.Lchown(at("sub/deep/b"), 12345, 12346))
		require.NoError(t, os.Lchown(at("link"), 12345, 12346))
	}
	chmod(t, at("closed/secret"), 0)
	chmod(t, at("closed"), 0)
	old := time.Unix(1_000_000_000, 123_456_789)
	for _, name := range []string{"a", "sub/deep/b", "sub/deep", "sub", "."} {
		require.NoError(t, os.Chtimes(at(name), old, old))
	}

	dst := filepath.Join(t.TempDir(), "dst")
	bytes, err := tree.Copy(t.Context(), src, dst)
	require.NoError(t, err)
	require.NoError(t, tree.Sync(dst))
	assert.Equal(t, int64(64<<20+3+3+2+1), bytes)
	for _, dir := range []string{src, dst} { // to look inside; both the same way
		info, err := os.Lstat(filepath.Join(dir, "closed"))
		require.NoError(t, err)
		assert.Equal(t, fs.FileMode(0), info.Mode().Perm(), "it is as closed as it was")
		chmod(t, filepath.Join(dir, "closed"), 0o700)
		chmod(t, filepath.Join(dir, "closed/secret"), 0o400)
	}
	want := likeness(t, src)
	delete(want, "socket")
	assert.Equal(t, want, likeness(t, dst))
	used, err := tree.Allocated(t.Context(), dst)
	require.NoError(t, err)
	assert.Less(t, used, int64(16<<20), "holes stay holes")
}

func TestACopyOfNothingIsAnEmptyFolder(t *testing.T) {
	dst := filepath.Join(t.TempDir(), "dst")
	bytes, err := tree.Copy(t.Context(), filepath.Join(t.TempDir(), "gone"), dst)
	require.NoError(t, err)
	assert.Zero(t, bytes)
	assert.DirExists(t, dst)
	_, err = tree.Copy(t.Context(), t.TempDir(), dst)
	require.ErrorIs(t, err, fs.ErrExist, "what is there is not mixed up with it")
}

// A link in the place of the folder itself leads nowhere.
func TestACopyFollowsNoLink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(t.TempDir(), link))
	_, err := tree.Copy(t.Context(), link, filepath.Join(t.TempDir(), "dst"))
	require.Error(t, err)
}

func TestACopyIsBoundedAndCanBeEnded(t *testing.T) {
	src := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(src, strings.Repeat("d/", 210)), 0o700))
	_, err := tree.Copy(t.Context(), src, filepath.Join(t.TempDir(), "dst"))
	assert.Equal(t, "folder_too_large", fault.CodeOf(err))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = tree.Copy(ctx, src, filepath.Join(t.TempDir(), "dst"))
	assert.ErrorIs(t, err, context.Canceled)
}

// Row F2: what the host has to remember of a folder is bounded: paths can be long, and each file that has several names costs one.
func TestACopyRemembersLittle(t *testing.T) {
	top := t.TempDir()
	src := filepath.Join(top, "src")
	require.NoError(t, os.Mkdir(src, 0o700))
	root, err := os.OpenRoot(src)
	require.NoError(t, err)
	part := strings.Repeat("d", 255)
	for range 190 {
		require.NoError(t, root.Mkdir(part, 0o700))
		next, err := root.OpenRoot(part)
		require.NoError(t, err)
		require.NoError(t, root.Close())
		root = next
	}
	defer root.Close()
	for i := range 1500 {
		require.NoError(t, root.WriteFile(fmt.Sprintf("a%d", i), nil, 0o600))
		require.NoError(t, root.Link(fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i)))
	}
	_, err = tree.Copy(t.Context(), src, filepath.Join(top, "dst"))
	assert.Equal(t, "folder_too_large", fault.CodeOf(err), "%v", err)
}

// Row F2: what a program closed to its own host is passed over, and what lies beside it counts all the same.
func TestAllocatedPassesOverWhatIsClosed(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "m", "z"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, name, "in"), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "in", "f"), make([]byte, 1<<20), 0o600))
	}
	require.NoError(t, os.Chmod(filepath.Join(dir, "m", "in"), 0))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "m", "in"), 0o700) })
	used, err := tree.Allocated(t.Context(), dir)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, used, int64(2<<20))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = tree.Allocated(ctx, dir)
	assert.ErrorIs(t, err, context.Canceled)
}
