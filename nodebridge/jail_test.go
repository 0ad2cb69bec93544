package nodebridge_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/process"
	"appzone/nodebridge"
)

// jailed is a program as the host runs it.
type jailed struct {
	*process.Process
	listener *process.Listener
	client   *http.Client
	upper    string
	mu       sync.Mutex
	log      strings.Builder
}

func startJailed(t *testing.T, r *nodebridge.Runtime, s host.Staged, memoryBytes int64, change ...func(*process.Spec)) *jailed {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"app", "data", "tmp", "upper", "work", "run"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
	}
	l := host.Launch{AppDir: filepath.Join(dir, "app"), DataDir: filepath.Join(dir, "data"), TempDir: filepath.Join(dir, "tmp"), MemoryBytes: memoryBytes}
	spec, err := r.Command(t.Context(), s, l)
	require.NoError(t, err)
	j := &jailed{upper: filepath.Join(dir, "upper")}
	j.listener, err = process.NewListener(filepath.Join(dir, "run"))
	require.NoError(t, err)
	t.Cleanup(func() { j.listener.Close() })
	spec.Listener = j.listener
	spec.Env = append(spec.Env, "TZ=UTC", "LANG=C.UTF-8")
	spec.Jail.Overlay.Upper, spec.Jail.Overlay.Work = j.upper, filepath.Join(dir, "work")
	spec.Limits.Processes, spec.Limits.OpenFiles = 64, 256
	spec.Output = func(l process.Line) {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.log.WriteString(l.Text + "\n")
	}
	for _, f := range change {
		f(&spec)
	}
	j.Process, err = process.Start(t.Context(), spec)
	require.NoError(t, err)
	j.client = &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return j.listener.Dial(ctx) }}}
	t.Cleanup(func() {
		j.Kill()
		j.client.CloseIdleConnections()
		if t.Failed() {
			t.Log(j.text(), j.Exit().Cause, j.Walls())
		}
	})
	return j
}

func (j *jailed) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.String()
}

func (j *jailed) get(t *testing.T, path string) string {
	t.Helper()
	response, err := j.client.Get("http://plugin" + path)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return string(body)
}

// end waits for it to end by itself.
func (j *jailed) end(t *testing.T) process.Exit {
	t.Helper()
	select {
	case <-j.Done():
	case <-time.After(patience):
		require.Fail(t, "still running")
	}
	return j.Exit()
}

const defaultMemory = 512 << 20

func TestProgramInItsJail(t *testing.T) {
	text, err := os.ReadFile("testdata/programs/beside.js")
	require.NoError(t, err)
	s := staged(t, "app/index.js", map[string]string{"app/index.js": string(text), "config.json": "{}"})
	j := startJailed(t, newRuntime(t), s, defaultMemory)
	var seen struct {
		Message, Title, Cwd, Exec, Config string
		Env                               []string
		CPUs                              bool
	}
	decode(t, j.get(t, "/"), &seen)
	assert.Regexp(t, `^child of \d+$`, seen.Message)
	assert.Equal(t, "my-plugin", seen.Title)
	assert.True(t, filepath.IsAbs(seen.Exec), seen.Exec)
	assert.Equal(t, "{}", seen.Config, "the working folder is the code's")
	// F3, B8: nothing of the host's environment, and no settings.
	assert.Equal(t, []string{"HOME", "LANG", "LISTEN_FD", "LISTEN_FDS", "LISTEN_PID", "NODE_ENV", "PATH", "TMPDIR", "TZ"}, seen.Env)
	assert.FileExists(t, filepath.Join(j.upper, "app/config.json"))
	assert.NoFileExists(t, filepath.Join(s.CodeDir, "app/config.json"))
	_, err = net.Dial("tcp", "localhost:9006") // D7
	assert.Error(t, err)
	j.Stop(patience)
	assert.Equal(t, 0, j.Exit().Code)
}

func TestRequestInFlightEndsWhenTheHostStopsTheProgram(t *testing.T) {
	text, err := os.ReadFile("testdata/programs/slow.js")
	require.NoError(t, err)
	j := startJailed(t, newRuntime(t), staged(t, "index.js", map[string]string{"index.js": string(text)}), defaultMemory)
	answer := make(chan string, 1)
	go func() { answer <- j.get(t, "/slow") }()
	require.Eventually(t, func() bool { return strings.Contains(j.text(), "slow request") }, patience, 5*time.Millisecond)
	j.Stop(patience)
	assert.Equal(t, "slow", <-answer)
	assert.Equal(t, 0, j.Exit().Code)
}

// F2: the limit holds for buffers, which the heap's own limit does not count, and for objects.
func TestMemoryIsBounded(t *testing.T) {
	for _, kind := range []string{"buffers", "objects"} {
		t.Run(kind, func(t *testing.T) {
			text, err := os.ReadFile("testdata/programs/eats-" + kind + ".js")
			require.NoError(t, err)
			j := startJailed(t, newRuntime(t), staged(t, "index.js", map[string]string{"index.js": string(text)}), defaultMemory)
			j.end(t)
			assert.NotEqual(t, process.Exit{}, j.Exit())
			assert.NotZero(t, j.Exit().Code)
			assert.NotContains(t, j.text(), fmt.Sprintf("%d MB", defaultMemory>>20))
			assert.Equal(t, process.LimitMemory, j.Exit().Limit)
			assert.True(t, strings.HasPrefix(j.Exit().Cause, "memory limit of 512 MB reached"), j.Exit().Cause)
			if kind == "objects" {
				assert.Contains(t, j.text(), "JavaScript heap out of memory")
			}
		})
	}
}
