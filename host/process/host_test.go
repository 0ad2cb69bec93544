package process_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// F1: orphans after the host's crash.
func TestTheWholeTreeEndsWithAHostThatIsKilled(t *testing.T) {
	onEach(t, func(t *testing.T, m process.Capabilities) {
		for _, kind := range []string{"program", "entry"} {
			n, dir := word(), t.TempDir()
			o := order{Machine: m, Name: "sh " + n, Path: "/bin/sh", Args: []string{"-c", escape + "sleep $0", n}, MarkDir: dir}
			if kind == "entry" {
				o = order{Machine: m, Name: "sleep " + n, Entry: "wait", MarkDir: dir}
			}
			host := startHost(t, o)
			require.NotEmpty(t, running("sleep "+n))
			require.NoError(t, host.Process.Kill())
			_ = host.Wait()
			requireGone(t, n)
			requireEnded(t, filepath.Join(dir, "one.mark"))
			swept, err := process.Sweep(dir)
			require.NoError(t, err)
			assert.Zero(t, swept, "nothing was left")
			assert.NoFileExists(t, filepath.Join(dir, "one.mark"))
		}
	})
}

// startHost runs this binary as a host until its child runs.
func startHost(t *testing.T, o order) *exec.Cmd {
	t.Helper()
	text, err := json.Marshal(o)
	require.NoError(t, err)
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), helperHost+"="+string(text))
	host.Stderr = os.Stderr
	out, err := host.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, host.Start())
	t.Cleanup(func() { _ = host.Process.Kill(); _ = host.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, line, "ready")
	return host
}

// requireEnded waits until the process that a mark names is dead: it loses its name some time before.
func requireEnded(t *testing.T, mark string) {
	t.Helper()
	text, err := os.ReadFile(mark)
	require.NoError(t, err)
	var named struct{ PID int }
	require.NoError(t, json.Unmarshal(text, &named))
	require.Eventually(t, func() bool {
		state, _ := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(named.PID)).Output()
		return len(state) == 0 || state[0] == 'Z'
	}, 10*time.Second, 10*time.Millisecond)
}

func TestSweepEndsWhatAMarkNames(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		n := word()
		spec, out := shell("(sleep $0 &); setsid sleep $0 & echo waiting; sleep $0")
		spec.Args = append(spec.Args, n)
		spec.MarkDir, spec.Mark = t.TempDir(), "one"
		p := start(t, spec)
		out.await(t, "waiting")

		swept, err := process.Sweep(spec.MarkDir)
		require.NoError(t, err)
		assert.Equal(t, 1, swept)
		assert.Equal(t, "SIGKILL", await(t, p).Signal)
		requireGone(t, n)
		entries, err := os.ReadDir(spec.MarkDir)
		require.NoError(t, err)
		assert.Empty(t, entries)
	})
}

// F4: the process id of a mark belongs to something else by now.
func TestSweepLeavesOthersAlone(t *testing.T) {
	spec, out := entry("wait")
	spec.MarkDir, spec.Mark = t.TempDir(), "one"
	p := start(t, spec)
	out.await(t, "waiting")
	path := filepath.Join(spec.MarkDir, "one.mark")
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var right map[string]any
	require.NoError(t, json.Unmarshal(text, &right))

	for name, change := range map[string]map[string]any{
		"other start time": {"start": "12345"},
		"no start time":    {"start": ""},
		"other boot":       {"boot": "0b1c"},
		"init":             {"pid": 1},
		"a whole group":    {"pid": -1},
		"nobody":           {"pid": 1 << 22},
	} {
		wrong := map[string]any{}
		for k, v := range right {
			wrong[k] = v
		}
		for k, v := range change {
			wrong[k] = v
		}
		text, err := json.Marshal(wrong)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		n, err := process.Sweep(spec.MarkDir)
		require.NoError(t, err, name)
		assert.Zero(t, n, name)
		assert.NoFileExists(t, path)
	}
	for _, text := range []string{"", "{", "null", "[1]", `{"pid":"x"}`} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		n, err := process.Sweep(spec.MarkDir)
		require.NoError(t, err, text)
		assert.Zero(t, n, text)
	}
	select {
	case <-p.Done():
		require.Fail(t, "a process was killed that no mark names")
	default:
	}
	n, err := process.Sweep(filepath.Join(spec.MarkDir, "missing"))
	assert.NoError(t, err)
	assert.Zero(t, n)
}

func TestMarksLiveAsLongAsTheChild(t *testing.T) {
	spec, out := entry("wait")
	spec.MarkDir, spec.Mark = t.TempDir(), "one"
	p := start(t, spec)
	out.await(t, "waiting")
	assert.FileExists(t, filepath.Join(spec.MarkDir, "one.mark"))
	p.Stop(20 * time.Second)
	assert.NoFileExists(t, filepath.Join(spec.MarkDir, "one.mark"))
}

// A parent-death signal fires when the forking thread ends: threads that end must not take children along.
func TestChildrenSurviveTheThreadThatAskedForThem(t *testing.T) {
	spec, out := entry("wait")
	started := make(chan *process.Process)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		started <- start(t, spec)
	}()
	p := <-started
	out.await(t, "waiting")
	select {
	case <-p.Done():
		require.Fail(t, "it died with the thread")
	case <-time.After(200 * time.Millisecond):
	}
}

// The same tests, as an ordinary user: user namespaces, no root's powers.
func TestAsAnOrdinaryUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("these are an ordinary user's tests already")
	}
	const nobody = 65534
	dir, err := os.MkdirTemp("", "appzone-user-")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	binary := filepath.Join(dir, "process.test")
	text, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(binary, text, 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "tmp"), 0o700))
	require.NoError(t, os.Chown(filepath.Join(dir, "tmp"), nobody, nobody))

	cmd := exec.Command(binary, "-test.count=1")
	cmd.Dir = filepath.Join(dir, "tmp")
	cmd.Env = append(os.Environ(), "TMPDIR="+cmd.Dir, "HOME="+cmd.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
