package host_test

import (
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/process"
	"appzone/host/storetest"
)

// TestMain lets this binary be the children that it supervises.
func TestMain(m *testing.M) {
	process.Main(map[string]process.Entry{"plugin": servePlugin, "noisy": noisyPlugin, "hoarding": hoardingPlugin, "failing": failingPlugin, "keys": keysPlugin, "keeper": keeperPlugin,
		"writing": writingPlugin})
	os.Exit(m.Run())
}

// servePlugin is the program of the tests' own runtime: it says hello on the inherited listener.
func servePlugin([]string) int {
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return 1
	}
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		settings, _ := os.ReadFile(os.Getenv("APPZONE_SETTINGS_FILE"))
		_, _ = fmt.Fprintf(w, "hello %s", settings)
	}))
	return 0
}

// noisyPlugin is servePlugin after more on its control channel than any runtime would say.
func noisyPlugin(args []string) int {
	control := os.NewFile(4, "control")
	for range 1000 {
		_, _ = fmt.Fprintln(control, `{"event":"notice","message":"started version 9 (pid 1)"}`)
	}
	return servePlugin(args)
}

// ownRuntime runs servePlugin, or another entry. Its Prepare can be held, and can fail; so can its Command.
type ownRuntime struct {
	prepare func(context.Context, host.Staged, host.Progress) error
	command func() error
	// overlay lets the child see its code through an overlay.
	overlay bool
	entry   string
}

func (ownRuntime) Name() string                          { return "node" }
func (ownRuntime) Info(context.Context) host.RuntimeInfo { return host.RuntimeInfo{Name: "node"} }
func (ownRuntime) Inspect(context.Context, host.Staged) (host.Inspection, error) {
	return host.Inspection{Dependencies: []string{"express"}}, nil
}

func (r ownRuntime) Prepare(ctx context.Context, s host.Staged, p host.Progress) error {
	if r.prepare != nil {
		return r.prepare(ctx, s, p)
	}
	return os.WriteFile(s.PreparedDir+"/made", []byte("by prepare"), 0o600)
}

func (r ownRuntime) Command(_ context.Context, s host.Staged, _ host.Launch) (process.Spec, error) {
	if r.command != nil {
		if err := r.command(); err != nil {
			return process.Spec{}, err
		}
	}
	spec := process.Spec{Entry: cmp.Or(r.entry, "plugin"), Jail: process.Jail{SystemFiles: true, Network: process.NetworkHost}}
	if r.overlay {
		spec.Jail.Overlay = &process.Overlay{Lower: s.CodeDir}
	}
	return spec, nil
}

// rig is a host over a store in memory.
type rig struct {
	*testing.T
	*host.Host
	dir   string
	store *storetest.MemoryStore
}

func newRig(t *testing.T, change func(*host.Config)) *rig {
	t.Helper()
	r := &rig{T: t, dir: t.TempDir(), store: storetest.Memory()}
	r.open(change)
	return r
}

func (r *rig) open(change func(*host.Config)) {
	r.Helper()
	cfg := host.Config{DataDir: r.dir, Store: r.store, Runtimes: []host.Runtime{ownRuntime{}}, AdminPassword: "for the test",
		Version: "1.0.0", PublicURL: "https://console.example"}
	if change != nil {
		change(&cfg)
	}
	h, err := host.Open(r.Context(), cfg)
	require.NoError(r, err)
	r.Host = h
	r.Cleanup(h.Close)
}

// reboot closes the host and opens another over the same data.
func (r *rig) reboot(change func(*host.Config)) {
	r.Helper()
	r.Close()
	require.NoError(r, r.store.Close())
	r.store = r.store.Reopen()
	r.open(change)
}

var admin = host.Actor{User: "admin", Role: host.RoleAdmin}

// html and script are manifests with room for more parameters.
const (
	html   = `{"name":%q,"version":%q,"description":"d","type":"html","parameters":{"views":{"admin":"index.html"}%s}}`
	script = `{"name":%q,"version":%q,"description":"d","type":"script","parameters":{"scriptName":"s","scriptPath":"index.js"%s}}`
)

func zipOf(t testing.TB, manifest string, files map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	add := func(name, text string) {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, text)
		require.NoError(t, err)
	}
	add("manifest.json", manifest)
	add("index.html", "<h1>hello</h1>")
	add("index.js", "// code")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		add(name, files[name])
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func (r *rig) upload(manifest string, files map[string]string) (host.PluginView, error) {
	r.Helper()
	u, err := r.Receive(r.Context(), bytes.NewReader(zipOf(r, manifest, files)))
	require.NoError(r, err)
	defer u.Close()
	view, _, err := r.Accept(r.Context(), u, admin)
	return view, err
}

func (r *rig) mustUpload(manifest string) host.PluginView {
	r.Helper()
	view, err := r.upload(manifest, nil)
	require.NoError(r, err)
	return view
}

// install agrees to everything and waits for the end.
func (r *rig) install(id string, start bool) host.Job {
	r.Helper()
	plan, err := r.Plan(r.Context(), id, "")
	require.NoError(r, err)
	job, err := r.Install(r.Context(), id, host.InstallRequest{Grants: host.GrantChoice{Requested: true}, Start: &start}, plan.ETag, admin)
	require.NoError(r, err)
	return r.wait(job)
}

func (r *rig) wait(job host.Job) host.Job {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	job, err := r.WaitJob(ctx, job.ID)
	require.NoError(r, err)
	require.True(r, job.State.Ended(), "job %s is %s", job.Kind, job.State)
	return job
}

func (r *rig) succeed(job host.Job) {
	r.Helper()
	job = r.wait(job)
	require.Equal(r, host.JobSucceeded, job.State, "%+v", job.Error)
}

func (r *rig) view(id string) host.PluginView {
	r.Helper()
	v, err := r.Plugin(context.Background(), id)
	require.NoError(r, err)
	return v
}
