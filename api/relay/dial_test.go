package relay_test

import (
	"bufio"
	"context"
	"io"
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

// gone is an instance that takes no connection any more and is not yet known as ended.
func gone(t testing.TB) *instance {
	up, ln := listen(t)
	require.NoError(t, ln.Close())
	return up
}

// serveNext gives first until it drains, and what next gives after it.
func serveNext(t testing.TB, first *instance, next func() *instance) *front {
	var f *front
	f = serve(t, nil, func(o *relay.Options) {
		o.Acquire = func(context.Context, string) (host.Upstream, func(), error) {
			f.acquired.Add(1)
			release := func() { f.released.Add(1) }
			select {
			case <-first.draining: // as a host does: one that drains takes no request any more
				return next(), release, nil
			default:
				return first, release, nil
			}
		}
	})
	return f
}

// An instance that crashed refuses connections some time before it is known as ended.
func TestACrashedInstanceIsFollowedByTheNext(t *testing.T) {
	for name, request := range map[string]string{
		"GET":                  get("/"),
		"POST with its head":   "POST " + prefix + "/ HTTP/1.1\r\nHost: front\r\nContent-Length: 2\r\n\r\nok",
		"POST of a large body": "POST " + prefix + "/ HTTP/1.1\r\nHost: front\r\nContent-Length: 50000\r\n\r\n" + strings.Repeat("x", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			var got atomic.Int64
			live := httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) {
				n, _ := io.Copy(io.Discard, r.Body)
				got.Store(n)
			})
			dead := gone(t)
			f := serveNext(t, dead, func() *instance { return live })
			defer time.AfterFunc(50*time.Millisecond, dead.end).Stop()
			resp, _ := f.raw(t, "GET", request)
			assert.Equal(t, 200, resp.StatusCode)
			_, body, _ := strings.Cut(request, "\r\n\r\n")
			assert.EqualValues(t, len(body), got.Load())
			assert.EqualValues(t, 1, dead.dials.Load())
		})
	}
}

func TestAPooledConnectionThatDiedWithItsInstance(t *testing.T) {
	up, ln := listen(t)
	var plugin sync.WaitGroup
	plugin.Go(func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		r := bufio.NewReader(c)
		_, _ = readHead(r)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
		_, _ = readHead(r)
		_ = ln.Close()
		_ = c.Close()
		time.Sleep(50 * time.Millisecond)
		up.end()
	})
	t.Cleanup(plugin.Wait)
	live := rawPlugin(t, canned("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew"))
	f := serveNext(t, up, func() *instance { return live })
	_, body := f.raw(t, "GET", get("/", "Connection: close"))
	require.Equal(t, "old", body)
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "new", body)
}

func TestInstancesThatKeepCrashingAreGivenUp(t *testing.T) {
	first := gone(t)
	first.end()
	f := serveNext(t, first, func() *instance {
		up := gone(t)
		up.end()
		return up
	})
	resp, body := f.raw(t, "POST", "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\nContent-Length: 0\r\n\r\n")
	assert.Equal(t, 502, resp.StatusCode)
	assert.Equal(t, "plugin_unreachable", body)
	assert.EqualValues(t, 3, f.acquired.Load())
}
