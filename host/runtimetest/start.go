package runtimetest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

func startsReady(r *rig) {
	r.install(Serve, nil)
	require.Equal(r.t, host.Stopped, r.view().State)
	r.start()
	v := r.view()
	assert.Equal(r.t, host.Running, v.State)
	assert.Equal(r.t, host.DesiredRunning, v.Desired)
	assert.True(r.t, v.Listening)
	assert.NotZero(r.t, v.PID)
	assert.NotEmpty(r.t, v.Walls, "every wall is shown")
	r.mustGet("/", "hello")
	r.stop()
	v = r.view()
	assert.Equal(r.t, host.Stopped, v.State)
	assert.Equal(r.t, host.DesiredStopped, v.Desired)
	_, err := r.get("/")
	assert.Equal(r.t, "stopped", fault.CodeOf(err))
	r.start()
	r.mustGet("/", "hello")
}

func startsLate(r *rig) {
	r.install(Late, nil)
	job := r.do(r.host.Start)
	r.eventually(host.Starting)
	r.mustGet("/", "hello") // waits in the proxy
	r.succeed(job)
}

func neverListens(r *rig) {
	r.install(Never, map[string]any{"readiness": map[string]any{"timeoutSeconds": 1}})
	r.start()
	v := r.view()
	assert.Equal(r.t, host.Running, v.State)
	assert.False(r.t, v.Listening)
	_, err := r.get("/")
	assert.Equal(r.t, "no_listener", fault.CodeOf(err))
	r.stop()
	assert.Equal(r.t, host.Stopped, r.view().State)
}

func muteFails(r *rig) {
	r.install(Mute, map[string]any{"readiness": map[string]any{"timeoutSeconds": 1}})
	job := r.wait(r.do(r.host.Start))
	require.Equal(r.t, host.JobFailed, job.State)
	assert.Equal(r.t, "not_ready", job.Error.Code)
	assert.Equal(r.t, host.Failed, r.view().State)
}

func doubleStart(r *rig) {
	r.install(Late, nil)
	one, two := r.do(r.host.Start), r.do(r.host.Start)
	r.succeed(one)
	pid := r.view().PID
	r.succeed(two)
	r.start()
	assert.Equal(r.t, pid, r.view().PID, "a further start changes nothing")
}

func crashOnStart(r *rig) {
	r.install(Crash, nil)
	job := r.wait(r.do(r.host.Start))
	require.Equal(r.t, host.JobFailed, job.State)
	assert.Equal(r.t, "start_failed", job.Error.Code)
	assert.Contains(r.t, job.Error.Detail, "code 3")
	assert.Contains(r.t, strings.Join(job.Output, "\n"), "about to crash")
	v := r.view()
	assert.Equal(r.t, host.Failed, v.State)
	require.NotNil(r.t, v.LastExit)
	assert.Equal(r.t, 3, v.LastExit.Code)
	_, err := r.get("/")
	assert.Equal(r.t, "failed", fault.CodeOf(err))
}

func quitOnStart(r *rig) {
	r.install(Quit, nil)
	job := r.wait(r.do(r.host.Start))
	require.Equal(r.t, host.JobFailed, job.State)
	assert.Equal(r.t, "start_failed", job.Error.Code)
	assert.Contains(r.t, job.Error.Detail, "code 0")
}

// changedFile covers row A9.
func changedFile(r *rig) {
	r.install(Serve, nil)
	r.start()
	r.stop()
	code, err := filepath.Glob(filepath.Join(r.dir, "plugins", r.id, "versions", "*", "code", "behaviour"))
	require.NoError(r.t, err)
	require.Len(r.t, code, 1)
	require.NoError(r.t, os.Chmod(code[0], 0o600))
	require.NoError(r.t, os.WriteFile(code[0], []byte(Crash), 0o600))
	job := r.wait(r.do(r.host.Start))
	require.Equal(r.t, host.JobFailed, job.State)
	assert.Equal(r.t, "files_changed", job.Error.Code)
	assert.Contains(r.t, job.Error.Detail, `"behaviour"`)
}

// changedPrepared covers row A9 for what the runtime made of the files, such as compiled code.
func changedPrepared(r *rig) {
	r.install(Serve, nil)
	prepared, err := filepath.Glob(filepath.Join(r.dir, "plugins", r.id, "versions", "*", "prepared-*"))
	require.NoError(r.t, err)
	require.Len(r.t, prepared, 1)
	changed := ""
	require.NoError(r.t, filepath.WalkDir(prepared[0], func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || changed != "" {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil || len(content) == 0 {
			return err
		}
		changed = d.Name()
		content[len(content)-1] ^= 1
		return errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, content, 0o600))
	}))
	if changed == "" {
		r.t.Skip("this runtime makes nothing of this program")
	}
	job := r.wait(r.do(r.host.Start))
	require.Equal(r.t, host.JobFailed, job.State)
	assert.Equal(r.t, "files_changed", job.Error.Code)
	assert.Contains(r.t, job.Error.Detail, changed)
}

func manyAtOnce(r *rig) {
	r.install(Serve, nil)
	var all sync.WaitGroup
	for k := range 12 {
		all.Go(func() {
			op := []func(*rig) host.Job{
				func(r *rig) host.Job { return r.do(r.host.Start) },
				func(r *rig) host.Job { return r.do(r.host.Restart) },
				func(r *rig) host.Job { return r.do(r.host.Stop) },
			}[k%3]
			r.wait(op(r))
		})
	}
	all.Wait()
	r.start()
	r.mustGet("/", "hello")
	r.stop()
	assert.Equal(r.t, host.Stopped, r.view().State)
}

func hostEnds(r *rig) {
	r.install(Serve, nil)
	r.start()
	pid := r.view().PID
	began := time.Now()
	r.host.Close()
	assert.Less(r.t, time.Since(began), patience)
	assert.False(r.t, alive(pid), "the process outlived its host")
}
