package quickjs_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"

	"appzone/sandbox/quickjs"
	"appzone/sandbox/rootfs"
)

// compiled is the engine's code, for all tests of the package.
var compiled = sync.OnceValue(wazero.NewCompilationCache)

// rig is an instance that serves on a Unix listener.
type rig struct {
	t        *testing.T
	instance *quickjs.Instance
	client   *http.Client
	address  string
	ended    chan error

	mu  sync.Mutex
	out bytes.Buffer
}

// evaluator runs what it is sent as the body of an asynchronous function, and answers with its result.
const evaluator = `
const AsyncFunction = (async () => {}).constructor;
export default {
  async fetch(request, env, context) {
    const code = await request.text();
    try {
      const value = await new AsyncFunction("request", "env", "context", code)(request, env, context);
      return value instanceof Response ? value : new Response(value === undefined ? "undefined" : JSON.stringify(value));
    } catch (e) {
      return new Response(e instanceof Error ? e.name + ": " + e.message : String(e), { status: 599 });
    }
  },
};`

// serve starts a program.
func serve(t *testing.T, program string, change ...func(*quickjs.Options)) *rig {
	t.Helper()
	code, err := quickjs.Engine()
	if err != nil && os.Getenv("CI") == "" {
		t.Skip(err) // "go test" without "make" before; CI builds first
	}
	require.NoError(t, err)
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().WithCompilationCache(compiled()))
	engine, err := runtime.CompileModule(ctx, code)
	require.NoError(t, err)
	r := &rig{t: t, ended: make(chan error, 1), address: filepath.Join(t.TempDir(), "s")}
	data, err := rootfs.Writable(t.TempDir(), rootfs.NewQuota(1<<20))
	require.NoError(t, err)
	app, err := rootfs.ReadOnly("testdata/app")
	require.NoError(t, err)
	o := quickjs.Options{ID: "guest", Version: "1.2.3", Name: "app/plugin.js", Program: []byte(program), App: app, Data: data, Write: r.write}
	for _, c := range change {
		c(&o)
	}
	r.instance, err = quickjs.New(ctx, runtime, engine, o)
	require.NoError(t, err)
	require.NoError(t, r.instance.Start(ctx))
	l, err := net.Listen("unix", r.address)
	require.NoError(t, err)
	go func() { r.ended <- r.instance.Serve(l) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return r.dial() }}
	r.client = &http.Client{Transport: transport, Timeout: 60 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		_ = r.instance.Stop(stop, time.Second)
	})
	return r
}

func (r *rig) dial() (net.Conn, error) { return net.Dial("unix", r.address) }

func (r *rig) write(_ int, text []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.out.Len() < 1<<20 {
		r.out.Write(text)
	}
}

func (r *rig) output() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.out.String()
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (r *rig) send(method, path string, body io.Reader, headers ...string) answer {
	r.t.Helper()
	req, err := http.NewRequest(method, "http://guest:8080"+path, body)
	require.NoError(r.t, err)
	for n := 0; n+1 < len(headers); n += 2 {
		req.Header.Set(headers[n], headers[n+1])
	}
	res, err := r.client.Do(req)
	require.NoError(r.t, err, "output: %s", r.output())
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(r.t, err, "output: %s", r.output())
	return answer{res.StatusCode, res.Header, string(b)}
}

// eval runs code in an evaluator.
func (r *rig) eval(code string) answer {
	r.t.Helper()
	return r.send("POST", "/eval?a=b", strings.NewReader(code), "X-Custom", "Value")
}
