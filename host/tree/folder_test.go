package tree_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"appzone/host/fault"
	"appzone/host/tree"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func openFolder(t *testing.T) (f *tree.Folder, root string) {
	t.Helper()
	root = t.TempDir()
	f, err := tree.OpenFolder(root)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, f.Close()) })
	return f, root
}

func read(t *testing.T, f *tree.Folder, name string) string {
	t.Helper()
	r, size, err := f.Read(name)
	require.NoError(t, err)
	defer r.Close()
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, int64(len(data)), size)
	return string(data)
}

func TestFolderWritesReadsListsAndRemoves(t *testing.T) {
	f, root := openFolder(t)
	require.NoError(t, f.Write("logs/today/app.log", strings.NewReader("one"), 3))
	require.NoError(t, f.Write("config.json", strings.NewReader("{}"), 100))
	chmod(t, root+"/config.json", 0o600)
	require.NoError(t, f.Write("config.json", strings.NewReader(`{"a":1}`), 100))
	assert.Equal(t, "one", read(t, f, "logs/today/app.log"))
	assert.Equal(t, `{"a":1}`, read(t, f, "config.json"))
	info, err := os.Stat(root + "/config.json")
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o600), info.Mode(), "the mode of the one before")

	list, err := f.List(10)
	require.NoError(t, err)
	require.Len(t, list, 2)
	assert.Equal(t, "config.json", list[0].Path)
	assert.Equal(t, int64(7), list[0].Size)
	assert.Equal(t, info.ModTime(), list[0].ModTime)
	assert.Equal(t, "logs/today/app.log", list[1].Path)
	list, err = f.List(1)
	require.NoError(t, err)
	assert.Len(t, list, 1)

	require.NoError(t, f.Remove("config.json"))
	assert.Equal(t, "file_not_found", fault.CodeOf(f.Remove("config.json")))
	_, _, err = f.Read("config.json")
	assert.Equal(t, "file_not_found", fault.CodeOf(err))
	assert.Equal(t, "path_invalid", fault.CodeOf(f.Remove("logs")))
}

// A8, A11: a file is replaced whole or not at all, and nothing is left beside it.
func TestFolderWriteIsAllOrNothing(t *testing.T) {
	f, root := openFolder(t)
	require.NoError(t, f.Write("a", strings.NewReader("old"), 10))
	broken := errors.New("the sender went away")
	tests := map[string]struct {
		r    io.Reader
		code string
	}{
		"A11 too large": {strings.NewReader(strings.Repeat("x", 11)), "file_too_large"},
		"cut off":       {io.MultiReader(strings.NewReader("new"), failing{broken}), "internal"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := f.Write("a", test.r, 10)
			assert.Equal(t, test.code, fault.CodeOf(err))
			assert.Equal(t, "old", read(t, f, "a"))
			left, err := os.ReadDir(root)
			require.NoError(t, err)
			assert.Len(t, left, 1)
		})
	}
}

// F2: a program that nests folders without end does not keep anybody from its other files.
func TestFolderPassesOverWhatIsTooDeep(t *testing.T) {
	f, root := openFolder(t)
	write(t, root+"/file", "four")
	write(t, root+strings.Repeat("/d", 250)+"/hidden", "x")
	list, err := f.List(100)
	require.NoError(t, err)
	assert.Len(t, list, 1)
	bytes, files, err := tree.Usage(root)
	require.NoError(t, err)
	assert.Equal(t, int64(4), bytes)
	assert.Equal(t, 1, files)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A1, A2, A4: no name and no link that the plugin left leads out of the folder.
func TestFolderStaysInside(t *testing.T) {
	f, root := openFolder(t)
	outside := root + "-evil" // A2: shares the folder's name as a prefix
	write(t, outside+"/secret", "secret")
	t.Cleanup(func() { os.RemoveAll(outside) })
	require.NoError(t, os.Symlink(outside+"/secret", root+"/file"))
	require.NoError(t, os.Symlink("../"+filepath.Base(outside), root+"/dir"))
	require.NoError(t, syscall.Mkfifo(root+"/pipe", 0o644))
	write(t, root+"/inside", "x")
	require.NoError(t, os.Mkdir(root+"/folder", 0o755))

	list, err := f.List(100)
	require.NoError(t, err)
	require.Len(t, list, 1, "links, pipes and folders are not listed")
	for _, name := range []string{"../" + filepath.Base(outside) + "/secret", "/etc/passwd", "", ".", "..", "a//b", "a/../b", `a\b`, "a\x00",
		"file", "dir/secret", "pipe", "folder", "inside/x", strings.Repeat("a", 5000)} {
		_, _, err := f.Read(name)
		assert.Contains(t, []string{"path_invalid", "file_not_found"}, fault.CodeOf(err), "read %q", name)
	}
	for _, name := range []string{"../x", "dir/secret", "dir/new", "inside/x", "folder", ""} {
		assert.Equal(t, "path_invalid", fault.CodeOf(f.Write(name, strings.NewReader("evil"), 10)), "write %q", name)
	}
	for _, name := range []string{"../x", "dir/secret", "", "."} {
		assert.Equal(t, "path_invalid", fault.CodeOf(f.Remove(name)), "remove %q", name)
	}
	require.NoError(t, f.Write("file", strings.NewReader("mine"), 10), "the link itself is replaced")
	assert.Equal(t, "mine", read(t, f, "file"))
	content, err := os.ReadFile(outside + "/secret")
	require.NoError(t, err)
	assert.Equal(t, "secret", string(content))
	require.NoError(t, f.Remove("dir"))
	assert.FileExists(t, outside+"/secret")
}

// The plugin runs as somebody else than the host and must be able to change what an administrator wrote.
func TestFolderWritesBelongToTheFoldersOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	f, root := openFolder(t)
	require.NoError(t, os.Chown(root, 4711, 4712))
	require.NoError(t, f.Write("a/b", strings.NewReader("x"), 10))
	for _, name := range []string{"a", "a/b"} {
		info, err := os.Stat(filepath.Join(root, name))
		require.NoError(t, err)
		st := info.Sys().(*syscall.Stat_t)
		assert.Equal(t, []uint32{4711, 4712}, []uint32{st.Uid, st.Gid}, name)
	}
}
