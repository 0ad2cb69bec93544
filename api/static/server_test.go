package static_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
	"go.uber.org/goleak"

	"appzone/api/httpguard"
	"appzone/api/static"
	"appzone/host"
	"appzone/host/fault"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		// fasthttp keeps one clock for the process.
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

// memory is a host.Blobs that holds content in memory and counts what is open.
type memory struct {
	content map[host.Digest][]byte
	open    atomic.Int64
	opened  atomic.Int64
	panics  atomic.Bool
}

func (m *memory) put(b []byte) host.Digest {
	sum := sha256.Sum256(b)
	d := host.Digest(hex.EncodeToString(sum[:]))
	m.content[d] = b
	return d
}

func (m *memory) Open(d host.Digest) (host.Blob, error) {
	b, ok := m.content[d]
	if !ok {
		return nil, host.ErrNoRecord
	}
	m.open.Add(1)
	m.opened.Add(1)
	return &memoryBlob{Reader: bytes.NewReader(b), m: m, b: b}, nil
}

func (m *memory) NewBatch() host.BlobBatch { return nil }

func (m *memory) Collect(context.Context, func(func(host.Digest)) error) (int64, error) {
	return 0, errors.ErrUnsupported
}

type memoryBlob struct {
	*bytes.Reader
	m *memory
	b []byte
}

func (b *memoryBlob) Size() int64  { return int64(len(b.b)) }
func (b *memoryBlob) Close() error { b.m.open.Add(-1); return nil }
func (b *memoryBlob) Chunks(fn func([]byte) error) error {
	if b.m.panics.Load() {
		panic("a blob that fails")
	}
	for rest := b.b; len(rest) > 0; rest = rest[min(1<<20, len(rest)):] {
		if err := fn(rest[:min(1<<20, len(rest))]); err != nil {
			return err
		}
	}
	return nil
}

// fixture is a served site.
type fixture struct {
	blobs *memory
	site  *host.Site
	files *static.Server
	addr  string
}

// add puts one more file into the site.
func (f *fixture) add(path string, b []byte) *host.File {
	file := &host.File{Path: path, Size: int64(len(b)), SHA256: f.blobs.put(b), Type: "application/octet-stream"}
	f.site.Files[path] = file
	return file
}

// everyWay runs a test with large bodies from the blob and with copies that the kernel sends.
func everyWay(t *testing.T, test func(*testing.T, *fixture)) {
	t.Run("from the blob", func(t *testing.T) { test(t, serve(t)) })
	t.Run("from a copy on disk", func(t *testing.T) { test(t, serve(t, onDisk(t, 16<<20))) })
}

func onDisk(t *testing.T, bytes int64) func(*static.Options) {
	return func(o *static.Options) { o.Dir, o.DirBytes = t.TempDir(), bytes }
}

var (
	page  = []byte(strings.Repeat("<!doctype html><p>hello</p>\n", 64))
	large = bytes.Repeat([]byte("0123456789abcdef"), 3<<16)
)

func serve(t testing.TB, set ...func(*static.Options)) *fixture {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return serveOn(t, ln, set...)
}

func serveOn(t testing.TB, ln net.Listener, set ...func(*static.Options)) *fixture {
	t.Helper()
	m := &memory{content: map[host.Digest][]byte{}}
	file := func(path, contentType string, b []byte) *host.File {
		return &host.File{Path: path, Size: int64(len(b)), SHA256: m.put(b), Type: contentType}
	}
	variant := func(b string) *host.Variant {
		return &host.Variant{SHA256: m.put([]byte(b)), Size: int64(len(b))}
	}
	both := file("app.js", "text/javascript; charset=utf-8", page)
	both.Gzip, both.Brotli = variant("gzip form, longer"), variant("brotli form")
	site := &host.Site{Plugin: "p", Version: "1", Digest: "d1", Files: map[string]*host.File{
		"index.html":     file("index.html", "text/html; charset=utf-8", page),
		"sub/index.html": file("sub/index.html", "text/html; charset=utf-8", []byte("sub")),
		"app.js":         both,
		"large.bin":      file("large.bin", "application/octet-stream", large),
		"empty.txt":      file("empty.txt", "text/plain", nil),
		"a b+ü.txt":      file("a b+ü.txt", "text/plain", []byte("named")),
		"a%20b.txt":      file("a%20b.txt", "text/plain", []byte("percent")),
		"draw.svg":       file("draw.svg", "image/svg+xml", []byte("<svg><script/></svg>")),
		"gone.txt":       {Path: "gone.txt", Size: 3, SHA256: "00", Type: "text/plain"},
	}}
	options := static.Options{Blobs: m}
	for _, fn := range set {
		fn(&options)
	}
	files := static.New(options)
	config := httpguard.Config()
	config.ErrorHandler = func(c *fiber.Ctx, err error) error {
		var fe *fiber.Error
		if errors.As(err, &fe) {
			return c.Status(fe.Code).SendString(fe.Message)
		}
		status := map[fault.Kind]int{fault.NotFound: 404}[fault.From(err).Kind]
		return c.Status(max(status, 500*boolInt(status == 0))).SendString(fault.CodeOf(err))
	}
	app := fiber.New(config)
	httpguard.Harden(app)
	app.Use(httpguard.Guard, func(c *fiber.Ctx) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v", p)
			}
		}()
		raw, _, _ := strings.Cut(string(c.Request().Header.RequestURI()), "?")
		return files.Serve(c, site, strings.TrimPrefix(raw, "/p"))
	})
	ended := make(chan error, 1)
	go func() { ended <- app.Listener(ln) }()
	t.Cleanup(func() {
		require.NoError(t, app.ShutdownWithTimeout(5*time.Second))
		<-ended
		files.Close()
		assert.Eventually(t, func() bool { return m.open.Load() == 0 }, 5*time.Second, 5*time.Millisecond, "every blob is closed")
		assert.Eventually(t, func() bool { return files.DiskBytes() == 0 }, 5*time.Second, 5*time.Millisecond, "every file is closed")
	})
	return &fixture{blobs: m, site: site, files: files, addr: ln.Addr().String()}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends target as it is, byte for byte, with header lines "Name: value".
func (f *fixture) ask(t testing.TB, method, target string, header ...string) reply {
	t.Helper()
	conn, err := net.Dial("tcp", f.addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	lines := append([]string{method + " /p" + target + " HTTP/1.1", "Host: h", "Connection: close"}, header...)
	_, err = io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n")
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return reply{resp.StatusCode, resp.Header, body}
}
