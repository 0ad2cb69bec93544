package crashtest_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// clockFile names the variable with the file that turns the clock of a binary that was built for it.
const clockFile = "APPZONE_TEST_CLOCK"

const adminPassword = "a password for the test"

// productDir is where product makes the binary; TestMain removes it.
var productDir string

// product is the product's binary, which is made once.
var product = sync.OnceValues(func() (path string, err error) {
	if productDir, err = os.MkdirTemp("", "crashtest-*"); err != nil {
		return "", err
	}
	path = filepath.Join(productDir, "appzone")
	return path, compile(path)
})

// binary is the path of the product's binary.
func binary(t *testing.T) string {
	t.Helper()
	path, err := product()
	require.NoError(t, err)
	return path
}

// compile makes a binary.
func compile(path string, flags ...string) error {
	args := append(append([]string{"build", "-o", path}, flags...), "appzone/cmd/appzone")
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// zone is a data folder with the host that runs on it, if one does.
type zone struct {
	t      *testing.T
	binary string
	data   string
	env    []string

	// What follows is of the present process.
	cmd  *exec.Cmd
	url  string
	log  *logBuffer
	done chan struct{}
	// stopping tells that it was told to stop.
	stopping atomic.Bool
}

func newZone(t *testing.T, binary, data string, env ...string) *zone {
	z := &zone{t: t, binary: binary, data: data, env: env}
	t.Cleanup(func() {
		z.kill()
		_ = os.RemoveAll(z.private())
		if t.Failed() && z.log != nil {
			t.Logf("log of the last host:\n%s", z.log)
		}
	})
	return z
}

// private is where the host keeps settings files of running plugins.
func (z *zone) private() string { return filepath.Join("/dev/shm", "appzone-"+shortHash(z.data)) }

// launch starts the host and does not wait.
func (z *zone) launch() {
	z.t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(z.t, err)
	address := ln.Addr().String()
	require.NoError(z.t, ln.Close())
	z.url, z.log, z.done = "http://"+address, &logBuffer{}, make(chan struct{})
	z.stopping.Store(false)
	z.cmd = exec.Command(z.binary, "serve")
	z.cmd.Dir = filepath.Dir(z.binary)
	z.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + z.cmd.Dir, "XC_ADDR=" + address, "XC_DATA_DIR=" + z.data,
		"XC_ADMIN_PASSWORD=" + adminPassword, "XC_PLUGIN_RESTART=true", "XC_PLUGIN_RESTART_DELAY=0", "XC_LOG_FORMAT=json",
		clockFile + "=" + os.Getenv(clockFile)}, z.env...)
	z.cmd.Stdout, z.cmd.Stderr = z.log, z.log
	require.NoError(z.t, z.cmd.Start())
	go func(cmd *exec.Cmd, done chan struct{}) {
		_ = cmd.Wait()
		close(done)
	}(z.cmd, z.done)
}

// start launches the host and waits until it takes requests.
func (z *zone) start() {
	z.t.Helper()
	z.launch()
	require.Eventually(z.t, func() bool {
		select {
		case <-z.done:
			require.Fail(z.t, "the host ended while it started", "%s", z.log)
		default:
		}
		return z.ready()
	}, time.Minute, 10*time.Millisecond, "the host does not get ready: %s", z.log)
}

func (z *zone) ready() bool {
	res, err := http.Get(z.url + "/readyz")
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// kill is kill -9, and returns when the process is gone.
func (z *zone) kill() {
	if z.cmd != nil {
		_ = z.cmd.Process.Kill()
		<-z.done
		z.cmd = nil
	}
}

// hint tells the host to stop, and does not wait.
func (z *zone) hint() {
	z.t.Helper()
	z.stopping.Store(true)
	require.NoError(z.t, z.cmd.Process.Signal(syscall.SIGTERM))
}

// terminate ends the host in order.
func (z *zone) terminate() {
	z.t.Helper()
	z.hint()
	z.ends()
	require.Equal(z.t, 0, z.cmd.ProcessState.ExitCode(), "%s", z.log)
	z.cmd = nil
}

// ends waits for the end of the process.
func (z *zone) ends() {
	z.t.Helper()
	select {
	case <-z.done:
	case <-time.After(time.Minute):
		require.Fail(z.t, "the host hangs", "%s", z.log)
	}
}

// logBuffer keeps the end of what a host writes.
type logBuffer struct {
	mu   sync.Mutex // guards text
	text []byte
}

const logKept = 256 << 10

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if over := len(l.text) - logKept; over > 0 {
		l.text = bytes.Clone(l.text[over:])
	}
	return len(p), nil
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// must panics: what a test makes itself cannot fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("test data: %v", err))
	}
	return v
}
