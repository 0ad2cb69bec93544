package static_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// C3: what a path names is decided once, and only by the table of files.
func TestPathsAreDecodedOnceAndLookedUp(t *testing.T) {
	f := serve(t)
	for _, c := range []struct {
		name, target string
		status       int
		body         string
	}{
		{"the root is its index", "/", 200, string(page)},
		{"nothing is the root", "", 200, string(page)},
		{"a folder with slash is its index", "/sub/", 200, "sub"},
		{"a folder without slash is sent to it", "/sub", 307, ""},
		{"escapes are decoded", "/a%20b%2B%C3%bc.txt", 200, "named"},
		{"plus is no space", "/a+b+ü.txt", 404, ""},
		{"decoded once and not twice", "/a%2520b.txt", 200, "percent"},
		{"an encoded slash is no separator", "/sub%2findex.html", 404, ""},
		{"a twice encoded slash neither", "/sub%252findex.html", 404, ""},
		{"an encoded backslash neither", "/sub%5cindex.html", 404, ""},
		{"a backslash neither", `/sub\index.html`, 404, ""},
		{"path parameters name another file", "/app.js;x", 404, ""},
		{"dot segments name nothing", "/sub/../app.js", 404, ""},
		{"encoded dot segments name nothing", "/sub/%2e%2e/app.js", 404, ""},
		{"a dot segment at the end", "/sub/..", 404, ""},
		{"a single dot", "/./app.js", 404, ""},
		{"doubled slashes name nothing", "//app.js", 404, ""},
		{"an encoded NUL", "/app.js%00", 404, ""},
		{"an encoded newline", "/app.js%0a", 404, ""},
		{"a cut escape", "/app.js%2", 404, ""},
		{"a malformed escape", "/app.js%zz", 404, ""},
		{"case matters", "/APP.JS", 404, ""},
		{"the query is no part of it", "/app.js?../x=%2f", 200, string(page)},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := f.ask(t, "GET", c.target)
			assert.Equal(t, c.status, r.status)
			if c.status == 200 {
				assert.Equal(t, c.body, string(r.body))
			}
		})
	}
	t.Run("the folder's redirect is relative and keeps the query", func(t *testing.T) {
		assert.Equal(t, "./sub/?a=1", f.ask(t, "GET", "/sub?a=1").header.Get("Location"))
	})
}

// C1, C2, C8: the recorded type, never a guess, and nothing for shared caches.
func TestAnswersCarryTypeAndCachePolicy(t *testing.T) {
	f := serve(t)
	r := f.ask(t, "GET", "/draw.svg")
	assert.Equal(t, "image/svg+xml", r.header.Get("Content-Type"))
	assert.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
	assert.Equal(t, "private, no-cache", r.header.Get("Cache-Control"))
	assert.Equal(t, "bytes", r.header.Get("Accept-Ranges"))
	assert.Empty(t, r.header.Get("Vary"), "there is one form only")
	assert.Regexp(t, `^"[0-9a-f]{32}"$`, r.header.Get("Etag"))
	assert.Empty(t, r.header.Get("Server"))
}

func TestEncodingIsNegotiated(t *testing.T) {
	f := serve(t)
	for _, c := range []struct{ accept, encoding string }{
		{"", ""},
		{"gzip", "gzip"},
		{"gzip, deflate, br", "br"},
		{"gzip;q=1.0, br;q=0.5", "gzip"},
		{"br;q=0, gzip;q=0", ""},
		{"*", "br"},
		{"*;q=0.5, br;q=0", "gzip"},
		{"identity, gzip;q=0.5", ""},
		{"identity;q=0", ""},
		{"deflate", ""},
		{"GZIP;Q=0.001", "gzip"},
		{"gzip;q=2, br;q=x", ""}, {"gzip;q=1.5", "gzip"},
		{";;;,,,=", ""},
	} {
		t.Run(c.accept, func(t *testing.T) {
			r := f.ask(t, "GET", "/app.js", "Accept-Encoding: "+c.accept)
			require.Equal(t, 200, r.status)
			assert.Equal(t, c.encoding, r.header.Get("Content-Encoding"))
			assert.Equal(t, "Accept-Encoding", r.header.Get("Vary"))
			assert.Equal(t, fmt.Sprint(len(r.body)), r.header.Get("Content-Length"))
			assert.Equal(t, "text/javascript; charset=utf-8", r.header.Get("Content-Type"))
		})
	}
	t.Run("each form has its own tag", func(t *testing.T) {
		plain, zipped := f.ask(t, "GET", "/app.js"), f.ask(t, "GET", "/app.js", "Accept-Encoding: gzip")
		assert.NotEqual(t, plain.header.Get("Etag"), zipped.header.Get("Etag"))
	})
}

func TestConditionalRequests(t *testing.T) {
	f := serve(t)
	tag := f.ask(t, "GET", "/app.js").header.Get("Etag")
	for _, c := range []struct {
		header string
		status int
	}{
		{tag, 304}, {"W/" + tag, 304}, {`"x", ` + tag, 304}, {"*", 304}, {`"x"`, 200}, {strings.Trim(tag, `"`), 200},
	} {
		t.Run(c.header, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				r := f.ask(t, method, "/app.js", "If-None-Match: "+c.header)
				assert.Equal(t, c.status, r.status)
				assert.Equal(t, tag, r.header.Get("Etag"))
				assert.Equal(t, "private, no-cache", r.header.Get("Cache-Control"))
				assert.Equal(t, "Accept-Encoding", r.header.Get("Vary"))
				if c.status == 304 {
					assert.Empty(t, r.body)
				}
			}
		})
	}
}

func TestHeadIsGetWithoutBody(t *testing.T) { everyWay(t, testHead) }

func testHead(t *testing.T, f *fixture) {
	for _, target := range []string{"/app.js", "/large.bin", "/empty.txt"} {
		get, head := f.ask(t, "GET", target), f.ask(t, "HEAD", target)
		assert.Equal(t, get.status, head.status)
		get.header.Del("Date")
		head.header.Del("Date")
		assert.Equal(t, get.header, head.header, target)
		assert.Empty(t, head.body)
	}
}

func TestRanges(t *testing.T) { everyWay(t, testRanges) }

func testRanges(t *testing.T, f *fixture) {
	n := len(large)
	tag := f.ask(t, "HEAD", "/large.bin").header.Get("Etag")
	for _, c := range []struct {
		name, header string
		status       int
		from, to     int
	}{
		{"first bytes", "bytes=0-9", 206, 0, 10},
		{"the middle, across the blob's chunks", "bytes=1048570-2097160", 206, 1048570, 2097161},
		{"open end", fmt.Sprintf("bytes=%d-", n-5), 206, n - 5, n},
		{"suffix", "bytes=-7", 206, n - 7, n},
		{"suffix longer than the file", "bytes=-99999999", 206, 0, n},
		{"end past the file", "bytes=5-99999999", 206, 5, n},
		{"past the end", fmt.Sprintf("bytes=%d-", n), 416, 0, 0},
		{"empty suffix", "bytes=-0", 416, 0, 0},
		{"several: the whole", "bytes=0-1,5-6", 200, 0, n},
		{"backwards: ignored", "bytes=9-1", 200, 0, n},
		{"another unit: ignored", "lines=1-2", 200, 0, n},
		{"no numbers: ignored", "bytes=-", 200, 0, n},
		{"signs: ignored", "bytes=+1-2", 200, 0, n},
		{"a number that overflows: ignored", "bytes=99999999999999999999-", 200, 0, n},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := f.ask(t, "GET", "/large.bin", "Range: "+c.header)
			require.Equal(t, c.status, r.status)
			switch c.status {
			case 416:
				assert.Equal(t, fmt.Sprintf("bytes */%d", n), r.header.Get("Content-Range"))
			case 206:
				assert.Equal(t, fmt.Sprintf("bytes %d-%d/%d", c.from, c.to-1, n), r.header.Get("Content-Range"))
				fallthrough
			default:
				assert.True(t, bytes.Equal(large[c.from:c.to], r.body))
			}
		})
	}
	t.Run("small file", func(t *testing.T) {
		r := f.ask(t, "GET", "/sub/index.html", "Range: bytes=1-1")
		assert.Equal(t, "u", string(r.body))
	})
	t.Run("empty file", func(t *testing.T) {
		assert.Equal(t, 416, f.ask(t, "GET", "/empty.txt", "Range: bytes=0-").status)
	})
	t.Run("If-Range with the tag", func(t *testing.T) {
		assert.Equal(t, 206, f.ask(t, "GET", "/large.bin", "Range: bytes=0-1", "If-Range: "+tag).status)
	})
	t.Run("If-Range with another tag, a weak one or a date is the whole", func(t *testing.T) {
		for _, v := range []string{`"x"`, "W/" + tag, "Sun, 22 Nov 2026 12:00:00 GMT"} {
			assert.Equal(t, 200, f.ask(t, "GET", "/large.bin", "Range: bytes=0-1", "If-Range: "+v).status)
		}
	})
	t.Run("HEAD has no ranges", func(t *testing.T) {
		assert.Equal(t, 200, f.ask(t, "HEAD", "/large.bin", "Range: bytes=0-1").status)
	})
}

func TestOtherMethodsAndMissingContent(t *testing.T) {
	f := serve(t)
	r := f.ask(t, "POST", "/app.js", "Content-Length: 0")
	assert.Equal(t, 405, r.status)
	assert.Equal(t, "GET, HEAD", r.header.Get("Allow"))
	r = f.ask(t, "GET", "/gone.txt")
	assert.Equal(t, 500, r.status)
	assert.Equal(t, "content_missing", string(r.body))
}

func TestSmallBodiesAreReadOnce(t *testing.T) {
	f := serve(t)
	for range 5 {
		require.Equal(t, 200, f.ask(t, "GET", "/index.html").status)
	}
	assert.EqualValues(t, 1, f.blobs.opened.Load())
}

func TestABlobThatPanicsCutsTheAnswerOnly(t *testing.T) {
	f := serve(t)
	f.blobs.panics.Store(true)
	conn, err := net.Dial("tcp", f.addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(conn, "GET /p/large.bin HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, err)
	b, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Less(t, len(b), len(large))
	f.blobs.panics.Store(false)
	assert.Equal(t, 200, f.ask(t, "GET", "/large.bin").status)
}

func TestAClientThatLeavesClosesTheBlob(t *testing.T) {
	f := serve(t)
	big := bytes.Repeat([]byte("x"), 64<<20)
	f.site.Files["big"] = &host.File{Path: "big", Size: int64(len(big)), SHA256: f.blobs.put(big), Type: "text/plain"}
	conn, err := net.Dial("tcp", f.addr)
	require.NoError(t, err)
	_, err = io.WriteString(conn, "GET /p/big HTTP/1.1\r\nHost: h\r\n\r\n")
	require.NoError(t, err)
	_, err = io.ReadFull(conn, make([]byte, 1<<20))
	require.NoError(t, err)
	require.EqualValues(t, 1, f.blobs.open.Load())
	require.NoError(t, conn.Close())
	assert.Eventually(t, func() bool { return f.blobs.open.Load() == 0 }, 10*time.Second, 5*time.Millisecond)
}
