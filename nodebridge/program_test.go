package nodebridge_test

import (
	"bufio"
	"context"
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

	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/manifest"
	"appzone/nodebridge"
)

// patience bounds every wait of a test: long, since it only decides how late a failure shows.
const patience = 20 * time.Second

// program is a file of testdata/programs that runs with the preload on a listener of the test's own.
type program struct {
	cmd     *exec.Cmd
	client  *http.Client
	socket  string
	dataDir string

	mu      sync.Mutex
	output  strings.Builder
	control []string
	done    chan struct{} // closed once the process and its output ended
}

// newRuntime uses node in PATH; APPZONE_TEST_NODE runs the tests with another version.
func newRuntime(t *testing.T, change ...func(*nodebridge.Options)) *nodebridge.Runtime {
	t.Helper()
	o := nodebridge.Options{Dir: t.TempDir(), NodePath: os.Getenv("APPZONE_TEST_NODE")}
	for _, f := range change {
		f(&o)
	}
	r, err := nodebridge.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { // an ordinary user cannot empty a folder that is read-only
		folders, _ := filepath.Glob(filepath.Join(o.Dir, "preload-*"))
		for _, folder := range folders {
			_ = os.Chmod(folder, 0o700)
		}
	})
	return r
}

// stage lays out one program file as a version with the test's packages beside it.
func stage(t *testing.T, file string) host.Staged {
	t.Helper()
	m := &manifest.Manifest{Type: manifest.TypeScript}
	m.Parameters.ScriptName = "my-plugin"
	m.Parameters.ScriptPath = file
	s := host.Staged{Plugin: "my-plugin", Version: "1.0.0", Manifest: m, CodeDir: t.TempDir(), PreparedDir: t.TempDir()}
	also(t, s, file)
	require.NoError(t, os.Symlink(packages(t), filepath.Join(s.CodeDir, "node_modules")))
	return s
}

// start runs a program without a jail, as the host's child is run otherwise.
func start(t *testing.T, file string) *program {
	t.Helper()
	return launch(t, newRuntime(t), stage(t, file))
}

// also lays another program file beside that of a version.
func also(t *testing.T, s host.Staged, file string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata/programs", file))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(s.CodeDir, file), text, 0o644))
}

// launch runs a prepared version on what its command shows as code, with more in its environment.
func launch(t *testing.T, r *nodebridge.Runtime, s host.Staged, env ...string) *program {
	t.Helper()
	l := host.Launch{AppDir: s.CodeDir, DataDir: t.TempDir(), TempDir: t.TempDir()}
	spec, err := r.Command(t.Context(), s, l)
	require.NoError(t, err)
	if lower := spec.Jail.Overlay.Lower; lower != l.AppDir { // no overlay without a jail
		l.AppDir = lower
		spec, err = r.Command(t.Context(), s, l)
		require.NoError(t, err)
	}
	folder, err := os.MkdirTemp("", "nb") // a socket's path is at most 107 bytes
	require.NoError(t, err)
	p := &program{socket: filepath.Join(folder, "s"), dataDir: l.DataDir, done: make(chan struct{})}
	listener, err := net.Listen("unix", p.socket)
	require.NoError(t, err)
	file3, err := listener.(*net.UnixListener).File()
	require.NoError(t, err)
	control, file4, err := os.Pipe()
	require.NoError(t, err)
	output, stdout, err := os.Pipe()
	require.NoError(t, err)

	// The shell knows the id that the program will have.
	p.cmd = exec.Command("/bin/sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, spec.Path}, spec.Args...)...)
	p.cmd.Env = append(spec.Env, "LISTEN_FD=3", "LISTEN_FDS=1", "APPZONE_CONTROL_FD=4")
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Dir = spec.Dir
	p.cmd.ExtraFiles = []*os.File{file3, file4}
	p.cmd.Stdout, p.cmd.Stderr = stdout, stdout
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(t, p.cmd.Start())
	for _, f := range []*os.File{file3, file4, stdout} {
		f.Close()
	}
	p.client = &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: p.dial}}
	go p.collect(output, control)
	t.Cleanup(func() {
		syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.done
		p.client.CloseIdleConnections()
		listener.Close()
		os.RemoveAll(folder)
		if t.Failed() {
			t.Log(p.text())
		}
	})
	return p
}

func (p *program) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", p.socket)
}

func (p *program) collect(output, control *os.File) {
	var readers sync.WaitGroup
	read := func(f *os.File, line func(string)) {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			p.mu.Lock()
			line(s.Text())
			p.mu.Unlock()
		}
	}
	readers.Go(func() { read(output, func(s string) { p.output.WriteString(s + "\n") }) })
	readers.Go(func() { read(control, func(s string) { p.control = append(p.control, s) }) })
	_ = p.cmd.Wait()
	syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL) // what the program left would hold the pipes
	readers.Wait()
	close(p.done)
}

func (p *program) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String() + strings.Join(p.control, "\n")
}

func (p *program) events() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.control, "\n")
}

// waitFor waits until the program's output or its control channel shows a text.
func (p *program) waitFor(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(p.text(), text) }, patience, 5*time.Millisecond, "no %q", text)
}

// get asks for a path; a request waits in the listener until the program listens.
func (p *program) get(t *testing.T, path string) string {
	t.Helper()
	status, body, err := p.try(path)
	require.NoError(t, err)
	require.Equal(t, 200, status, body)
	return body
}

func (p *program) try(path string) (int, string, error) {
	response, err := p.client.Get("http://plugin" + path)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

// exit waits for the end and returns "code 0" or "signal killed".
func (p *program) exit(t *testing.T) string {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		require.Fail(t, "still running", p.text())
	}
	status := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return "signal " + status.Signal().String()
	}
	return fmt.Sprintf("code %d", status.ExitStatus())
}

func (p *program) terminate(t *testing.T) {
	t.Helper()
	require.NoError(t, p.cmd.Process.Signal(syscall.SIGTERM))
}
