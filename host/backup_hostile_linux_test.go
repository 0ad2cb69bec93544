package host_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host"
	"appzone/host/fault"
)

// deepFolder makes folders of long names below dir, and opens the last one.
func deepFolder(t *testing.T, dir string) *os.Root {
	t.Helper()
	part := strings.Repeat("d", 255)
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	for range 190 {
		require.NoError(t, root.Mkdir(part, 0o700))
		next, err := root.OpenRoot(part)
		require.NoError(t, err)
		require.NoError(t, root.Close())
		root = next
	}
	return root
}

// hostileFolder fills a plugin's data with what no program of good will makes.
func hostileFolder(t *testing.T, data string) {
	t.Helper()
	root := deepFolder(t, data)
	require.NoError(t, root.WriteFile("f", []byte("deep"), 0o600))
	require.NoError(t, root.Close())
	for i, name := range []string{"a\nb", "\xff\xfe", "-rf", `a\b`, "...", " ", strings.Repeat("\xff", 255)} {
		require.NoError(t, os.WriteFile(filepath.Join(data, name), []byte(name), 0o600))
		require.NoError(t, os.Symlink(strings.Repeat("x/", 2000)+"\xff", filepath.Join(data, fmt.Sprintf("link%d\xfe", i))))
	}
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(data, "passwd")))
	require.NoError(t, os.Symlink("../../../..", filepath.Join(data, "up")))
	require.NoError(t, os.Symlink("loop", filepath.Join(data, "loop")))
	require.NoError(t, unix.Mkfifo(filepath.Join(data, "pipe"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(data, "shut"), []byte("shut"), 0))
	require.NoError(t, os.Mkdir(filepath.Join(data, "closed"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, "closed", "f"), []byte("closed"), 0o600))
	require.NoError(t, os.Chmod(filepath.Join(data, "closed"), 0))
	require.NoError(t, os.Link(filepath.Join(data, "-rf"), filepath.Join(data, "twice")))
	f, err := os.Create(filepath.Join(data, "sparse"))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, f.Truncate(1<<42))
	_, err = f.WriteAt([]byte("far"), 1<<41)
	require.NoError(t, err)
}

// Rows A4, A5 and F2: whatever a program leaves in its folder, the host can be backed up and restored, and the plugin upgraded and gone back.
func TestAHostileFolderIsKeptLikeAnyOther(t *testing.T) {
	r := keeping(t, nil)
	data := filepath.Join(r.dir, "plugins", "p", "data")
	hostileFolder(t, data)

	whole := func(r *rig) {
		t.Helper()
		data := filepath.Join(r.dir, "plugins", "p", "data")
		root, err := os.OpenRoot(data)
		require.NoError(t, err)
		defer root.Close()
		text, err := root.ReadFile(strings.Repeat(strings.Repeat("d", 255)+"/", 190) + "f")
		require.NoError(t, err)
		assert.Equal(t, "deep", string(text))
		to, err := os.Readlink(filepath.Join(data, "passwd"))
		require.NoError(t, err)
		assert.Equal(t, "/etc/passwd", to)
		info, err := os.Stat(filepath.Join(data, "sparse"))
		require.NoError(t, err)
		assert.EqualValues(t, 1<<42, info.Size())
		for name, want := range map[string]os.FileMode{"shut": 0, "closed": os.ModeDir} {
			info, err := os.Lstat(filepath.Join(data, name))
			require.NoError(t, err)
			assert.Equal(t, want, info.Mode(), name)
		}
	}
	whole(r)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	whole(r)
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{Data: host.DataRestore}).State)
	whole(r)
	in := r.backup()
	whole(r)
	there, err := restore(t, in)
	require.NoError(t, err)
	whole(there)
	there.reopen(keeperConfig(nil))
	require.Equal(t, "1.0.0", there.becomes("1.0.0", host.Running).Version)
	whole(there)

	elsewhere := newRig(t, keeperConfig(nil))
	_, err = elsewhere.Import(context.Background(), bytes.NewReader(r.export("p", true)), admin)
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, elsewhere.install("p", true).State)
	whole(elsewhere)
}

// Row F2: names take room, too: a program with long paths and empty files does not fill the disk with the list of them.
func TestTheNamesInABackupDoNotFillTheDisk(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.write("p", "data/f", "")
	root := deepFolder(t, filepath.Join(r.dir, "plugins", "p", "data"))
	for i := range 400 {
		require.NoError(t, root.WriteFile(fmt.Sprintf("f%d", i), nil, 0o600))
	}
	require.NoError(t, root.Close())
	r.reboot(func(c *host.Config) { c.Store = lowStore{c.Store, 70 << 20} })
	_, err := r.Backup(t.Context(), admin)
	assert.Equal(t, "disk_full", fault.CodeOf(err), "%v", err)
	entries, _ := os.ReadDir(filepath.Join(r.dir, "uploads"))
	assert.Empty(t, entries)
}
