package relay_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/relay"
	"appzone/host"
)

func TestConnectionsAreReused(t *testing.T) {
	up := httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		w.(http.Flusher).Flush()
		_, _ = w.Write(b)
	})
	f := serve(t, up)
	for range 20 {
		_, body := f.raw(t, "POST", "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
		assert.Equal(t, "ok", body)
	}
	assert.EqualValues(t, 1, up.dials.Load())
}

// oneShot answers n requests on a connection and then closes it, in the way that close says.
func oneShot(n int, seen *atomic.Int64, last func(net.Conn)) func(net.Conn, *bufio.Reader) {
	return func(c net.Conn, r *bufio.Reader) {
		for i := 0; ; i++ {
			head, err := readHead(r)
			if err != nil {
				return
			}
			if strings.HasPrefix(head, "POST") {
				_, _ = r.Discard(2)
			}
			seen.Add(1)
			if i == n {
				last(c)
				return
			}
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	}
}

// A request is sent twice only where that does no harm and nothing had come.
func TestRetries(t *testing.T) {
	const post = "POST " + prefix + "/ HTTP/1.1\r\nHost: front\r\nContent-Length: 2\r\n\r\nok"
	silent := func(net.Conn) {}
	for _, c := range []struct {
		name, method, request string
		last                  func(net.Conn)
		status                int
		seen                  int64
	}{
		{"GET on a connection that died", "GET", get("/"), silent, 200, 3},
		{"HEAD too", "HEAD", strings.Replace(get("/"), "GET", "HEAD", 1), silent, 200, 3},
		{"GET with a body is not", "GET", strings.Replace(post, "POST", "GET", 1), silent, 502, 2},
		{"POST is not", "POST", post, silent, 502, 2},
		{"DELETE is not", "DELETE", strings.Replace(get("/"), "GET", "DELETE", 1), silent, 502, 2},
		{"nor GET after a first byte", "GET", get("/"), func(c net.Conn) { _, _ = io.WriteString(c, "H") }, 502, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var seen atomic.Int64
			f := serve(t, rawPlugin(t, oneShot(1, &seen, c.last)))
			resp, _ := f.raw(t, "GET", get("/", "Connection: close"))
			require.Equal(t, 200, resp.StatusCode)
			resp, _ = f.raw(t, c.method, strings.Replace(c.request, "Host: front", "Host: front\r\nConnection: close", 1))
			assert.Equal(t, c.status, resp.StatusCode)
			assert.Equal(t, c.seen, seen.Load())
		})
	}
	t.Run("GET on a new connection is not", func(t *testing.T) {
		var seen atomic.Int64
		f := serve(t, rawPlugin(t, oneShot(0, &seen, silent)))
		resp, _ := f.raw(t, "GET", get("/"))
		assert.Equal(t, 502, resp.StatusCode)
		assert.EqualValues(t, 1, seen.Load())
	})
}

func TestAConnectionThatWasClosedWhileIdleIsNotUsedForAPost(t *testing.T) {
	closed := make(chan struct{})
	var once sync.Once
	f := serve(t, rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
		if _, err := readHead(r); err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		_ = c.Close()
		once.Do(func() { close(closed) })
	}))
	_, body := f.raw(t, "GET", get("/", "Connection: close"))
	assert.Equal(t, "ok", body)
	<-closed
	resp, _ := f.raw(t, "POST", "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\nContent-Length: 0\r\n\r\n")
	assert.Equal(t, 200, resp.StatusCode)
}

// Answers that nobody asked for must not become the answer to the next request.
func TestUnaskedBytesEndTheConnection(t *testing.T) {
	up := rawPlugin(t, canned("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"))
	f := serve(t, up)
	for range 3 {
		_, body := f.raw(t, "GET", get("/"))
		assert.Equal(t, "ok", body)
	}
	assert.EqualValues(t, 3, up.dials.Load())
}

// D14: a connection serves the instance that it was opened to, and no other.
func TestPoolsNeverCrossInstances(t *testing.T) {
	named := func(name string) *instance {
		return httpPlugin(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })
	}
	one, two := named("one"), named("two")
	var current atomic.Pointer[instance]
	current.Store(one)
	f := serve(t, nil, func(o *relay.Options) {
		o.Acquire = func(context.Context, string) (host.Upstream, func(), error) { return current.Load(), nil, nil }
	})
	for i := range 20 {
		want := "one"
		if i%2 == 1 {
			want = "two"
			current.Store(two)
		} else {
			current.Store(one)
		}
		_, body := f.raw(t, "GET", get("/", "Connection: close"))
		assert.Equal(t, want, body)
	}
	assert.EqualValues(t, 1, one.dials.Load())
	assert.EqualValues(t, 1, two.dials.Load())
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	for name, end := range map[string]func(*instance){
		"when the instance ends": (*instance).end,
		"after their time":       func(*instance) {},
	} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan struct{})
			up := rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
				canned("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")(c, r)
				close(closed)
			})
			f := serve(t, up, func(o *relay.Options) {
				if o.KeepAlive = 100 * time.Millisecond; name != "after their time" {
					o.KeepAlive = 0
				}
			})
			_, body := f.raw(t, "GET", get("/", "Connection: close"))
			assert.Equal(t, "ok", body)
			end(up)
			select {
			case <-closed:
			case <-time.After(soon):
				t.Fatal("the connection is still open")
			}
		})
	}
}

func TestManyClientsAtOnce(t *testing.T) {
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, _ = fmt.Fprintf(w, "%s %s", r.URL.Path, b)
	}))
	client := f.client(t)
	var all sync.WaitGroup
	for i := range 16 {
		all.Go(func() {
			for j := range 25 {
				path, body := fmt.Sprintf("/%d/%d", i, j), strings.Repeat(fmt.Sprint(i), j*1000)
				resp, err := client.Post(f.url(path), "text/plain", strings.NewReader(body))
				if !assert.NoError(t, err) {
					return
				}
				b, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				assert.NoError(t, err)
				assert.Equal(t, path+" "+body, string(b))
			}
		})
	}
	all.Wait()
}
