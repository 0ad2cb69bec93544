package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/archive"
	"appzone/host/fault"
	"appzone/host/storetest"
)

// backup makes a backup and returns its bytes.
func (r *rig) backup() []byte {
	r.Helper()
	b, err := r.Backup(r.Context(), admin)
	require.NoError(r, err)
	defer b.Close()
	var out bytes.Buffer
	n, err := b.WriteTo(&out)
	require.NoError(r, err)
	assert.EqualValues(r, out.Len(), n)
	return out.Bytes()
}

// restore fills a new data folder and returns a rig over it, which is not open yet.
func restore(t *testing.T, in []byte) (*rig, error) {
	t.Helper()
	r := &rig{T: t, dir: filepath.Join(t.TempDir(), "data"), store: storetest.Memory()}
	_, err := host.Restore(t.Context(), host.RestoreOptions{DataDir: r.dir, OpenStore: r.openStore}, bytes.NewReader(in))
	return r, err
}

func (r *rig) openStore(context.Context, string) (host.Store, error) { return r.store, nil }

// reopen opens the host over what was restored.
func (r *rig) reopen(change func(*host.Config)) {
	r.Helper()
	r.store = r.store.Reopen()
	r.open(change)
}

const tokenSettings = `,"settings":{"type":"object","properties":{"token":{"type":"string","writeOnly":true},"colour":{"type":"string"}}}`

// secretKey is the same on both hosts.
func secretKey(c *host.Config) { c.SecretKey = "one key for two hosts" }

func (r *rig) write(id, name, text string) {
	r.Helper()
	path := filepath.Join(r.dir, "plugins", id, name)
	require.NoError(r, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(r, os.WriteFile(path, []byte(text), 0o640))
}

func (r *rig) read(id, name string) string {
	r.Helper()
	text, err := os.ReadFile(filepath.Join(r.dir, "plugins", id, name))
	require.NoError(r, err)
	return string(text)
}

// hello asks the plugin.
func (r *rig) hello(id string) string {
	r.Helper()
	up, release, err := r.Acquire(r.Context(), id)
	require.NoError(r, err)
	defer release()
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return up.Dial(ctx) }}}
	res, err := c.Get("http://plugin/")
	require.NoError(r, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(r, err)
	return string(text)
}

func TestARestoredHostIsTheOneThatWasBackedUp(t *testing.T) {
	r := newRig(t, secretKey)
	r.mustUpload(fmt.Sprintf(html, "Pages", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("pages", true).State)
	r.mustUpload(fmt.Sprintf(script, "Clock", "1.0.0", tokenSettings))
	require.Equal(t, host.JobSucceeded, r.install("clock", true).State)
	r.mustUpload(fmt.Sprintf(script, "Clock", "2.0.0", tokenSettings))
	_, err := r.PutSettings(t.Context(), "clock", []byte(`{"token":"very secret","colour":"red"}`), 0, admin)
	require.NoError(t, err)
	r.member("anna", "agent", `,"plugins":["pages"]`)
	r.write("clock", "data/notes.txt", "remember")
	r.write("clock", "overlay/config.json", "{}")
	require.Eventually(t, func() bool { return r.view("clock").State == host.Running }, time.Minute, 10*time.Millisecond)
	site := func(r *rig) []host.File {
		s, err := r.Open(t.Context(), "pages", admin)
		require.NoError(t, err)
		var all []host.File
		for _, f := range s.Files {
			all = append(all, *f)
		}
		return all
	}
	want := r.view("clock")
	in := r.backup()
	assert.NotContains(t, string(in), "very secret")
	entries, _ := os.ReadDir(filepath.Join(r.dir, "uploads"))
	assert.Empty(t, entries, "nothing of it is left")

	again, err := restore(t, in)
	require.NoError(t, err)
	again.reopen(secretKey)
	assert.ElementsMatch(t, site(r), site(again))
	got := again.view("clock")
	assert.Equal(t, want.Digest, got.Digest)
	assert.Equal(t, want.Candidate, got.Candidate)
	assert.Equal(t, want.Grants, got.Grants)
	assert.Equal(t, host.Stopped, got.State)
	job, err := again.Start(t.Context(), "clock", admin)
	require.NoError(t, err)
	again.succeed(job)
	assert.Equal(t, `hello {"colour":"red","token":"very secret"}`, again.hello("clock"))
	assert.Equal(t, "remember", again.read("clock", "data/notes.txt"))
	assert.Equal(t, "{}", again.read("clock", "overlay/config.json"))
	info, err := os.Stat(filepath.Join(again.dir, "plugins/clock/data/notes.txt"))
	require.NoError(t, err)
	assert.Equal(t, fs.FileMode(0o640), info.Mode())
	members, _ := again.Members(host.MemberFilter{})
	assert.Len(t, members, 2)
	report, err := again.VerifyAudit(t.Context(), nil)
	require.NoError(t, err)
	assert.True(t, report.OK, report.Reason)
	kinds := again.auditKinds()
	assert.Contains(t, kinds, "host.restored")
	assert.NoFileExists(t, filepath.Join(again.dir, "secret.key"))
	second := again.backup() // and it can be backed up itself
	third, err := restore(t, second)
	require.NoError(t, err)
	third.reopen(secretKey)
	assert.Equal(t, want.Digest, third.view("clock").Digest)
}

// Row F8: secrets whose key is gone are told, and everything else is there.
func TestWithoutTheKeyOnlySecretsAreLost(t *testing.T) {
	r := newRig(t, secretKey)
	r.mustUpload(fmt.Sprintf(html, "Pages", "1.0.0", tokenSettings))
	require.Equal(t, host.JobSucceeded, r.install("pages", true).State)
	_, err := r.PutSettings(t.Context(), "pages", []byte(`{"token":"very secret"}`), 0, admin)
	require.NoError(t, err)
	again, err := restore(t, r.backup())
	require.NoError(t, err)
	again.reopen(nil)
	v, err := again.System(t.Context())
	require.NoError(t, err)
	require.Len(t, v.Secrets.MissingKeys, 1)
	assert.Equal(t, []string{"pages"}, v.Secrets.MissingKeys[0].Plugins)
	_, err = again.Open(t.Context(), "pages", admin)
	require.NoError(t, err)
}

// writingPlugin writes a and then b, over and over: a backup that is like a crash never has b ahead of a.
func writingPlugin([]string) int {
	go func() {
		for n := 1; ; n++ {
			for _, name := range []string{"a", "b"} {
				path := filepath.Join(os.Getenv("APPZONE_DATA_DIR"), name)
				_ = os.WriteFile(path+".tmp", []byte(strconv.Itoa(n)), 0o600)
				_ = os.Rename(path+".tmp", path)
			}
		}
	}()
	return servePlugin(nil)
}

func TestABackupOfAPluginThatWritesIsLikeACrash(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "writing"}} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	for i := range 500 {
		r.write("p", fmt.Sprintf("data/aa/%d", i), "something to read between a and b")
	}
	for range 5 {
		_, err := os.Stat(filepath.Join(r.dir, "plugins/p/data/b"))
		require.NoError(t, err)
		again, err := restore(t, r.backup())
		require.NoError(t, err)
		number := func(r *rig, name string) int {
			n, err := strconv.Atoi(r.read("p", "data/"+name))
			require.NoError(t, err)
			return n
		}
		a, b := number(again, "a"), number(again, "b")
		assert.True(t, b == a || b == a-1, "a is %d and b is %d", a, b)
		require.Eventually(t, func() bool { return number(r, "b") > b }, time.Minute, time.Millisecond, "it goes on")
		assert.Equal(t, "hello {}", r.hello("p"))
	}
}

// held makes backups wait at a point until the returned function is called.
func held(at string) (change func(*host.Config), reached <-chan struct{}, goOn func()) {
	arrived, on := make(chan struct{}), make(chan struct{})
	return func(c *host.Config) {
		c.Hook = func(point string) {
			if point == at {
				close(arrived)
				<-on
			}
		}
	}, arrived, func() { close(on) }
}

func TestBackupsAreMadeOneAtATimeAndStartsWait(t *testing.T) {
	change, reached, goOn := held("backup.held")
	r := newRig(t, change)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	done := make(chan []byte)
	go func() { done <- r.backup() }()
	<-reached
	_, err := r.Backup(t.Context(), admin)
	assert.Equal(t, "backup_running", fault.CodeOf(err))
	_, err = r.Export(t.Context(), "p", true, admin)
	assert.Equal(t, "backup_running", fault.CodeOf(err))
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	select {
	case <-time.After(100 * time.Millisecond):
	case <-done:
		require.Fail(t, "it is held")
	}
	assert.Equal(t, host.Starting, r.view("p").State)
	goOn()
	<-done
	r.succeed(job)
}

func TestAHostThatClosesEndsABackup(t *testing.T) {
	change, reached, goOn := held("backup.held")
	r := newRig(t, change)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	failed := make(chan error)
	go func() {
		_, err := r.Backup(context.Background(), admin)
		failed <- err
	}()
	<-reached
	closed := make(chan struct{})
	go func() { r.Close(); close(closed) }()
	require.Eventually(t, func() bool { _, err := r.Start(t.Context(), "p", admin); return err != nil }, 10*time.Second, time.Millisecond)
	goOn()
	assert.Error(t, <-failed)
	<-closed
	r.store = r.store.Reopen()
	r.open(nil)
	entries, _ := os.ReadDir(filepath.Join(r.dir, "uploads"))
	assert.Empty(t, entries)
}

// lowStore has as much room as is said.
type lowStore struct {
	host.Store
	free int64
}

func (s lowStore) FreeBytes() (int64, error) { return s.free, nil }

// Row F2: a backup does not fill the disk.
func TestABackupNeedsRoom(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.write("p", "data/large", string(make([]byte, 20<<20)))
	r.reboot(func(c *host.Config) { c.Store = lowStore{c.Store, 70 << 20} })
	_, err := r.Backup(t.Context(), admin)
	assert.Equal(t, "disk_full", fault.CodeOf(err))
	assert.ErrorContains(t, err, "84 MB")
	entries, _ := os.ReadDir(filepath.Join(r.dir, "uploads"))
	assert.Empty(t, entries)
}

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
	in := map[string]bool{"jobs": false, "events": false, "sessions": false, "replies": false}
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
		assert.Contains(t, []string{"backup_invalid", "content_mismatch"}, fault.CodeOf(err), "%s: %v", name, err)
		assert.NoDirExists(t, again.dir, name)
	}
}

func (r *rig) export(id string, data bool) []byte {
	r.Helper()
	b, err := r.Export(r.Context(), id, data, admin)
	require.NoError(r, err)
	defer b.Close()
	var out bytes.Buffer
	_, err = b.WriteTo(&out)
	require.NoError(r, err)
	return out.Bytes()
}

func TestAPluginMovesToAnotherHost(t *testing.T) {
	r := newRig(t, secretKey)
	r.mustUpload(fmt.Sprintf(script, "Clock", "1.0.0", tokenSettings))
	require.Equal(t, host.JobSucceeded, r.install("clock", true).State)
	_, err := r.PutSettings(t.Context(), "clock", []byte(`{"token":"very secret","colour":"red"}`), 0, admin)
	require.NoError(t, err)
	_, err = r.Edit(t.Context(), "clock", []byte(`{"description":"our own"}`), 0, admin)
	require.NoError(t, err)
	r.write("clock", "data/notes.txt", "remember")
	in := r.export("clock", true)
	assert.NotContains(t, string(in), "very secret")

	there := newRig(t, secretKey)
	got, err := there.Import(t.Context(), bytes.NewReader(in), admin)
	require.NoError(t, err)
	assert.Empty(t, got.LostSecrets)
	assert.Equal(t, "our own", got.Plugin.Description)
	assert.Equal(t, host.StageUploaded, got.Plugin.Stage)
	assert.Nil(t, got.Plugin.Grants, "it is asked again")
	require.Equal(t, host.JobSucceeded, there.install("clock", true).State)
	assert.Equal(t, `hello {"colour":"red","token":"very secret"}`, there.hello("clock"))
	assert.Equal(t, "remember", there.read("clock", "data/notes.txt"))
	assert.Contains(t, there.auditKinds(), "plugin.imported")
	_, err = there.Import(t.Context(), bytes.NewReader(in), admin)
	assert.Equal(t, "plugin_exists", fault.CodeOf(err))
	assert.Equal(t, "remember", there.read("clock", "data/notes.txt"))

	other := newRig(t, nil)
	got, err = other.Import(t.Context(), bytes.NewReader(r.export("clock", false)), admin)
	require.NoError(t, err)
	assert.Equal(t, []string{"/token"}, got.LostSecrets)
	assert.NoDirExists(t, filepath.Join(other.dir, "plugins/clock/data"))
	s, err := other.Settings(t.Context(), "clock")
	require.NoError(t, err)
	assert.JSONEq(t, `{"colour":"red"}`, string(s.Values))
	for _, r := range []*rig{r, there, other} {
		entries, _ := os.ReadDir(filepath.Join(r.dir, "uploads"))
		assert.Empty(t, entries)
	}
}

func TestAnImportThatIsNotWhatItSaysIsRefused(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", tokenSettings))
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"colour":"red"}`), 0, admin)
	require.NoError(t, err)
	r.write("p", "data/f", "text")
	in := r.export("p", true)
	there := newRig(t, nil)
	refused := func(name string, in []byte, codes ...string) {
		_, err := there.Import(t.Context(), bytes.NewReader(in), admin)
		assert.Contains(t, codes, fault.CodeOf(err), "%s: %v", name, err)
		_, err = there.Plugin(t.Context(), "p")
		assert.Equal(t, "plugin_not_found", fault.CodeOf(err), name)
		left, _ := os.ReadDir(filepath.Join(there.dir, "uploads"))
		assert.Empty(t, left, name)
		assert.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(there.dir, "plugins/p")); return err != nil }, 20*time.Second, 5*time.Millisecond, name)
	}
	for cut := 0; cut < len(in); cut += 1 + len(in)/20 {
		refused("cut off", in[:cut], "backup_cut", "backup_invalid", "upload_damaged", "zip_invalid", "body_empty")
	}
	refused("a whole host", r.backup(), "backup_kind")
	with := func(file string, change func(map[string]any)) []byte {
		return rewrite(t, in, archive.KindPlugin, func(name string, b []byte) (string, []byte, bool) {
			if name == file {
				var v map[string]any
				require.NoError(t, json.Unmarshal(b, &v))
				change(v)
				b, _ = json.Marshal(v)
			}
			return name, b, true
		})
	}
	refused("another id", with("plugin.json", func(v map[string]any) { v["id"] = "q" }), "backup_invalid")
	refused("edits that lead elsewhere", with("plugin.json", func(v map[string]any) {
		v["edits"] = map[string]any{"views": map[string]any{"admin": "../../secret"}}
	}), "manifest_invalid", "views_invalid", "view_invalid")
	refused("settings that are none", with("plugin.json", func(v map[string]any) { v["settings"].(map[string]any)["values"] = map[string]any{"colour": 1} }), "settings_invalid")
	refused("a file elsewhere", rewrite(t, in, archive.KindPlugin, func(name string, b []byte) (string, []byte, bool) {
		if name == "data/f" {
			name = "versions/f"
		}
		return name, b, true
	}), "backup_invalid")
	_, err = there.Import(t.Context(), bytes.NewReader(in), admin)
	require.NoError(t, err, "and the real one is taken")
}

// auditKinds are the kinds of everything in the audit trail.
func (r *rig) auditKinds() (kinds []string) {
	r.Helper()
	require.NoError(r, r.store.View(r.Context(), func(rd host.Reader) error {
		return rd.Scan("audit", "", "", func(_ string, decode func(any) error) (bool, error) {
			var e struct{ Kind string }
			err := decode(&e)
			kinds = append(kinds, e.Kind)
			return true, err
		})
	}))
	return kinds
}
