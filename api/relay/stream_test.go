package relay_test

import (
	"bufio"
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
