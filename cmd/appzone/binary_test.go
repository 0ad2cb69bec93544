package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// binary is the product running as a program of its own.
type binary struct {
	t    *testing.T
	cmd  *exec.Cmd
	url  string
	data string
	done chan struct{}

	mu  sync.Mutex // guards log
	log bytes.Buffer
}

func (b *binary) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(p)
}

func (b *binary) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

// freeAddress is an address that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	return ln.Addr().String()
}

// launch starts "appzone serve" and returns without waiting.
func launch(t *testing.T, data, address string, env ...string) *binary {
	t.Helper()
	b := &binary{t: t, url: "http://" + address, data: data, done: make(chan struct{})}
	b.cmd = exec.Command(os.Args[0], "serve")
	b.cmd.Dir = t.TempDir()
	b.cmd.Env = append([]string{asBinary + "=1", "PATH=" + os.Getenv("PATH"), "HOME=" + b.cmd.Dir, "XC_ADDR=" + address, "XC_DATA_DIR=" + data}, env...)
	b.cmd.Stdout, b.cmd.Stderr = b, b
	require.NoError(t, b.cmd.Start())
	go func() {
		_ = b.cmd.Wait()
		close(b.done)
	}()
	t.Cleanup(func() {
		_ = b.cmd.Process.Kill()
		<-b.done
		if t.Failed() {
			t.Logf("log of the host:\n%s", b.text())
		}
	})
	return b
}

// serve starts the binary and waits until it takes requests.
func serve(t *testing.T, data string, env ...string) *binary {
	t.Helper()
	b := launch(t, data, freeAddress(t), env...)
	require.Eventually(t, func() bool {
		res, err := http.Get(b.url + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == 200
	}, 30*time.Second, 50*time.Millisecond, "%s", b.text())
	return b
}

// ends waits for the end and returns the exit status.
func (b *binary) ends() int {
	b.t.Helper()
	select {
	case <-b.done:
	case <-time.After(30 * time.Second):
		require.Fail(b.t, "the host goes on", "%s", b.text())
	}
	return b.cmd.ProcessState.ExitCode()
}

// terminate sends SIGTERM and expects a clean end.
func (b *binary) terminate() {
	b.t.Helper()
	require.NoError(b.t, b.cmd.Process.Signal(syscall.SIGTERM))
	require.Equal(b.t, 0, b.ends(), b.text())
}

// cli runs a client verb against the binary.
func (b *binary) cli(args ...string) string {
	b.t.Helper()
	status, out, errOut := command(b.t, "", append(args, "--server", b.url)...)
	require.Equal(b.t, exitDone, status, "%v: %s", args, errOut)
	return out
}

// fetch gets a path with the token.
func (b *binary) fetch(path string, header map[string]string) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.url+path, nil)
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+os.Getenv(envToken))
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := (&http.Transport{DisableCompression: true}).RoundTrip(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return res, string(text)
}

// first logs in with the password of the first start and keeps a token for the commands that follow.
func (b *binary) first() {
	b.t.Helper()
	password := filepath.Join(b.data, passwordFile)
	info, err := os.Stat(password)
	require.NoError(b.t, err, "H1: the first password is generated")
	assert.Equal(b.t, os.FileMode(0o600), info.Mode().Perm())
	token := strings.TrimSpace(b.cli("token", "create", "test", "--user", "admin", "--password-file", password))
	require.True(b.t, strings.HasPrefix(token, "azt_"), token)
	b.t.Setenv(envToken, token)
}

func TestFromTheFirstStartToAPluginThatServes(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	dir := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "<h1>hello</h1>" + strings.Repeat("<p>text</p>", 200)})
	status, _, errOut := command(t, "", "plugin", "upload", "--dry-run", dir, "--server", b.url)
	require.Equal(t, exitDone, status, errOut)
	assert.Contains(t, b.cli("plugin", "install", dir, "--grant", "requested"), "succeeded")

	res, text := b.fetch("/apps/hello-pages/", map[string]string{"Accept-Encoding": "gzip"})
	assert.Equal(t, 200, res.StatusCode, text)
	assert.Equal(t, "gzip", res.Header.Get("Content-Encoding"))
	etag := res.Header.Get("ETag")
	res, _ = b.fetch("/apps/hello-pages/", map[string]string{"Accept-Encoding": "gzip", "If-None-Match": etag})
	assert.Equal(t, 304, res.StatusCode)

	for _, verb := range []string{"list", "show hello-pages", "plan hello-pages", "settings hello-pages", "grants hello-pages", "versions hello-pages", "stats hello-pages"} {
		for _, format := range []string{formatTable, formatJSON, formatYAML} {
			out := b.cli(append(append([]string{"plugin"}, strings.Fields(verb)...), "-o", format)...)
			assert.NotEmpty(t, out, verb)
			if format == formatJSON {
				assert.True(t, json.Valid([]byte(out)), verb)
			}
		}
	}
	assert.Contains(t, b.cli("token", "list"), "test")

	// What was acknowledged is there after a kill -9.
	require.NoError(t, b.cmd.Process.Kill())
	b.ends()
	again := serve(t, data)
	res, text = again.fetch("/apps/hello-pages/", nil)
	assert.Equal(t, 200, res.StatusCode)
	assert.Contains(t, text, "<h1>hello</h1>")
	status, _, errOut = command(t, "", "plugin", "remove", "hello-pages", "--server", again.url)
	assert.Equal(t, exitFailed, status, "it is installed")
	assert.Contains(t, errOut, "installed")
	assert.Contains(t, again.cli("plugin", "uninstall", "hello-pages"), "succeeded")
	again.cli("plugin", "remove", "hello-pages")
	again.terminate()
	assert.Contains(t, again.text(), "shutting down")
}

func TestEventsReachTheCommandLine(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	read, write := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"events", "--server", b.url, "--after", "0", "--type", "plugin.*"}, nil, write, io.Discard)
		_ = write.Close()
	}()
	b.cli("plugin", "upload", folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "x"}))
	line := make([]byte, 200)
	n, err := io.ReadAtLeast(read, line, 60)
	require.NoError(t, err)
	assert.Contains(t, string(line[:n]), "plugin.uploaded")
	cancel()
	go func() { _, _ = io.Copy(io.Discard, read) }()
	assert.Equal(t, exitDone, <-ended)
}

func TestASecondSignalEndsAtOnce(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	// A request that never ends keeps the first signal's shutdown busy.
	conn, err := net.Dial("tcp", strings.TrimPrefix(b.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "POST /api/v1/session HTTP/1.1\r\nHost: localhost:%s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", b.url[strings.LastIndexByte(b.url, ':')+1:])
	require.NoError(t, err)
	time.Sleep(200 * time.Millisecond) // the handler waits for the rest
	require.NoError(t, b.cmd.Process.Signal(syscall.SIGINT))
	require.Eventually(t, func() bool { return strings.Contains(b.text(), "shutting down") }, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, b.cmd.Process.Signal(syscall.SIGTERM))
	assert.Equal(t, exitInterrupted, b.ends())
}

func TestAStartThatCannotBeIsExplained(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	running := serve(t, filepath.Join(t.TempDir(), "data"))
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for name, c := range map[string]struct {
		data, address string
		env           []string
		status        int
		says          string
	}{
		"a taken port":                 {filepath.Join(t.TempDir(), "data"), taken.Addr().String(), nil, exitFailed, "is taken by another program"},
		"a data folder in use":         {running.data, freeAddress(t), nil, exitFailed, "in use"},
		"a data folder that is a file": {file, freeAddress(t), nil, exitFailed, "XC_DATA_DIR"},
		"an address without port":      {t.TempDir(), "localhost", nil, exitUsage, "XC_ADDR"},
		"an unknown wall":              {t.TempDir(), freeAddress(t), []string{"XC_REQUIRE_WALLS=moat"}, exitUsage, "XC_REQUIRE_WALLS"},
		"an unknown log level":         {t.TempDir(), freeAddress(t), []string{"XC_LOG_LEVEL=loud"}, exitUsage, "XC_LOG_LEVEL"},
		"a wrong public URL":           {t.TempDir(), freeAddress(t), []string{"XC_PUBLIC_URL=zone"}, exitUsage, "XC_PUBLIC_URL"},
		"no certificate":               {t.TempDir(), freeAddress(t), []string{"XC_TLS_CERT=a.pem", "XC_TLS_KEY=b.pem"}, exitFailed, "XC_TLS_CERT"},
	} {
		b := launch(t, c.data, c.address, c.env...)
		assert.Equal(t, c.status, b.ends(), "%s: %s", name, b.text())
		assert.Contains(t, b.text(), c.says, name)
		assert.Equal(t, c.status == exitFailed, strings.Contains(b.text(), "appzone doctor"), "%s: what examines the machine is named", name)
	}
}

func TestAnOwnFirstPasswordIsNotWritten(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data, "XC_ADMIN_PASSWORD=my own password", "XC_LOG_LEVEL=debug")
	_, err := os.Stat(filepath.Join(data, passwordFile))
	assert.ErrorIs(t, err, os.ErrNotExist)
	b.terminate()
	assert.NotContains(t, b.text(), "my own password", "H8")
}
