package lean_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/guest/go/lean"
)

// serve starts a server on a socket of its own and returns its path, and a function that stops it
// and returns what Serve did.
func serve(t *testing.T, s *lean.Server) (string, func() error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	stopped := false
	stop := func() error {
		stopped = true
		_ = l.Close()
		select {
		case err := <-done:
			return err
		case <-time.After(30 * time.Second):
			return errors.New("the server did not stop")
		}
	}
	t.Cleanup(func() {
		if !stopped {
			_ = stop()
		}
	})
	return path, stop
}

func dial(t *testing.T, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("unix", path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	require.NoError(t, c.SetDeadline(time.Now().Add(30*time.Second)))
	return c
}

// exchange sends text and returns all that comes until the server closes.
func exchange(t *testing.T, path, text string) string {
	t.Helper()
	c := dial(t, path)
	_, err := io.WriteString(c, text)
	require.NoError(t, err)
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	return string(b)
}

// echo answers with what it was asked.
func echo(w *lean.Response, r *lean.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	fmt.Fprintf(w, "%s %s %q %s", r.Method, r.Path, r.RawQuery, b)
}

const end = "Host: x\r\nConnection: close\r\n"

func TestRequestsAreAnswered(t *testing.T) {
	path, _ := serve(t, &lean.Server{Handler: echo})
	for name, c := range map[string]struct{ send, want string }{
		"get":                {"GET /a?b=c HTTP/1.1\r\n" + end + "\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 13\r\nConnection: close\r\n\r\nGET /a \"b=c\" "},
		"length":             {"PUT / HTTP/1.1\r\n" + end + "Content-Length: 3\r\n\r\nabc", `PUT / "" abc`},
		"chunks":             {"PUT / HTTP/1.1\r\n" + end + "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA ;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n", `PUT / "" abc0123456789`},
		"decoded path":       {"GET /a%20b/%2e%2e/%C3%A9 HTTP/1.1\r\n" + end + "\r\n", "GET /a b/../é "},
		"absolute form":      {"GET http://x/y?z HTTP/1.1\r\n" + end + "\r\n", `GET /y "z"`},
		"absolute, no path":  {"GET http://x HTTP/1.1\r\n" + end + "\r\n", `GET / ""`},
		"absolute, query":    {"GET HTTP://x?z HTTP/1.1\r\n" + end + "\r\n", `GET / "z"`},
		"server options":     {"OPTIONS * HTTP/1.1\r\n" + end + "\r\n", "OPTIONS * "},
		"head":               {"HEAD / HTTP/1.1\r\n" + end + "\r\n", "Content-Length: 10\r\nConnection: close\r\n\r\n"},
		"old":                {"GET / HTTP/1.0\r\n\r\n", "Connection: close\r\n\r\nGET / "},
		"pipeline":           {"GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\n" + end + "\r\n", "GET /1 \"\" HTTP/1.1 200 OK"},
		"body then another":  {"PUT /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\naGET /2 HTTP/1.1\r\n" + end + "\r\n", `GET /2 ""`},
		"expectation":        {"PUT / HTTP/1.1\r\n" + end + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"},
		"close among others": {"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade , Close\r\n\r\n", "Connection: close"},
		"empty value":        {"GET / HTTP/1.1\r\n" + end + "X:\r\n\r\n", "GET / "},
	} {
		t.Run(name, func(t *testing.T) {
			got := exchange(t, path, c.send)
			assert.Contains(t, got, c.want)
			if name == "head" {
				assert.True(t, strings.HasSuffix(got, "\r\n\r\n"), "no body: %q", got)
			}
		})
	}
}

func TestConnectionsAreKept(t *testing.T) {
	path, stop := serve(t, &lean.Server{Handler: echo})
	c := dial(t, path)
	in := bufio.NewReader(c)
	for n := range 3 {
		_, err := fmt.Fprintf(c, "PUT /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", n)
		require.NoError(t, err)
		res, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf(`PUT /%d "" ab`, n), string(b))
	}
	old := dial(t, path)
	_, err := io.WriteString(old, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(old), nil)
	require.NoError(t, err)
	assert.Equal(t, "keep-alive", res.Header.Get("Connection"))
	assert.ErrorIs(t, stop(), net.ErrClosed, "idle connections do not keep the server")
	_, err = in.ReadByte()
	assert.ErrorIs(t, err, io.EOF)
}

func TestResponses(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", 4<<10)
	for name, c := range map[string]struct {
		handler lean.Handler
		request string
		want    []string
		no      string
	}{
		"long": {func(w *lean.Response, _ *lean.Request) { _, _ = w.WriteString(big) }, "GET / HTTP/1.1\r\n" + end,
			[]string{"Transfer-Encoding: chunked\r\n", "4000\r\n0123456789", "\r\n0\r\n\r\n"}, "Content-Length"},
		"flushed": {func(w *lean.Response, _ *lean.Request) {
			_, _ = w.WriteString("a")
			_ = w.Flush()
			_, _ = w.WriteString("b")
		}, "GET / HTTP/1.1\r\n" + end, []string{"\r\n\r\n1\r\na\r\n1\r\nb\r\n0\r\n\r\n"}, ""},
		"flushed, old": {func(w *lean.Response, _ *lean.Request) {
			_, _ = w.WriteString("a")
			_ = w.Flush()
			_, _ = w.WriteString("b")
		}, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n", []string{"Connection: close\r\n\r\nab"}, "chunked"},
		"flushed, head": {func(w *lean.Response, _ *lean.Request) {
			_, _ = w.WriteString("a")
			_ = w.Flush()
		}, "HEAD / HTTP/1.1\r\n" + end, []string{"chunked\r\nConnection: close\r\n\r\n"}, "\r\n0\r\n"},
		"no content": {func(w *lean.Response, _ *lean.Request) {
			w.SetStatus(204)
			_, _ = w.WriteString("never")
		}, "GET / HTTP/1.1\r\n" + end, []string{"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"}, "never"},
		"headers cannot be smuggled": {func(w *lean.Response, _ *lean.Request) {
			w.SetHeader("X-A", "a\r\nX-B: b")
			w.SetHeader("X C", "c")
			w.SetHeader("Content-Length", "7")
			w.SetHeader("Transfer-Encoding", "gzip")
			w.SetStatus(7)
		}, "GET / HTTP/1.1\r\n" + end, []string{"HTTP/1.1 200 OK\r\n", "X-A: a  X-B: b\r\n", "Content-Length: 0\r\n"}, "X C"},
		"a panic": {func(w *lean.Response, _ *lean.Request) {
			_, _ = w.WriteString("half")
			panic("on purpose")
		}, "GET / HTTP/1.1\r\nHost: x\r\n", []string{"HTTP/1.1 500 Internal Server Error\r\n", "Connection: close\r\n"}, "half"},
		"a panic half-way": {func(w *lean.Response, _ *lean.Request) {
			_, _ = w.WriteString("half")
			_ = w.Flush()
			panic("on purpose")
		}, "GET / HTTP/1.1\r\nHost: x\r\n", []string{"200 OK", "half"}, "\r\n0\r\n"},
		"a body that breaks half-way": {func(w *lean.Response, r *lean.Request) {
			_, _ = w.WriteString("half")
			_ = w.Flush()
			_, _ = io.Copy(w, r.Body)
		}, "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx", []string{"200 OK", "half"}, "\r\n0\r\n"},
		"a handler that answers a broken body": {func(w *lean.Response, r *lean.Request) {
			_, err := io.ReadAll(r.Body)
			w.SetStatus(422)
			fmt.Fprint(w, err)
		}, "PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nx", []string{"HTTP/1.1 422 ", "is not a number"}, ""},
		"a body that nobody read": {func(*lean.Response, *lean.Request) {},
			"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\r\n" + end, []string{"Content-Length: 0\r\n\r\nHTTP/1.1 200 OK"}, ""},
		"an expectation that nobody met": {func(*lean.Response, *lean.Request) {},
			"PUT / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n", []string{"Connection: close\r\n"}, "100 Continue"},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := serve(t, &lean.Server{Handler: c.handler})
			got := exchange(t, path, c.request+"\r\n")
			for _, want := range c.want {
				assert.Contains(t, got, want)
			}
			if c.no != "" {
				assert.NotContains(t, got, c.no)
			}
		})
	}
}

func TestBodiesAreBounded(t *testing.T) {
	path, _ := serve(t, &lean.Server{Handler: echo, MaxBody: 8})
	head := "PUT / HTTP/1.1\r\n" + end
	for name, send := range map[string]string{
		"length":     "Content-Length: 9\r\n\r\n123456789",
		"one chunk":  "Transfer-Encoding: chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n",
		"two chunks": "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n",
	} {
		assert.Contains(t, exchange(t, path, head+send), "HTTP/1.1 413 ", name)
	}
	assert.Contains(t, exchange(t, path, head+"Content-Length: 8\r\n\r\n12345678"), "200 OK")
}

func TestStopWaitsForRequestsInFlight(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	path, stop := serve(t, &lean.Server{Handler: func(w *lean.Response, _ *lean.Request) {
		close(started)
		<-release
		_, _ = w.WriteString("done")
	}})
	answer := make(chan string, 1)
	c := dial(t, path)
	_, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	go func() { b, _ := io.ReadAll(c); answer <- string(b) }()
	<-started
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	select {
	case <-ended:
		t.Fatal("the server did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	assert.Contains(t, <-answer, "done")
	assert.ErrorIs(t, <-ended, net.ErrClosed)
}

func TestStopIsBounded(t *testing.T) {
	started := make(chan struct{})
	path, stop := serve(t, &lean.Server{StopTimeout: time.Millisecond, Handler: func(w *lean.Response, _ *lean.Request) {
		close(started)
		for w.Flush() == nil {
			_, _ = w.WriteString("more")
			time.Sleep(time.Millisecond)
		}
	}})
	_, err := io.WriteString(dial(t, path), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	require.NoError(t, err)
	<-started
	assert.ErrorIs(t, stop(), net.ErrClosed)
}

// The server speaks with a client that is not ours.
func TestNetHTTPUnderstandsIt(t *testing.T) {
	path, _ := serve(t, &lean.Server{Handler: echo})
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", path)
	}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	body := strings.Repeat("0123456789abcdef", 1<<16)
	for _, send := range []io.Reader{strings.NewReader(body), io.MultiReader(strings.NewReader(body))} {
		res, err := client.Post("http://x/big", "text/plain", send)
		require.NoError(t, err)
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.True(t, string(b) == `POST /big "" `+body)
	}
}
