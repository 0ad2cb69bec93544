package tree_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"appzone/host/tree"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func file(path, content string) tree.Entry {
	return tree.Entry{Path: path, Size: int64(len(content)), SHA256: digest(content)}
}

// contents opens entries from a map.
func contents(files map[string]string) func(tree.Entry) (io.ReadCloser, error) {
	return func(e tree.Entry) (io.ReadCloser, error) {
		text, ok := files[e.Path]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
}

var sample = map[string]string{"index.js": "app()", "bin/run": "#!/bin/sh", "lib/a/b.js": ""}

func sampleEntries() []tree.Entry {
	run := file("bin/run", "#!/bin/sh")
	run.Exec = true
	return []tree.Entry{run, {Path: "bin/up", Link: "../lib/a"}, file("index.js", "app()"), file("lib/a/b.js", "")}
}

// place puts the sample into a new folder.
func place(t *testing.T) (root string, entries []tree.Entry) {
	t.Helper()
	root = filepath.Join(t.TempDir(), "code")
	entries = sampleEntries()
	require.NoError(t, tree.Place(t.Context(), root, entries, contents(sample)))
	return root, entries
}

func TestPlaceWritesWhatSnapshotReads(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	root, entries := place(t)
	got, err := tree.Snapshot(t.Context(), root)
	require.NoError(t, err)
	assert.Equal(t, entries, got)
	for path, mode := range map[string]fs.FileMode{".": 0o755, "lib/a": 0o755, "index.js": 0o444, "bin/run": 0o555} {
		info, err := os.Stat(filepath.Join(root, path))
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode().Perm(), path)
	}
	assert.NoDirExists(t, root+".partial")
	bytes, files, err := tree.Usage(root)
	require.NoError(t, err)
	assert.Equal(t, int64(14), bytes)
	assert.Equal(t, 4, files)
}

func TestPlaceReplacesWhatIsThere(t *testing.T) {
	root, _ := place(t)
	for _, leftover := range []string{root + ".partial", root + ".old"} {
		write(t, leftover+"/left/over", "x")
		chmod(t, leftover+"/left", 0o500)
	}
	entries := []tree.Entry{file("only.js", "x")}
	require.NoError(t, tree.Place(t.Context(), root, entries, contents(map[string]string{"only.js": "x"})))
	got, err := tree.Snapshot(t.Context(), root)
	require.NoError(t, err)
	assert.Equal(t, entries, got)
	siblings, err := os.ReadDir(filepath.Dir(root))
	require.NoError(t, err)
	assert.Len(t, siblings, 1)
}

func TestPlaceLeavesTheOldTreeWhenItFails(t *testing.T) {
	root, old := place(t)
	ctx, cancel := context.WithCancel(t.Context())
	tests := map[string]struct {
		entry tree.Entry
		open  func(tree.Entry) (io.ReadCloser, error)
		want  string
	}{
		"other content": {file("a", "good"), contents(map[string]string{"a": "evil"}), "has the digest"},
		"too short":     {file("a", "good"), contents(map[string]string{"a": "goo"}), "not 4 bytes long"},
		"too long":      {file("a", "good"), contents(map[string]string{"a": strings.Repeat("good", 1<<20)}), "not 4 bytes long"},
		"not there":     {file("a", "good"), contents(nil), "file does not exist"},
		"cancelled": {file("a", "good"), func(tree.Entry) (io.ReadCloser, error) {
			cancel()
			return io.NopCloser(strings.NewReader("good")), nil
		}, "context canceled"},
	}
	for _, name := range []string{"other content", "too short", "too long", "not there", "cancelled"} {
		t.Run(name, func(t *testing.T) {
			test := tests[name]
			err := tree.Place(ctx, root, []tree.Entry{file("first", ""), test.entry}, func(e tree.Entry) (io.ReadCloser, error) {
				if e.Path == "first" {
					return io.NopCloser(strings.NewReader("")), nil
				}
				return test.open(e)
			})
			assert.ErrorContains(t, err, test.want)
			assert.NoDirExists(t, root+".partial")
			got, err := tree.Snapshot(t.Context(), root)
			require.NoError(t, err)
			assert.Equal(t, old, got)
		})
	}
}

// A1, A3, A4, A6: entries that would write or lead elsewhere are refused before anything is written.
func TestPlaceRefusesHostileEntries(t *testing.T) {
	link := func(path, target string) tree.Entry { return tree.Entry{Path: path, Link: target} }
	tests := map[string][]tree.Entry{
		"A1 parent":                {file("../x", "")},
		"A1 absolute":              {file("/x", "")},
		"A1 backslash":             {file(`..\x`, "")},
		"A1 NUL":                   {file("a\x00b", "")},
		"A1 dot segment":           {file("a/./b", "")},
		"the root itself":          {file(".", "")},
		"no name":                  {file("", "")},
		"not UTF-8":                {file("\xff", "")},
		"A6 twice":                 {file("a", ""), file("a", "")},
		"A4 through a link":        {link("a", "b"), file("a/x", "")},
		"A3 file as folder":        {file("a/b", ""), file("a", "")},
		"A4 absolute link":         {link("a", "/etc/passwd")},
		"A4 link to parent":        {link("a", "..")},
		"A4 link out of folder":    {link("a/b", "../../x")},
		"A4 link through a link":   {link("p/q", ".."), link("y", "p/q/..")},
		"A4 link with a detour":    {link("a", "x/../../y")},
		"A4 link with a backslash": {link("a", `..\x`)},
		"negative size":            {{Path: "a", Size: -1}},
	}
	for name, entries := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			err := tree.Place(t.Context(), filepath.Join(dir, "code"), entries, func(tree.Entry) (io.ReadCloser, error) {
				return nil, errors.New("opened")
			})
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "opened")
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

// A4, A7: what a tool left behind is described only if it is harmless.
func TestSnapshotRefusesWhatIsNoPlainFile(t *testing.T) {
	tests := map[string]func(t *testing.T, dir string){
		"A4 pipe":               func(t *testing.T, dir string) { require.NoError(t, syscall.Mkfifo(dir+"/p", 0o644)) },
		"A4 link to outside":    func(t *testing.T, dir string) { require.NoError(t, os.Symlink("../../x", dir+"/l")) },
		"A4 absolute link":      func(t *testing.T, dir string) { require.NoError(t, os.Symlink("/etc", dir+"/l")) },
		"A7 set-user-id":        func(t *testing.T, dir string) { write(t, dir+"/s", "x"); chmod(t, dir+"/s", 0o755|fs.ModeSetuid) },
		"name that is no UTF-8": func(t *testing.T, dir string) { write(t, dir+"/\xff", "x") },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			root, _ := place(t)
			spoil(t, filepath.Join(root, "lib"))
			_, err := tree.Snapshot(t.Context(), root)
			assert.Error(t, err)
		})
	}
	_, err := tree.Snapshot(t.Context(), filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	root, _ := place(t)
	_, err = tree.Snapshot(cancelled, root)
	assert.ErrorIs(t, err, context.Canceled)
}

func write(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	require.NoError(t, os.Chmod(path, mode))
}

// A9: whatever is changed in a plugin's code is found by name.
func TestVerifierFindsEveryChange(t *testing.T) {
	tests := map[string]struct {
		spoil func(t *testing.T, root string)
		want  []tree.Change
	}{
		"nothing": {func(*testing.T, string) {}, nil},
		"other content of the same size and time": {func(t *testing.T, root string) {
			path := filepath.Join(root, "index.js")
			info, err := os.Stat(path)
			require.NoError(t, err)
			chmod(t, path, 0o644)
			write(t, path, "evil!")
			chmod(t, path, 0o444)
			require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
		}, []tree.Change{{Path: "index.js", Kind: tree.Changed}}},
		"removed": {func(t *testing.T, root string) { require.NoError(t, os.Remove(root+"/index.js")) },
			[]tree.Change{{Path: "index.js", Kind: tree.Missing}}},
		"added": {func(t *testing.T, root string) { write(t, root+"/lib/node_modules/x.js", "") },
			[]tree.Change{{Path: "lib/node_modules/x.js", Kind: tree.Added}}},
		"longer": {func(t *testing.T, root string) {
			chmod(t, root+"/lib/a/b.js", 0o644)
			require.NoError(t, os.Truncate(root+"/lib/a/b.js", 9))
			chmod(t, root+"/lib/a/b.js", 0o444)
		}, changed("lib/a/b.js")},
		"executable":   {func(t *testing.T, root string) { chmod(t, root+"/index.js", 0o555) }, changed("index.js")},
		"set-user-id":  {func(t *testing.T, root string) { chmod(t, root+"/bin/run", 0o555|fs.ModeSetuid) }, changed("bin/run")},
		"link retold":  {func(t *testing.T, root string) { relink(t, root+"/bin/up", "../lib") }, changed("bin/up")},
		"link to file": {func(t *testing.T, root string) { relink(t, root+"/index.js", "lib/a/b.js") }, changed("index.js")},
		"file to pipe": {func(t *testing.T, root string) {
			require.NoError(t, os.Remove(root+"/index.js"))
			require.NoError(t, syscall.Mkfifo(root+"/index.js", 0o444))
		}, changed("index.js")},
		"file to folder": {func(t *testing.T, root string) {
			require.NoError(t, os.Remove(root+"/index.js"))
			write(t, root+"/index.js/x", "")
		}, []tree.Change{{Path: "index.js", Kind: tree.Missing}, {Path: "index.js/x", Kind: tree.Added}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			root, entries := place(t)
			v := tree.NewVerifier()
			check(t, v, root, entries, nil)
			time.Sleep(150 * time.Millisecond) // file times advance in ticks; the next check remembers
			check(t, v, root, entries, nil)
			test.spoil(t, root)
			check(t, v, root, entries, test.want)
			check(t, tree.NewVerifier(), root, entries, test.want)
		})
	}
}

func changed(path string) []tree.Change { return []tree.Change{{Path: path, Kind: tree.Changed}} }

func relink(t *testing.T, path, target string) {
	t.Helper()
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.Symlink(target, path))
}

func check(t *testing.T, v *tree.Verifier, root string, entries []tree.Entry, want []tree.Change) {
	t.Helper()
	got, err := v.Check(t.Context(), root, entries)
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestVerifierReportsABoundedNumberOfChanges(t *testing.T) {
	root, entries := place(t)
	for i := range 50 {
		write(t, fmt.Sprintf("%s/extra/%d", root, i), "")
	}
	got, err := tree.NewVerifier().Check(t.Context(), root, entries)
	require.NoError(t, err)
	assert.Len(t, got, tree.MaxChanges)
	require.NoError(t, tree.RemoveAll(root))
	check(t, tree.NewVerifier(), root, entries, []tree.Change{{"bin/run", tree.Missing}, {"bin/up", tree.Missing},
		{"index.js", tree.Missing}, {"lib/a/b.js", tree.Missing}})
}

func TestVerifierForgets(t *testing.T) {
	root, entries := place(t)
	time.Sleep(150 * time.Millisecond)
	v := tree.NewVerifier()
	check(t, v, root, entries, nil)
	other := sampleEntries()
	other[2].SHA256 = digest("other")
	check(t, v, root, other, changed("index.js"))
	v.Forget(root)
	check(t, v, root, entries, nil)
}

func TestVerifierServesManyAtOnce(t *testing.T) {
	root, entries := place(t)
	v := tree.NewVerifier()
	errs := make(chan error)
	for range 8 {
		go func() {
			for range 5 {
				if got, err := v.Check(t.Context(), root, entries); err != nil || got != nil {
					errs <- fmt.Errorf("%v %w", got, err)
					return
				}
				v.Forget(root)
			}
			errs <- nil
		}()
	}
	for range 8 {
		assert.NoError(t, <-errs)
	}
}

func TestRemoveAllRemovesReadOnlyAndVeryDeepFolders(t *testing.T) {
	root := filepath.Join(t.TempDir(), "data")
	// Deeper than any path may be long, as a program can make it by going down step by step.
	require.NoError(t, os.Mkdir(root, 0o755))
	dir, err := os.OpenRoot(root)
	require.NoError(t, err)
	for range 300 {
		require.NoError(t, dir.Mkdir("a-rather-deep-folder", 0o755))
		require.NoError(t, dir.WriteFile("file", []byte("x"), 0o400))
		next, err := dir.OpenRoot("a-rather-deep-folder")
		require.NoError(t, err)
		require.NoError(t, dir.Close())
		dir = next
	}
	require.NoError(t, dir.Close())
	_, err = tree.Snapshot(t.Context(), root)
	require.Error(t, err, "nobody describes what is that deep")
	outside := filepath.Join(t.TempDir(), "outside")
	write(t, outside+"/kept", "x")
	require.NoError(t, os.Symlink(outside, root+"/link"))
	write(t, root+"/.removed-1", "in the way")
	write(t, root+"/closed/x", "x")
	chmod(t, root+"/closed", 0)
	chmod(t, root, 0o500)

	require.NoError(t, tree.RemoveAll(root))
	assert.NoDirExists(t, root)
	assert.FileExists(t, outside+"/kept")
	assert.NoError(t, tree.RemoveAll(root), "a missing one is no error")

	require.NoError(t, os.Symlink(outside, root))
	require.NoError(t, tree.RemoveAll(root))
	assert.NoFileExists(t, root)
	assert.FileExists(t, outside+"/kept", "a link is removed, not followed")
}

func TestUsageOfNothing(t *testing.T) {
	bytes, files, err := tree.Usage(filepath.Join(t.TempDir(), "none"))
	require.NoError(t, err)
	assert.Zero(t, bytes)
	assert.Zero(t, files)
}
