package relay_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"appzone/api/httpguard"
	"appzone/api/relay"
	"appzone/host"
	"appzone/host/fault"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp keeps one clock for the process.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

var instances atomic.Uint64

// instance is an upstream on a Unix socket, as the supervisor makes them.
type instance struct {
	id    uint64
	path  string
	done  chan struct{}
	once  sync.Once
	dials atomic.Int64

	draining chan struct{}
	drained  sync.Once
}

func (i *instance) Instance() uint64      { return i.id }
func (i *instance) Done() <-chan struct{} { return i.done }
func (i *instance) end() {
	i.drain()
	i.once.Do(func() { close(i.done) })
}
func (i *instance) Draining() <-chan struct{} { return i.draining }
func (i *instance) drain()                    { i.drained.Do(func() { close(i.draining) }) }
func (i *instance) Dial(ctx context.Context) (net.Conn, error) {
	i.dials.Add(1)
	var d net.Dialer
	return d.DialContext(ctx, "unix", i.path)
}

func listen(t testing.TB) (*instance, net.Listener) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	require.NoError(t, err)
	i := &instance{id: instances.Add(1), path: path, done: make(chan struct{}), draining: make(chan struct{})}
	t.Cleanup(func() { _ = ln.Close(); i.end() })
	return i, ln
}

// httpPlugin is a plugin made with net/http.
func httpPlugin(t testing.TB, h http.HandlerFunc) *instance {
	t.Helper()
	i, ln := listen(t)
	server := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	ended := make(chan struct{})
	go func() { _ = server.Serve(ln); close(ended) }()
	t.Cleanup(func() { _ = server.Close(); <-ended })
	return i
}

// rawPlugin is a plugin that handles each connection as it likes.
func rawPlugin(t testing.TB, handle func(c net.Conn, r *bufio.Reader)) *instance {
	t.Helper()
	i, ln := listen(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	all.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			open[c] = true
			mu.Unlock()
			all.Go(func() {
				defer func() { _ = c.Close() }()
				handle(c, bufio.NewReader(c))
			})
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return i
}

// canned answers each request's head with the same bytes and leaves the connection open.
func canned(answer string) func(net.Conn, *bufio.Reader) {
	return func(c net.Conn, r *bufio.Reader) {
		for {
			if _, err := readHead(r); err != nil {
				return
			}
			if _, err := io.WriteString(c, answer); err != nil {
				return
			}
		}
	}
}

func readHead(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return b.String(), err
		}
		b.WriteString(line)
		if line == "\r\n" {
			return b.String(), nil
		}
	}
}

const prefix = "/apps/clock"

// front is a host with the relay in it.
type front struct {
	relay    *relay.Relay
	addr     string
	released atomic.Int64
	acquired atomic.Int64
}

var identity = relay.Identity{User: "ada", Role: "agent", Token: "signed"}

func serve(t testing.TB, up host.Upstream, change ...func(*relay.Options)) *front {
	t.Helper()
	f := &front{}
	o := relay.Options{
		Acquire: func(context.Context, string) (host.Upstream, func(), error) {
			f.acquired.Add(1)
			return up, func() { f.released.Add(1) }, nil
		},
		ReservedCookies: []string{"appzone_", "__Host-appzone_", "__Secure-appzone_"},
		RequestID:       func(*fiber.Ctx) string { return "req-1" },
		Logger:          slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&o)
	}
	f.relay = relay.New(o)
	config := httpguard.Config()
	config.ErrorHandler = problem
	app := fiber.New(config)
	httpguard.Harden(app)
	app.Use(httpguard.Guard, func(c *fiber.Ctx) error {
		if c.Get("X-Nobody") != "" {
			return f.relay.Handle(c, "clock", prefix, relay.Identity{})
		}
		return f.relay.Handle(c, "clock", prefix, identity)
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(ln) }()
	f.addr = ln.Addr().String()
	t.Cleanup(func() {
		f.relay.Close()
		_ = app.ShutdownWithTimeout(2 * time.Second)
		<-ended
		assert.Eventually(t, func() bool { return f.released.Load() == f.acquired.Load() }, 5*time.Second, time.Millisecond,
			"every instance is released")
	})
	return f
}

var statuses = map[fault.Kind]int{
	fault.Internal: 500, fault.Malformed: 400, fault.Gateway: 502, fault.Timeout: 504, fault.Unavailable: 503, fault.TooLarge: 413,
}

func problem(c *fiber.Ctx, err error) error {
	var fe *fiber.Error
	if errors.As(err, &fe) {
		return c.Status(fe.Code).SendString(fe.Message)
	}
	return c.Status(statuses[fault.From(err).Kind]).SendString(fault.CodeOf(err))
}

// dial opens a client's connection.
func (f *front) dial(t testing.TB) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", f.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(60*time.Second)))
	return c
}

// client speaks through net/http, without following redirects.
func (f *front) client(t testing.TB) *http.Client {
	transport := &http.Transport{DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (f *front) url(path string) string { return "http://" + f.addr + prefix + path }

// raw sends bytes and reads one answer to a request of method.
func (f *front) raw(t testing.TB, method, request string) (*http.Response, string) {
	t.Helper()
	c := f.dial(t)
	_, err := io.WriteString(c, request)
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	require.NoError(t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(b)
}

func get(path string, header ...string) string {
	return "GET " + prefix + path + " HTTP/1.1\r\nHost: front\r\n" + lines(header...) + "\r\n"
}

func lines(header ...string) string {
	if len(header) == 0 {
		return ""
	}
	return strings.Join(header, "\r\n") + "\r\n"
}

func TestRoundTrip(t *testing.T) {
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Method", r.Method)
		w.Header().Set("X-Uri", r.RequestURI)
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write(b)
	}))
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/", ""}, {"GET", "", ""}, {"GET", "?q=1", ""}, {"GET", "/a%2Fb/%C3%BC?x=%2e%2e/&y", ""},
		{"POST", "/p", "hello"}, {"POST", "/p", ""}, {"PUT", "/p", strings.Repeat("x", 100_000)}, {"DELETE", "/p", ""},
		{"PROPFIND", "/dav", "<x/>"}, {"OPTIONS", "/", ""}, {"PATCH", "/", "{}"},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			req, err := http.NewRequest(c.method, f.url(c.path), strings.NewReader(c.body))
			require.NoError(t, err)
			resp, err := f.client(t).Do(req)
			require.NoError(t, err)
			defer func() { _ = resp.Body.Close() }()
			b, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, http.StatusTeapot, resp.StatusCode)
			assert.Equal(t, c.body, string(b))
			assert.Equal(t, c.method, resp.Header.Get("X-Method"))
			want := c.path
			if !strings.HasPrefix(want, "/") {
				want = "/" + want
			}
			assert.Equal(t, want, resp.Header.Get("X-Uri"))
		})
	}
}
