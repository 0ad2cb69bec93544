package relay_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/relay"
	"appzone/host"
	"appzone/host/fault"
)

const (
	soon = 15 * time.Second
	tick = 2 * time.Millisecond
)

// endless gives size bytes.
func endless(size int64) io.Reader { return io.LimitReader(zeros{}, size) }

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// heapPeak tells how far the heap grew while fn ran.
func heapPeak(fn func()) uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	before, peak := stats.HeapAlloc, stats.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			runtime.ReadMemStats(&stats)
			peak = max(peak, stats.HeapAlloc)
		}
	}()
	fn()
	close(stop)
	<-stopped
	return peak - before
}

// D10: memory does not depend on the size of a body.
func TestLargeBodiesBothWaysInBoundedMemory(t *testing.T) {
	const size, most = 256 << 20, 16 << 20
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			if r.URL.Path == "/sized" {
				w.Header().Set("Content-Length", fmt.Sprint(size))
			}
			_, _ = io.Copy(w, endless(size))
			return
		}
		n, err := io.Copy(io.Discard, r.Body)
		_, _ = fmt.Fprint(w, n, err)
	}))
	for _, path := range []string{"/sized", "/chunked"} {
		t.Run("down "+path, func(t *testing.T) {
			assert.Less(t, heapPeak(func() {
				resp, err := f.client(t).Get(f.url(path))
				require.NoError(t, err)
				n, err := io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
				require.NoError(t, err)
				assert.EqualValues(t, size, n)
			}), uint64(most))
		})
		t.Run("up "+path, func(t *testing.T) {
			assert.Less(t, heapPeak(func() {
				req, err := http.NewRequest("POST", f.url(path), endless(size))
				require.NoError(t, err)
				if path == "/sized" {
					req.ContentLength = size
				}
				resp, err := f.client(t).Do(req)
				require.NoError(t, err)
				b, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				assert.Equal(t, fmt.Sprint(size, " <nil>"), string(b))
			}), uint64(most))
		})
	}
}

func TestEventsArriveAsTheyAreSent(t *testing.T) {
	next := make(chan string)
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		for e := range next {
			_, _ = io.WriteString(w, e)
			w.(http.Flusher).Flush()
		}
	}))
	resp, err := f.client(t).Get(f.url("/"))
	require.NoError(t, err, "the head comes before the first event")
	defer func() { _ = resp.Body.Close() }()
	r := bufio.NewReader(resp.Body)
	for i := range 5 {
		next <- fmt.Sprintf("data: %d\n\n", i)
		line, err := r.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("data: %d\n", i), line)
		_, _ = r.ReadString('\n')
	}
	close(next)
	_, err = r.ReadString('\n')
	assert.ErrorIs(t, err, io.EOF)
}

func TestHeadAndBodilessAnswers(t *testing.T) {
	for _, c := range []struct{ method, answer, length string }{
		{"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", "12345"},
		{"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
		{"HEAD", "HTTP/1.1 404 Not Found\r\n\r\n", ""},
		{"GET", "HTTP/1.1 204 No Content\r\n\r\n", ""},
		{"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", ""},
	} {
		t.Run(c.method+" "+c.answer, func(t *testing.T) {
			f := serve(t, rawPlugin(t, canned(c.answer)))
			conn := f.dial(t)
			r := bufio.NewReader(conn)
			for range 3 { // the connection stays in step
				_, err := io.WriteString(conn, strings.Replace(get("/"), "GET", c.method, 1))
				require.NoError(t, err)
				resp, err := http.ReadResponse(r, &http.Request{Method: c.method})
				require.NoError(t, err)
				b, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.Empty(t, b)
				assert.Equal(t, c.length, resp.Header.Get("Content-Length"))
			}
		})
	}
}

// D10: informational answers are skipped and the final one is passed.
func TestInformationalAnswersAreSkipped(t *testing.T) {
	f := serve(t, rawPlugin(t, canned("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")))
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 200, resp.StatusCode)
	assert.Equal(t, "ok", body)
	assert.Empty(t, resp.Header.Get("Link"))
}

func TestExpectContinue(t *testing.T) {
	got := make(chan string, 1)
	f := serve(t, httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("Expect") + string(b)
	}))
	c := f.dial(t)
	_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "100")
	_, _ = io.WriteString(c, "hello")
	assert.Equal(t, "hello", <-got)
}

func TestChunkedAnswers(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct {
		name, body, want string
		cut              bool
	}{
		{"plain", "5\r\nhello\r\n0\r\n\r\n", "hello", false},
		{"several", "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc", false},
		{"empty", "0\r\n\r\n", "", false},
		{"extensions", "5;x=y\r\nhello\r\n0;z\r\n\r\n", "hello", false},
		{"upper case and zeros", "00A\r\n0123456789\r\n000\r\n\r\n", "0123456789", false},
		{"trailers are dropped", "1\r\na\r\n0\r\nX-T: 1\r\nSet-Cookie: x=y\r\n\r\n", "a", false},
		{"cut within a chunk", "5\r\nhel", "hel", true},
		{"cut before the last chunk", "5\r\nhello\r\n", "hello", true},
		{"cut in the trailers", "5\r\nhello\r\n0\r\nX: 1\r\n", "hello", true},
		{"a chunk longer than it says", "2\r\nhello\r\n0\r\n\r\n", "he", true},
		{"no size", "\r\nhello\r\n0\r\n\r\n", "", true},
		{"a negative size", "-5\r\nhello\r\n0\r\n\r\n", "", true},
		{"a size with a prefix", "0x5\r\nhello\r\n0\r\n\r\n", "", true},
		{"a size that overflows", "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", "", true},
		{"lines that end in LF", "5\nhello\n0\n\n", "", true},
		{"a size line without end", strings.Repeat("0", 40_000), "", true},
		{"trailers without end", "0\r\n" + strings.Repeat("X: 1\r\n", 20_000), "", true},
	} {
		for _, slow := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, slow %v", c.name, slow), func(t *testing.T) {
				f := serve(t, rawPlugin(t, func(conn net.Conn, r *bufio.Reader) {
					if _, err := readHead(r); err != nil {
						return
					}
					if !slow || len(c.body) > 100 {
						_, _ = io.WriteString(conn, head+c.body)
						return
					}
					for _, b := range []byte(head + c.body) {
						if _, err := conn.Write([]byte{b}); err != nil {
							return
						}
						runtime.Gosched()
					}
				}))
				resp, err := f.client(t).Get(f.url("/"))
				if err != nil && c.cut && c.want == "" {
					return // cut before there was anything to send
				}
				require.NoError(t, err)
				defer func() { _ = resp.Body.Close() }()
				b, err := io.ReadAll(resp.Body)
				assert.Equal(t, c.want, string(b))
				assert.Equal(t, c.cut, err != nil, "%v", err)
				assert.Empty(t, resp.Trailer)
			})
		}
	}
}

// A plugin that dies in the middle must not look like one that ended.
func TestACutBodyIsNeverACleanEnd(t *testing.T) {
	for name, answer := range map[string]string{
		"sized":   "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
		"chunked": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
	} {
		f := serve(t, rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
			_, _ = readHead(r)
			_, _ = io.WriteString(c, answer)
		}))
		t.Run(name, func(t *testing.T) {
			resp, err := f.client(t).Get(f.url("/"))
			require.NoError(t, err)
			defer func() { _ = resp.Body.Close() }()
			b, err := io.ReadAll(resp.Body)
			assert.Error(t, err)
			assert.Equal(t, "hello", string(b))
		})
		t.Run(name+" to HTTP/1.0", func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, "GET "+prefix+"/ HTTP/1.0\r\n\r\n")
			require.NoError(t, err)
			b, err := io.ReadAll(c)
			if name == "chunked" {
				assert.Error(t, err, "a reset, since the end of the connection is the end of the body")
			}
			assert.NotContains(t, string(b), "chunked")
		})
	}
}

func TestHTTP10ClientsGetNoChunks(t *testing.T) {
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "one ")
		w.(http.Flusher).Flush()
		time.Sleep(20 * time.Millisecond)
		_, _ = io.WriteString(w, "two")
	}))
	c := f.dial(t)
	_, err := io.WriteString(c, "GET "+prefix+"/ HTTP/1.0\r\n\r\n")
	require.NoError(t, err)
	b, err := io.ReadAll(c)
	require.NoError(t, err)
	head, body, _ := strings.Cut(string(b), "\r\n\r\n")
	assert.Equal(t, "one two", body)
	assert.NotContains(t, head, "chunked")
}

func TestAnswersUntilTheConnectionCloses(t *testing.T) {
	for _, version := range []string{"1.0", "1.1"} {
		f := serve(t, rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
			_, _ = readHead(r)
			_, _ = io.WriteString(c, "HTTP/"+version+" 200 OK\n\nhello")
		}))
		_, body := f.raw(t, "GET", get("/"))
		assert.Equal(t, "hello", body)
	}
}

// D10, D3: an answer that comes before the request has ended is passed on at once, and the
// rest of the request is never run as another one.
func TestEarlyAnswers(t *testing.T) {
	seen := make(chan string, 10)
	f := serve(t, rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
		head, err := readHead(r)
		if err != nil {
			return
		}
		first, _, _ := strings.Cut(head, "\r\n")
		seen <- first
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
	}))
	const smuggled = "GET " + prefix + "/smuggled HTTP/1.1\r\nHost: front\r\n\r\n"
	for name, request := range map[string]string{
		"sized":   "Content-Length: 100000000\r\n\r\n",
		"chunked": "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\n"+request)
			require.NoError(t, err)
			go func() {
				for range 20 {
					if _, err := c.Write(bytes.Repeat([]byte(smuggled), 1000)); err != nil {
						return
					}
				}
			}()
			all, err := io.ReadAll(c)
			require.NoError(t, err)
			assert.Equal(t, 1, strings.Count(string(all), "HTTP/1.1 "), "one answer")
			assert.True(t, strings.HasSuffix(string(all), "big"), "%q", all)
			assert.Equal(t, "POST / HTTP/1.1", <-seen)
			assert.Empty(t, seen)
		})
	}
}

// A client that leaves between two chunks has not ended its body.
func TestACutUploadIsNeverACleanEnd(t *testing.T) {
	got := make(chan error, 1)
	f := serve(t, httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		got <- err
	}))
	for name, request := range map[string]string{
		"sized":          "Content-Length: 100000\r\n\r\n" + strings.Repeat("x", 20000),
		"between chunks": "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"malformed":      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\n"+request)
			require.NoError(t, err)
			require.NoError(t, c.(*net.TCPConn).CloseWrite())
			assert.Error(t, <-got)
		})
	}
}

func TestFullDuplex(t *testing.T) {
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		buf := make([]byte, 100)
		for {
			n, err := r.Body.Read(buf)
			_, _ = w.Write(bytes.ToUpper(buf[:n]))
			w.(http.Flusher).Flush()
			if err != nil {
				return
			}
		}
	}))
	pr, pw := io.Pipe()
	req, err := http.NewRequest("POST", f.url("/"), pr)
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(pw, "start ") }()
	resp, err := f.client(t).Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	buf := make([]byte, 6)
	for _, word := range []string{"START ", "HELLO ", "WORLD "} {
		if word != "START " {
			_, err = io.WriteString(pw, strings.ToLower(word))
			require.NoError(t, err)
		}
		_, err = io.ReadFull(resp.Body, buf)
		require.NoError(t, err)
		assert.Equal(t, word, string(buf))
	}
	_ = pw.Close()
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Empty(t, rest)
}

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
	assert.EqualValues(t, 2, f.acquired.Load(), "asked again, since the instance may have been replaced")
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

// D8: what is open is cut when access ends.
func TestCloseMatchingCutsStreams(t *testing.T) {
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	resp, err := f.client(t).Get(f.url("/"))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	assert.Zero(t, f.relay.CloseMatching(func(r relay.Request) bool { return r.User != "ada" }))
	assert.Equal(t, 1, f.relay.CloseMatching(func(r relay.Request) bool { return r == relay.Request{Plugin: "clock", User: "ada"} }))
	_, err = io.ReadAll(resp.Body)
	assert.True(t, err != nil && !errors.Is(err, io.EOF))
}
