package host_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/archive"
	"appzone/host/fault"
	"appzone/host/storetest"
)

func TestARestoreOverwritesNothingAndLeavesNothing(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.write("p", "data/f", "text")
	in := r.backup()
	again := func(dir string, in []byte) error {
		_, err := host.Restore(t.Context(), host.RestoreOptions{DataDir: dir, OpenStore: func(context.Context, string) (host.Store, error) { return storetest.Memory(), nil }}, bytes.NewReader(in))
		return err
	}
	full := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(full, "mine"), nil, 0o600))
	assert.Equal(t, "data_dir_not_empty", fault.CodeOf(again(full, in)))
	assert.FileExists(t, filepath.Join(full, "mine"))
	assert.NoFileExists(t, filepath.Join(full, "restore-unfinished"))

	for cut := 0; cut < len(in); cut += 1 + len(in)/40 {
		empty, absent := t.TempDir(), filepath.Join(t.TempDir(), "absent")
		require.Error(t, again(empty, in[:cut]))
		require.Error(t, again(absent, in[:cut]))
		assert.NoDirExists(t, absent)
		left, err := os.ReadDir(empty)
		require.NoError(t, err)
		assert.Empty(t, left, "the first %d bytes", cut)
	}
	half := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(half, "restore-unfinished"), nil, 0o600))
	_, err := host.Open(t.Context(), host.Config{DataDir: half, Store: storetest.Memory()})
	assert.Equal(t, "restore_unfinished", fault.CodeOf(err))
}

// rewrite makes a backup of another one's entries; edit may change or drop an entry, and say what follows it.
func rewrite(t *testing.T, in []byte, kind string, edit func(name string, content []byte) (string, []byte, bool), more ...func(*archive.Writer)) []byte {
	t.Helper()
	r, err := archive.NewReader(bytes.NewReader(in), kind, archive.Limits{Bytes: 1 << 30, Entries: 1 << 20})
	require.NoError(t, err)
	defer r.Close()
	var out bytes.Buffer
	w, err := archive.NewWriter(&out, t.TempDir(), r.Meta)
	require.NoError(t, err)
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if e.Kind != archive.File {
			continue
		}
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		if name, content, keep := edit(e.Name, content); keep {
			require.NoError(t, w.Bytes(name, content))
		}
	}
	for _, add := range more {
		add(w)
	}
	require.NoError(t, errors.Join(w.Finish(), w.Close()))
	return out.Bytes()
}

// dataLink is a backup or an export whose data folder is a link.
func dataLink(t *testing.T, in []byte, kind, name, to string) []byte {
	t.Helper()
	keep := func(at string, b []byte) (string, []byte, bool) { return at, b, !strings.HasPrefix(at, name) }
	return rewrite(t, in, kind, keep, func(w *archive.Writer) { require.NoError(t, w.Link(name, to)) })
}

// Row A1: nobody's folder becomes a plugin's, which would give it to the plugin's user.
func TestADataFolderThatIsALinkIsRefused(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	r.write("p", "data/f", "text")
	_, err := restore(t, dataLink(t, r.backup(), archive.KindHost, "plugins/p/data", "/tmp"))
	assert.Equal(t, "backup_invalid", fault.CodeOf(err), "%v", err)
	there := newRig(t, nil)
	_, err = there.Import(t.Context(), bytes.NewReader(dataLink(t, r.export("p", true), archive.KindPlugin, "data", "/tmp")), admin)
	assert.Equal(t, "backup_invalid", fault.CodeOf(err), "%v", err)
	assert.NoDirExists(t, filepath.Join(there.dir, "plugins/p"))
}

// A table that is added later is either in backups or left out on purpose.
func TestEveryTableIsInBackupsOrLeftOut(t *testing.T) {
	source, err := os.ReadFile("table.go")
	require.NoError(t, err)
	in := map[string]bool{"jobs": false, "events": false, "sessions": false, "replies": false, "deliveries": false}
	for _, name := range host.BackupTables {
		in[name] = true
	}
	found := regexp.MustCompile(`= table\[\S+\]\("([a-z-]+)"\)`).FindAllSubmatch(source, -1)
	assert.Len(t, found, len(in))
	for _, m := range found {
		assert.Contains(t, in, string(m[1]))
	}
}

// Rows A1 and A7 for backups: records, too, must not lead out of the data folder.
func TestABackupThatWasTamperedWithIsRefused(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.write("p", "data/f", "text")
	in := r.backup()
	_, err := restore(t, rewrite(t, in, archive.KindHost, func(name string, b []byte) (string, []byte, bool) { return name, b, true }))
	require.NoError(t, err)
	replace := func(file, old, text string) func(string, []byte) (string, []byte, bool) {
		hit := false
		t.Cleanup(func() { assert.True(t, hit, "%s %s", file, old) })
		return func(name string, b []byte) (string, []byte, bool) {
			if name == file && bytes.Contains(b, []byte(old)) {
				hit = true
				b = bytes.ReplaceAll(b, []byte(old), []byte(text))
			}
			return name, b, true
		}
	}
	rename := func(to string) func(string, []byte) (string, []byte, bool) {
		return func(name string, b []byte) (string, []byte, bool) {
			if name == "plugins/p/data/f" {
				name = to
			}
			return name, b, true
		}
	}
	blob := func(name string) bool { return len(name) == 6+64 && name[:6] == "blobs/" }
	link := func(at string) []byte {
		return rewrite(t, in, archive.KindHost, func(name string, b []byte) (string, []byte, bool) { return name, b, name != "plugins/p/data/f" }, func(w *archive.Writer) {
			dir := t.TempDir()
			require.NoError(t, os.Symlink("/tmp", filepath.Join(dir, "link")))
			require.NoError(t, w.Tree(t.Context(), at, dir))
		})
	}
	_, err = restore(t, link("plugins/p/data"))
	require.NoError(t, err, "a link in its data is a plugin's own")
	for _, at := range []string{"plugins/p", "plugins/q/data", "plugins", "blobs"} {
		again, err := restore(t, link(at))
		assert.Equal(t, "backup_invalid", fault.CodeOf(err), "%s: %v", at, err)
		assert.NoDirExists(t, again.dir)
	}
	for name, edit := range map[string]func(string, []byte) (string, []byte, bool){
		"another plugin's folder":       rename("plugins/q/data/f"),
		"an unknown folder":             rename("plugins/p/code/f"),
		"the data folder":               rename("secret.key"),
		"the code":                      rename("plugins/p/versions/0123456789abcdef/code/index.js"),
		"an unknown table":              rename("records/sessions.jsonl"),
		"a plugin that climbs":          replace("records/plugins.jsonl", `"id":"p"`, `"id":"../p"`),
		"a key that is another":         replace("records/plugins.jsonl", `"key":"p"`, `"key":"q"`),
		"a short digest":                replace("records/plugins.jsonl", `"installed":"`, `"installed":"aa","x":"`),
		"a prepared folder that climbs": replace("records/versions.jsonl", `"preparedIn":"prepared-`, `"preparedIn":"../prepared-`),
		"no members":                    func(name string, b []byte) (string, []byte, bool) { return name, b, name != "records/members.jsonl" },
		"a record that is no JSON":      replace("records/plugins.jsonl", `{"key"`, `{key`),
		"no files":                      func(name string, b []byte) (string, []byte, bool) { return name, b, !blob(name) },
		"files that are others": func(name string, b []byte) (string, []byte, bool) {
			if blob(name) {
				b = append(b, 'x')
			}
			return name, b, true
		},
	} {
		again, err := restore(t, rewrite(t, in, archive.KindHost, edit))
		assert.Equal(t, "backup_invalid", fault.CodeOf(err), "%s: %v", name, err)
		assert.NoDirExists(t, again.dir, name)
	}
}

// Row F5: a backup that ends within a file is said to be cut off, whoever was reading it.
func TestABackupThatEndsWithinAFileIsCutOff(t *testing.T) {
	r := newRig(t, nil)
	noise := make([]byte, 1<<20)
	_, _ = rand.NewChaCha8([32]byte{}).Read(noise)
	_, err := r.upload(fmt.Sprintf(html, "H", "1.0.0", ""), map[string]string{"noise": string(noise)})
	require.NoError(t, err)
	in := r.backup()
	again, err := restore(t, in[:len(in)/2])
	assert.Equal(t, "backup_cut", fault.CodeOf(err), "%v", err)
	assert.NoDirExists(t, again.dir)
}
