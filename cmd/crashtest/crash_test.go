package crashtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
	"appzone/host/fault"
)

// TestKillAtEveryPoint covers row A10: whatever the moment, what was acknowledged is there, nothing is half done, and
// no process of the dead host lives on.
func TestKillAtEveryPoint(t *testing.T) {
	for at := 1; ; at++ {
		finished := false
		t.Run(fmt.Sprintf("hook %d", at), func(t *testing.T) {
			dir := t.TempDir()
			acknowledged, pids, end := runChild(t, dir, at)
			t.Log(end)
			if finished = end == "finished"; finished {
				return
			}
			require.True(t, strings.HasPrefix(end, "killed at "), end)
			for _, pid := range pids {
				require.Eventually(t, func() bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }, 30*time.Second, 10*time.Millisecond,
					"process %d outlived its host", pid)
			}
			check(t, dir, acknowledged)
		})
		if finished {
			require.Greater(t, at, 10, "there are more points than that")
		}
		if finished || t.Failed() {
			return
		}
	}
}

// runChild runs the scenario and returns what it acknowledged, the plugin processes that it had, and its last word.
func runChild(t *testing.T, dir string, at int) (acknowledged int, pids []int, end string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childKill+"="+strconv.Itoa(at))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL) {
		require.NoError(t, err, "%s", out)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		switch word, rest, _ := strings.Cut(line, " "); word {
		case "acknowledged":
			require.Equal(t, steps[acknowledged].name, rest)
			acknowledged++
		case "pid":
			pid, err := strconv.Atoi(rest)
			require.NoError(t, err)
			pids = append(pids, pid)
		}
		end = line
	}
	return acknowledged, pids, end
}

// check opens the folder again, holds it to the promises, and goes on with the steps to the end.
func check(t *testing.T, dir string, acknowledged int) {
	t.Helper()
	s, err := open(dir, nil)
	require.NoError(t, err)
	defer func() { require.NoError(t, s.close()) }()
	done := map[string]bool{}
	for _, step := range steps[:acknowledged] {
		done[step.name] = true
	}
	checkPages(t, s, done)
	checkScript(t, s, dir, done)
	jobs, _, err := s.Jobs(t.Context(), "", 100)
	require.NoError(t, err)
	for _, job := range jobs {
		assert.True(t, job.State.Ended(), "job %s is %s after the restart", job.Kind, job.State)
	}
	checkTrail(t, s, acknowledged)
	goOn(t, s, acknowledged)
	checkTrail(t, s, len(steps))
	checkFolders(t, s, dir)
}

// checkTrail finds the chain whole, and an entry for each change that was acknowledged.
func checkTrail(t *testing.T, s system, acknowledged int) {
	t.Helper()
	report, err := s.VerifyAudit(t.Context(), nil)
	require.NoError(t, err)
	assert.True(t, report.OK, report.Reason)
	entries, _, err := s.Audit(t.Context(), audit.Filter{Outcome: audit.Done, Kind: "plugin."}, 0, 100)
	require.NoError(t, err)
	found := map[string]int{}
	for _, e := range entries {
		found[e.Kind+" "+e.Plugin]++
	}
	want := map[string]int{}
	for _, step := range steps[:acknowledged] {
		want[step.act]++
	}
	for act, n := range want {
		assert.GreaterOrEqual(t, found[act], n, act)
	}
}

func checkPages(t *testing.T, s system, done map[string]bool) {
	t.Helper()
	view, err := s.Plugin(t.Context(), "pages")
	if done["remove pages"] {
		assert.Equal(t, "plugin_not_found", fault.CodeOf(err))
		return
	}
	if done["upload pages"] && !done["uninstall pages"] {
		require.NoError(t, err)
	}
	if done["install pages"] && !done["uninstall pages"] && err == nil && view.Active {
		site, err := s.Site(t.Context(), "pages")
		require.NoError(t, err)
		assert.Equal(t, "<p>1.0.0", readBlob(t, s, site.Files["index.html"].SHA256))
	}
}

func checkScript(t *testing.T, s system, dir string, done map[string]bool) {
	t.Helper()
	view, err := s.Plugin(t.Context(), "script")
	if done["upload script"] {
		require.NoError(t, err)
	}
	if err != nil || !view.Active {
		assert.False(t, done["install script"], "an acknowledged installation is gone")
		return
	}
	if view.Desired == host.DesiredRunning { // it comes back by itself, whole
		require.Eventually(t, func() bool {
			v, err := s.Plugin(context.Background(), "script")
			return err == nil && v.State == host.Running
		}, time.Minute, 20*time.Millisecond)
	}
	if view, err = s.Plugin(t.Context(), "script"); assert.NoError(t, err) {
		checkKept(t, dir, view.Version)
	}
	switch {
	case done["go back to 1"] && !done["go on to 2"]:
		assert.NotEqual(t, failing, view.Version)
	case done["overlap script 2.5"]:
		assert.Equal(t, last, view.Version)
	case done["go on to 2"]:
		assert.Contains(t, []string{"2.0.0", last}, view.Version)
	}
}

// checkKept finds in the plugin's data what the version, and those before it, wrote, and nothing of one that was left.
func checkKept(t *testing.T, dir, version string) {
	t.Helper()
	kept, err := os.ReadFile(filepath.Join(dir, "plugins", "script", "data", "kept"))
	require.NoError(t, err)
	starts := strings.Fields(string(kept))
	require.NotEmpty(t, starts)
	assert.Equal(t, "1.0.0", starts[0])
	for _, start := range starts {
		if start == last && version == "2.0.0" { // which it was started beside
			continue
		}
		assert.LessOrEqual(t, start, version, "%s", kept)
	}
}

// goOn does what was not acknowledged; what had been done all the same is no error.
func goOn(t *testing.T, s system, acknowledged int) {
	t.Helper()
	for k, step := range steps[acknowledged:] {
		err := step.do(s)
		if k == 0 && err != nil {
			assert.Contains(t, []string{"not_installed", "plugin_not_found"}, fault.CodeOf(err), "%s: %v", step.name, err)
			continue
		}
		require.NoError(t, err, step.name)
	}
	view, err := s.Plugin(t.Context(), "script")
	require.NoError(t, err)
	assert.Equal(t, last, view.Version)
	assert.Equal(t, host.Running, view.State)
}

// checkFolders finds nothing on the disk that belongs to no record.
func checkFolders(t *testing.T, s system, dir string) {
	t.Helper()
	require.Eventually(t, func() bool {
		plugins, err := os.ReadDir(filepath.Join(dir, "plugins"))
		return err == nil && len(plugins) == 1 && plugins[0].Name() == "script"
	}, 30*time.Second, 20*time.Millisecond, "the folder of a removed plugin is left")
	require.Eventually(t, func() bool {
		snapshots, err := os.ReadDir(filepath.Join(dir, "plugins", "script", "snapshots"))
		return err == nil && len(snapshots) == 0
	}, 30*time.Second, 20*time.Millisecond, "a snapshot that no record names is left")
	uploads, err := os.ReadDir(filepath.Join(dir, "uploads"))
	require.NoError(t, err)
	assert.Empty(t, uploads)
}

func readBlob(t *testing.T, s system, d host.Digest) string {
	t.Helper()
	b, err := s.store.Blobs().Open(d)
	require.NoError(t, err)
	defer b.Close()
	content, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
	require.NoError(t, err)
	return string(content)
}
