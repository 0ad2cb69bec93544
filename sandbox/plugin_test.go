package sandbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/manifest"
	"appzone/host/process"
	"appzone/sandbox"
)

// plugin is one staged version, with the folders that a host would give it.
type plugin struct {
	t       testing.TB
	base    string
	runtime *sandbox.Runtime
	staged  host.Staged
	launch  host.Launch
	env     []string
	files   []*os.File
	way     *process.Socket // out, nil for none
	keys    string          // the folder of identity keys, "" for none
}

// stage lays out a plugin whose module is code.
func stage(t testing.TB, code []byte, change ...func(*manifest.Manifest)) *plugin {
	t.Helper()
	return stageWith(t, sandbox.Options{}, code, change...)
}

func stageWith(t testing.TB, o sandbox.Options, code []byte, change ...func(*manifest.Manifest)) *plugin {
	t.Helper()
	return stageIn(t, t.TempDir(), o, code, change...)
}

func stageIn(t testing.TB, base string, o sandbox.Options, code []byte, change ...func(*manifest.Manifest)) *plugin {
	t.Helper()
	p := &plugin{t: t, base: base}
	o.Dir = p.dir("runtime")
	r, err := sandbox.New(o)
	require.NoError(t, err)
	p.runtime = r
	m := &manifest.Manifest{ID: "guest", Name: "Guest", Version: "1.0.0", Type: manifest.TypeScript}
	m.Parameters = manifest.Parameters{ScriptName: "guest-script", Runtime: manifest.RuntimeWASM, WASMPath: "app/plugin.wasm"}
	m.Parameters.Limits.MemoryMB = 64
	m.Parameters.Limits.DataMB = 1
	for _, c := range change {
		c(m)
	}
	p.staged = host.Staged{Plugin: m.ID, Version: m.Version, Manifest: m, CodeDir: p.dir("code"), PreparedDir: p.dir("prepared")}
	p.launch = host.Launch{AppDir: p.staged.CodeDir, DataDir: p.dir("data"), TempDir: p.dir("temp")}
	p.dir("code/app")
	p.write("code/app/plugin.wasm", code)
	p.write("code/readme", []byte("read me"))
	return p
}

// prepared is a plugin of a compiled guest. Each guest is compiled once for a test run; the test
// has data of its own.
func prepared(t testing.TB, name string) *plugin {
	t.Helper()
	code := guest(t, name)
	compiled.Lock()
	defer compiled.Unlock()
	p := compiled.plugins[name]
	if p == nil {
		p = stageIn(t, filepath.Join(guestDir(), name), sandbox.Options{}, code)
		p.staged.Egress = true // guests may import dial; whom they reach is each test's own
		require.NoError(t, p.prepare())
		compiled.plugins[name] = p
	}
	own := *p
	own.t, own.base = t, t.TempDir()
	own.launch.DataDir, own.launch.TempDir = own.dir("data"), own.dir("temp")
	return &own
}

var compiled = struct {
	sync.Mutex
	plugins map[string]*plugin
}{plugins: map[string]*plugin{}}

// path is below the plugin's own temporary folder.
func (p *plugin) path(name string) string { return filepath.Join(p.base, filepath.FromSlash(name)) }

func (p *plugin) dir(name string) string {
	p.t.Helper()
	require.NoError(p.t, os.MkdirAll(p.path(name), 0o755))
	return p.path(name)
}

func (p *plugin) write(name string, contents []byte) {
	p.t.Helper()
	require.NoError(p.t, os.WriteFile(p.path(name), contents, 0o644))
}

// progress collects what a job's step tells.
type progress struct {
	percent int
	lines   []string
}

func (p *progress) Percent(n int)      { p.percent = n }
func (p *progress) Output(line string) { p.lines = append(p.lines, line) }

func (p *plugin) prepare() error {
	return p.runtime.Prepare(context.Background(), p.staged, &progress{})
}

// instance is one running guest.
type instance struct {
	*process.Process
	t        testing.TB
	listener *process.Listener
	client   *http.Client

	mu    sync.Mutex
	lines []process.Line
}

// run starts an instance of what was prepared.
func (p *plugin) run() *instance {
	p.t.Helper()
	spec, err := p.runtime.Command(context.Background(), p.staged, p.launch)
	require.NoError(p.t, err)
	return p.start(spec)
}

func (p *plugin) start(spec process.Spec) *instance {
	t := p.t
	t.Helper()
	i := &instance{t: t}
	var err error
	i.listener, err = process.NewListener(p.path("."))
	require.NoError(t, err)
	t.Cleanup(func() { _ = i.listener.Close() })
	spec.Listener = i.listener
	if p.way != nil {
		spec.Jail.Network = process.NetworkEgress
		spec.Jail.Sockets = append(spec.Jail.Sockets, p.way.Path)
		spec.Env = append(spec.Env, "APPZONE_EGRESS="+p.way.Path)
	}
	if p.keys != "" {
		spec.Jail.ReadOnly = append(spec.Jail.ReadOnly, p.keys)
		spec.Env = append(spec.Env, "APPZONE_IDENTITY_KEYS="+filepath.Join(p.keys, "jwks.json"))
	}
	spec.Files = p.files
	spec.Env = append(append(spec.Env, p.env...), "APPZONE_PLUGIN_ID=guest")
	spec.Limits.Processes = 64
	spec.Limits.OpenFiles = 256
	spec.Output = func(l process.Line) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if len(i.lines) < 10_000 {
			i.lines = append(i.lines, l)
		}
	}
	i.Process, err = process.Start(context.Background(), spec)
	require.NoError(t, err)
	t.Cleanup(i.Kill)
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return i.listener.Dial(ctx)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	i.client = &http.Client{Transport: transport, Timeout: 30 * time.Second}
	return i
}

func (p *plugin) prepareAndRun() *instance {
	p.t.Helper()
	require.NoError(p.t, p.prepare())
	return p.run()
}

func (i *instance) output() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var b strings.Builder
	for _, l := range i.lines {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

// get returns a response's body. The first request waits in the listener until the guest
// accepts.
func (i *instance) get(path string) string {
	i.t.Helper()
	body, err := i.try(path)
	require.NoError(i.t, err, "output: %s", i.output())
	return body
}

func (i *instance) try(path string) (string, error) {
	req, err := http.NewRequest(http.MethodGet, "http://guest"+path, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("X-AppZone-User", "ann")
	res, err := i.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(res.Body)
	if res.StatusCode != http.StatusOK {
		return b.String(), fmt.Errorf("status %d", res.StatusCode)
	}
	return b.String(), err
}

// end waits for the guest to end by itself.
func (i *instance) end() process.Exit {
	i.t.Helper()
	select {
	case <-i.Done():
		return i.Exit()
	case <-time.After(60 * time.Second):
		i.t.Fatalf("the guest did not end; output: %s", i.output())
		return process.Exit{}
	}
}
