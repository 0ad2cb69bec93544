package host_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
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
