package lean_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/guest/go/lean"
)

func TestGet(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/chunks":
			for range 3 {
				_, _ = io.WriteString(w, "part ")
				w.(http.Flusher).Flush()
			}
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/hints":
			w.WriteHeader(http.StatusEarlyHints)
			_, _ = io.WriteString(w, "after hints")
		default:
			w.WriteHeader(http.StatusTeapot)
			_, _ = io.WriteString(w, r.Host+" "+r.RequestURI)
		}
	}))
	defer srv.Close()
	var d net.Dialer
	host := strings.TrimPrefix(srv.URL, "http://")
	for url, want := range map[string]lean.Answer{
		"/x?y=z#frag": {Status: 418, Body: []byte(host + " /x?y=z")},
		"?y":          {Status: 418, Body: []byte(host + " /?y")},
		"/chunks":     {Status: 200, Body: []byte("part part part ")},
		"/none":       {Status: 204, Body: []byte{}},
		"/hints":      {Status: 200, Body: []byte("after hints")},
	} {
		got, err := lean.Get(t.Context(), d.DialContext, srv.URL+url)
		require.NoError(t, err, url)
		assert.Equal(t, want.Status, got.Status, url)
		assert.Equal(t, string(want.Body), string(got.Body), url)
	}
	for _, url := range []string{"", "https://x/", "http://", "http:///x", "http://a@b/", "http://x/ y", "http://x/\r\n"} {
		_, err := lean.Get(t.Context(), d.DialContext, url)
		assert.ErrorContains(t, err, "is not an http URL", url)
	}
	refused := func(context.Context, string, string) (net.Conn, error) { return nil, syscall.ECONNREFUSED }
	_, err := lean.Get(t.Context(), refused, "http://x/")
	assert.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestGetRefusesAmbiguousAnswers(t *testing.T) {
	for answer, want := range map[string]string{
		"":                             "EOF",
		"HTTP/1.1 200 OK\n\n":          "carriage return",
		"SPDY/1 200 OK\r\n\r\n":        "not HTTP/1.1",
		"HTTP/1.1 2000 OK\r\n\r\n":     "not HTTP/1.1",
		"HTTP/1.1 200 OK\r\nX\r\n\r\n": "NAME: VALUE",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na":              "ambiguous",
		"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na":     "ambiguous",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\na":                             "chunked",
		"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\na":                                   "not a number",
		"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na":                                   "unexpected EOF",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + strings.Repeat("a", 9): "EOF",
	} {
		_, err := lean.Get(t.Context(), answering(t, answer), "http://x/")
		assert.ErrorContains(t, err, want, answer)
	}
	got, err := lean.Get(t.Context(), answering(t, "HTTP/1.0 200 OK\r\n\r\nup to the end"), "http://x/")
	require.NoError(t, err)
	assert.Equal(t, "up to the end", string(got.Body))
	_, err = lean.Get(t.Context(), answering(t, "HTTP/1.0 200 OK\r\n\r\n"+strings.Repeat("a", lean.MaxAnswer+1)), "http://x/")
	assert.ErrorIs(t, err, lean.ErrBodyTooLarge)
}

// answering dials a server that reads the request and answers with text.
func answering(t *testing.T, text string) lean.Dialer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, text)
	}()
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, l.Addr().String())
	}
}

func TestGetEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var d net.Dialer
	_, err = lean.Get(ctx, d.DialContext, "http://"+l.Addr().String()+"/")
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}
