package static_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/static"
	"appzone/host"
)

// noise is a body like no other.
func noise(r *rand.Rand, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

func digestOf(b []byte) host.Digest {
	sum := sha256.Sum256(b)
	return host.Digest(hex.EncodeToString(sum[:]))
}

func linuxOnly(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux has files without names")
	}
}

// C8: whatever is added and forgotten meanwhile, an answer has the bytes of its own file.
func TestNobodyGetsAnotherFilesBytes(t *testing.T) {
	linuxOnly(t)
	const files, limit = 120, 1 << 20
	f := serve(t, onDisk(t, limit))
	random := rand.New(rand.NewPCG(1, 2))
	bodies := make([][]byte, files)
	for i := range bodies {
		bodies[i] = noise(random, 16<<10+random.IntN(64<<10))
		f.add(fmt.Sprint(i), bodies[i])
	}
	stop := time.Now().Add(1500 * time.Millisecond)
	var requests sync.WaitGroup
	for seed := range uint64(8) {
		requests.Go(func() {
			random := rand.New(rand.NewPCG(seed, 3))
			client := &http.Client{Transport: &http.Transport{}, Timeout: 20 * time.Second}
			defer client.CloseIdleConnections()
			for time.Now().Before(stop) {
				i := random.IntN(files)
				from, to := 0, len(bodies[i])
				request, _ := http.NewRequest("GET", fmt.Sprintf("http://%s/p/%d", f.addr, i), http.NoBody)
				if random.IntN(3) == 0 {
					from = random.IntN(to)
					to = from + 1 + random.IntN(to-from)
					request.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1))
				}
				got := fetch(client, request)
				if !assert.True(t, bytes.Equal(bodies[i][from:to], got), "file %d from %d to %d", i, from, to) {
					return
				}
				assert.LessOrEqual(t, f.files.DiskBytes(), int64(limit))
			}
		})
	}
	requests.Wait()
	assert.Greater(t, f.blobs.opened.Load(), int64(files), "files were forgotten and copied again")
}

func fetch(client *http.Client, request *http.Request) []byte {
	response, err := client.Do(request)
	if err != nil {
		return nil
	}
	defer func() { _ = response.Body.Close() }()
	b, _ := io.ReadAll(response.Body)
	return b
}

// narrow gives the first connection little room, so that its answer waits for its client.
type narrow struct {
	net.Listener
	once sync.Once
}

func (n *narrow) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	first := false
	n.once.Do(func() { first = true })
	if err == nil && first {
		err = conn.(*net.TCPConn).SetWriteBuffer(16 << 10)
	}
	return conn, err
}

// begin asks for a file and reads only the header of the answer.
func begin(t *testing.T, f *fixture, path string) (net.Conn, *http.Response) {
	t.Helper()
	dialer := net.Dialer{Timeout: 10 * time.Second}
	conn, err := dialer.Dial("tcp", f.addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = fmt.Fprintf(conn, "GET /p/%s HTTP/1.1\r\nHost: h\r\n\r\n", path)
	require.NoError(t, err)
	response, err := http.ReadResponse(bufio.NewReaderSize(conn, 16), nil)
	require.NoError(t, err)
	return conn, response
}

// C8, D10: a client that reads slowly keeps its file and no more than that.
func TestAnAnswerUnderWayOutlivesItsGeneration(t *testing.T) {
	linuxOnly(t)
	const limit = 4 << 20
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := serveOn(t, &narrow{Listener: ln}, onDisk(t, limit))
	random := rand.New(rand.NewPCG(4, 5))
	slow := noise(random, limit/4-8<<10)
	f.add("slow", slow)
	others := make([][]byte, 24)
	for i := range others {
		others[i] = noise(random, limit/8)
		f.add(fmt.Sprint("other", i), others[i])
	}
	_, response := begin(t, f, "slow")
	churn := func() {
		for i := range others {
			require.True(t, bytes.Equal(others[i], f.ask(t, "GET", fmt.Sprint("/other", i)).body))
			require.LessOrEqual(t, f.files.DiskBytes(), int64(limit))
		}
	}
	// The first generation is forgotten as soon as the slow file is read from the blob again.
	opened := func() bool {
		churn()
		before := f.blobs.opened.Load()
		require.True(t, bytes.Equal(slow, f.ask(t, "GET", "/slow").body))
		return f.blobs.opened.Load() > before
	}
	require.Eventually(t, opened, 20*time.Second, 50*time.Millisecond)
	churn()
	f.files.Close()
	assert.Positive(t, f.files.DiskBytes(), "the answer still needs its file")
	got, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, digestOf(slow), digestOf(got))
}

func TestAClientThatLeavesReleasesTheCopy(t *testing.T) {
	linuxOnly(t)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	f := serveOn(t, &narrow{Listener: ln}, onDisk(t, 32<<20))
	conn, _ := begin(t, f, "large.bin")
	f.files.Close()
	assert.Positive(t, f.files.DiskBytes())
	require.NoError(t, conn.Close())
	assert.Eventually(t, func() bool { return f.files.DiskBytes() == 0 }, 10*time.Second, 5*time.Millisecond)
}

func TestAKeptAliveConnectionGoesOnAfterACopy(t *testing.T) {
	linuxOnly(t)
	f := serve(t, onDisk(t, 16<<20))
	conn, err := net.Dial("tcp", f.addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	targets := []string{"/large.bin", "/sub/", "/large.bin", "/gone.txt", "/large.bin"}
	for _, target := range targets { // all at once: answers queue behind each other
		_, err = fmt.Fprintf(conn, "GET /p%s HTTP/1.1\r\nHost: h\r\n\r\n", target)
		require.NoError(t, err)
	}
	r := bufio.NewReader(conn)
	for _, target := range targets {
		response, err := http.ReadResponse(r, nil)
		require.NoError(t, err)
		b, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		if target == "/large.bin" {
			assert.True(t, bytes.Equal(large, b))
		}
	}
}

// A11: the connection is taken over when a body was not read; the answer is the same.
func TestACopyAnswersARequestWhoseBodyIsNotRead(t *testing.T) {
	linuxOnly(t)
	f := serve(t, onDisk(t, 16<<20))
	for range 2 {
		conn, err := net.Dial("tcp", f.addr)
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
		// Half of what is declared: more than is read ahead.
		_, err = fmt.Fprintf(conn, "GET /p/large.bin HTTP/1.1\r\nHost: h\r\nContent-Length: 262144\r\n\r\n%s", make([]byte, 128<<10))
		require.NoError(t, err)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		b, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		assert.True(t, bytes.Equal(large, b))
		require.NoError(t, conn.Close())
	}
	assert.EqualValues(t, 1, f.blobs.opened.Load(), "the second answer came from the copy")
}

func TestABlobThatFailsIsNotCopied(t *testing.T) {
	linuxOnly(t)
	f := serve(t, onDisk(t, 16<<20))
	f.add("page", bytes.Repeat([]byte("y"), 20<<10))
	f.blobs.panics.Store(true)
	assert.Equal(t, 500, f.ask(t, "GET", "/page").status)
	assert.Zero(t, f.files.DiskBytes(), "its place is free again")
	f.blobs.panics.Store(false)
	r := f.ask(t, "GET", "/page")
	assert.Equal(t, 200, r.status)
	assert.Len(t, r.body, 20<<10)
	assert.EqualValues(t, 20<<10, f.files.DiskBytes())
}

func TestACopyIsMadeOnce(t *testing.T) {
	linuxOnly(t)
	f := serve(t, onDisk(t, 16<<20))
	for range 5 {
		require.True(t, bytes.Equal(large, f.ask(t, "GET", "/large.bin").body))
	}
	assert.EqualValues(t, 1, f.blobs.opened.Load())
	assert.EqualValues(t, len(large), f.files.DiskBytes())
}

// F2: a body that does not fit is served all the same.
func TestABodyAboveTheLimitIsNotCopied(t *testing.T) {
	f := serve(t, onDisk(t, 1<<20))
	assert.True(t, bytes.Equal(large, f.ask(t, "GET", "/large.bin").body))
	assert.Zero(t, f.files.DiskBytes())
}

func TestAFolderThatCannotBeUsedIsSaidOnce(t *testing.T) {
	occupied := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(occupied, nil, 0o600))
	for name, set := range map[string]func(*static.Options){
		"no folder":         func(o *static.Options) { o.Dir = occupied },
		"more than is free": func(o *static.Options) { o.Dir, o.DirBytes = t.TempDir(), 1<<60 },
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			f := serve(t, set, func(o *static.Options) { o.Logger = slog.New(slog.NewJSONHandler(&log, nil)) })
			for range 2 {
				assert.True(t, bytes.Equal(large, f.ask(t, "GET", "/large.bin").body))
			}
			assert.Equal(t, 1, bytes.Count(log.Bytes(), []byte("\n")))
			assert.Zero(t, f.files.DiskBytes())
		})
	}
}

func TestNothingStaysInTheFolder(t *testing.T) {
	linuxOnly(t)
	dir := filepath.Join(t.TempDir(), "cache")
	f := serve(t, onDisk(t, 16<<20), func(o *static.Options) { o.Dir = dir })
	require.Equal(t, 200, f.ask(t, "GET", "/large.bin").status)
	assert.Positive(t, f.files.DiskBytes())
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestWithTLSNothingIsCopied(t *testing.T) {
	test := httptest.NewTLSServer(http.NotFoundHandler())
	certificates := test.TLS.Certificates
	test.Close()
	ln, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: certificates, MinVersion: tls.VersionTLS12})
	require.NoError(t, err)
	f := serveOn(t, ln, onDisk(t, 16<<20))
	client := &http.Client{Timeout: 20 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	request, err := http.NewRequest("GET", "https://"+f.addr+"/p/large.bin", http.NoBody)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(large, fetch(client, request)))
	assert.Zero(t, f.files.DiskBytes())
}
