package relay_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/httpguard"
	"appzone/api/relay"
	"appzone/host"
	"appzone/host/fault"
)

// A client that leaves is noticed, and the plugin learns it.
func TestDisconnectIsPassedOn(t *testing.T) {
	left := make(chan struct{}, 4)
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/streaming":
			w.(http.Flusher).Flush()
		case "/posted":
			_, _ = io.ReadAll(r.Body) // net/http notices a disconnect only after that
		case "/uploading":
			_, _ = io.Copy(io.Discard, r.Body)
			left <- struct{}{}
			return
		}
		<-r.Context().Done()
		left <- struct{}{}
	}))
	for path, request := range map[string]string{
		"/waiting":   get("/waiting"),
		"/streaming": get("/streaming"),
		"/posted":    "POST " + prefix + "/posted HTTP/1.1\r\nHost: front\r\nContent-Length: 2\r\n\r\nok",
		"/uploading": "POST " + prefix + "/uploading HTTP/1.1\r\nHost: front\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("x", 50000),
	} {
		t.Run(path, func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, request)
			require.NoError(t, err)
			require.Eventually(t, func() bool { return f.acquired.Load() > f.released.Load() }, soon, tick)
			time.Sleep(20 * time.Millisecond)
			require.NoError(t, c.Close())
			select {
			case <-left:
			case <-time.After(soon):
				t.Fatal("the plugin was not told")
			}
			assert.Eventually(t, func() bool { return f.acquired.Load() == f.released.Load() }, soon, tick)
		})
	}
}

func TestAClientThatLeavesEndsTheWaitForAnInstance(t *testing.T) {
	ended := make(chan error, 1)
	up := httpPlugin(t, func(http.ResponseWriter, *http.Request) {})
	f := serve(t, up, func(o *relay.Options) {
		o.Acquire = func(ctx context.Context, _ string) (host.Upstream, func(), error) {
			<-ctx.Done()
			ended <- ctx.Err()
			return nil, nil, fault.New(fault.Unavailable, "starting", "starting")
		}
	})
	c := f.dial(t)
	_, err := io.WriteString(c, get("/"))
	require.NoError(t, err)
	time.Sleep(20 * time.Millisecond)
	_ = c.Close()
	assert.ErrorIs(t, <-ended, context.Canceled)
}

func TestErrorsOfAcquireAreReturned(t *testing.T) {
	f := serve(t, nil, func(o *relay.Options) {
		o.Acquire = func(context.Context, string) (host.Upstream, func(), error) {
			return nil, nil, fault.New(fault.Unavailable, "no_listener", "x")
		}
	})
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 503, resp.StatusCode)
	assert.Equal(t, "no_listener", body)
}

// D10: silence is bounded, duration is not.
func TestTimeouts(t *testing.T) {
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	hold := func(r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/head":
			hold(r)
		case "/body":
			_, _ = io.WriteString(w, "part")
			w.(http.Flusher).Flush()
			hold(r)
		case "/slow":
			for range 10 {
				_, _ = io.WriteString(w, "x")
				w.(http.Flusher).Flush()
				time.Sleep(100 * time.Millisecond)
			}
		case "/upload":
			_, _ = io.Copy(io.Discard, r.Body)
		}
	}), func(o *relay.Options) { o.HeaderTimeout, o.IdleTimeout = 400*time.Millisecond, 400*time.Millisecond })
	t.Run("no head", func(t *testing.T) {
		resp, body := f.raw(t, "GET", get("/head"))
		assert.Equal(t, 504, resp.StatusCode)
		assert.Equal(t, "plugin_timeout", body)
	})
	t.Run("a body that stops", func(t *testing.T) {
		resp, err := f.client(t).Get(f.url("/body"))
		require.NoError(t, err)
		defer func() { _ = resp.Body.Close() }()
		b, err := io.ReadAll(resp.Body)
		assert.Error(t, err)
		assert.Equal(t, "part", string(b))
	})
	t.Run("a body that is slow", func(t *testing.T) {
		_, body := f.raw(t, "GET", get("/slow"))
		assert.Equal(t, strings.Repeat("x", 10), body)
	})
	t.Run("a client that stops sending", func(t *testing.T) {
		resp, body := f.raw(t, "POST", "POST "+prefix+"/upload HTTP/1.1\r\nHost: front\r\nContent-Length: 100000\r\n\r\n"+strings.Repeat("x", 20000))
		assert.Equal(t, 400, resp.StatusCode)
		assert.Equal(t, "body_cut", body)
	})
	t.Run("a client that sends slowly, longer than the head may take", func(t *testing.T) {
		c := f.dial(t)
		_, _ = io.WriteString(c, "POST "+prefix+"/upload HTTP/1.1\r\nHost: front\r\nContent-Length: 20000\r\n\r\n")
		for range 10 {
			_, err := c.Write(make([]byte, 2000))
			require.NoError(t, err)
			time.Sleep(100 * time.Millisecond)
		}
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		assert.Equal(t, 200, resp.StatusCode)
	})
}

func TestUnreachablePlugins(t *testing.T) {
	up, ln := listen(t)
	require.NoError(t, ln.Close())
	f := serve(t, up)
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 502, resp.StatusCode)
	assert.Equal(t, "plugin_unreachable", body)
	assert.EqualValues(t, 1, f.acquired.Load(), "not asked again, since the instance has not ended")
}

func TestAPluginThatClosesWithoutAnswer(t *testing.T) {
	f := serve(t, rawPlugin(t, func(_ net.Conn, r *bufio.Reader) { _, _ = readHead(r) }))
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 502, resp.StatusCode)
	assert.Equal(t, "plugin_closed", body)
}

func TestRequestsAreBounded(t *testing.T) {
	f := serve(t, httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		func(o *relay.Options) { o.MaxPluginRequests = 2 })
	for range 2 {
		_, err := io.WriteString(f.dial(t), get("/"))
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return f.acquired.Load() == 2 }, soon, tick)
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 503, resp.StatusCode)
	assert.Equal(t, "plugin_busy", body)
}

// Requests of nobody, which public routes let in, leave room for those of members.
func TestRequestsOfNobodyAreBoundedMore(t *testing.T) {
	f := serve(t, httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
		func(o *relay.Options) { o.MaxPluginRequests = 8 })
	ask := func(header ...string) net.Conn {
		c, before := f.dial(t), f.acquired.Load()
		_, err := io.WriteString(c, get("/", header...))
		require.NoError(t, err)
		require.Eventually(t, func() bool { return f.acquired.Load() == before+1 }, soon, tick)
		return c
	}
	first := ask("X-Nobody: 1")
	ask("X-Nobody: 1")
	resp, body := f.raw(t, "GET", get("/", "X-Nobody: 1"))
	assert.Equal(t, 503, resp.StatusCode)
	assert.Equal(t, "plugin_busy", body)
	ask()

	require.NoError(t, first.Close())
	require.Eventually(t, func() bool {
		_, err := io.WriteString(f.dial(t), get("/", "X-Nobody: 1"))
		return err == nil && f.acquired.Load() > 3
	}, soon, tick, "what ended makes room")
}

// D8: what is open is cut when access ends.
func TestAStreamIsCutWhenItsAccessEnds(t *testing.T) {
	var revoked atomic.Pointer[relay.Request]
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}), func(o *relay.Options) {
		o.Holds = func(r relay.Request) bool { gone := revoked.Load(); return gone == nil || r != *gone }
	})
	resp, err := f.client(t).Get(f.url("/"))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	read := make(chan error, 1)
	go func() { _, err := io.ReadAll(resp.Body); read <- err }()
	revoked.Store(&relay.Request{Plugin: "clock", User: "somebody else"})
	select {
	case err := <-read:
		t.Fatalf("cut for another's access: %v", err)
	case <-time.After(1200 * time.Millisecond): // two checks
	}
	revoked.Store(&relay.Request{Plugin: "clock", User: "ada"})
	assert.Error(t, <-read)
}

// What a request belongs to must not change while it streams, although the memory that
// Fiber's parameters point to serves other requests meanwhile.
func TestAStreamIsKnownByItsPlugin(t *testing.T) {
	up := httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		if r.URL.Path == "/stream" {
			<-r.Context().Done()
		}
	})
	asked := make(chan relay.Request, 100)
	r := relay.New(relay.Options{Acquire: func(context.Context, string) (host.Upstream, func(), error) { return up, nil, nil },
		Holds: func(r relay.Request) bool {
			select {
			case asked <- r:
			default:
			}
			return true
		}})
	app := fiber.New(httpguard.Config())
	app.Use("/apps/:id", func(c *fiber.Ctx) error {
		return r.Handle(c, c.Params("id"), "/apps/"+c.Params("id"), relay.Identity{User: c.Params("id"), Credential: c.Params("id")})
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(ln) }()
	t.Cleanup(func() { r.Close(); _ = app.ShutdownWithTimeout(2 * time.Second); <-ended })
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	resp, err := client.Get("http://" + ln.Addr().String() + "/apps/clock/stream")
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	for range 50 {
		other, err := client.Get("http://" + ln.Addr().String() + "/apps/other/x")
		require.NoError(t, err)
		_, _ = io.Copy(io.Discard, other.Body)
		_ = other.Body.Close()
	}
	for len(asked) > 0 {
		<-asked
	}
	for range 3 {
		q := <-asked
		assert.Equal(t, relay.Request{Plugin: "clock", User: "clock", Credential: "clock"}, q)
	}
}
