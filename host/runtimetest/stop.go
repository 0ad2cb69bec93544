package runtimetest

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// alive tells whether a process with that id exists.
func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func doubleStop(r *rig) {
	r.install(Serve, nil)
	r.start()
	one, two := r.do(r.host.Stop), r.do(r.host.Stop)
	r.succeed(one)
	r.succeed(two)
	r.stop()
	assert.Equal(r.t, host.Stopped, r.view().State)
}

func stopDuringStart(r *rig) {
	r.install(Never, nil) // is not ready for 10 s
	job := r.do(r.host.Start)
	r.eventually(host.Starting)
	r.stop()
	job = r.wait(job)
	assert.Equal(r.t, host.JobFailed, job.State)
	assert.Equal(r.t, "stopped", job.Error.Code)
	assert.Equal(r.t, host.Stopped, r.view().State)
}

func stubbornIsKilled(r *rig) {
	r.install(Stubborn, map[string]any{"stop": map[string]any{"graceSeconds": 1}})
	r.start()
	pid := r.view().PID
	r.stop()
	v := r.view()
	assert.Equal(r.t, host.Stopped, v.State)
	assert.Equal(r.t, "SIGKILL", v.LastExit.Signal)
	assert.False(r.t, alive(pid))
}

func requestsEndDuringStop(r *rig) {
	r.install(Serve, nil)
	r.start()
	got := make(chan error, 1)
	go func() {
		body, err := r.get("/slow?ms=1000")
		if err == nil && body != "slow" {
			err = os.ErrInvalid
		}
		got <- err
	}()
	require.Eventually(r.t, func() bool {
		st, err := r.host.Stats(r.t.Context(), r.id)
		return err == nil && st.RequestsActive == 1
	}, patience, time.Millisecond)
	r.stop()
	require.NoError(r.t, <-got, "the request was cut off")
}

func restartLosesNothing(r *rig) {
	r.install(Serve, nil)
	r.start()
	pid := r.view().PID
	stop, failed := make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(failed)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if _, err := r.get("/"); err != nil {
				failed <- err
				return
			}
		}
	}()
	r.restart()
	r.restart()
	close(stop)
	require.NoError(r.t, <-failed)
	assert.NotEqual(r.t, pid, r.view().PID)
}

func grandchildGoes(r *rig) {
	r.install(Serve, nil)
	r.start()
	if !r.subject.CanSpawn {
		_, err := r.get("/spawn")
		require.Error(r.t, err, "this runtime's programs cannot start processes")
		return
	}
	before := len(childrenNamed("sleep"))
	_, err := r.get("/spawn")
	require.NoError(r.t, err)
	require.Eventually(r.t, func() bool { return len(childrenNamed("sleep")) > before }, patience, 10*time.Millisecond)
	r.stop()
	require.Len(r.t, childrenNamed("sleep"), before)
}

// childrenNamed finds processes "sleep 98765", which /spawn starts.
func childrenNamed(name string) []int {
	var out []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, _ := os.ReadFile("/proc/" + e.Name() + "/cmdline")
		if strings.HasPrefix(string(line), name+"\x0098765") {
			out = append(out, pid)
		}
	}
	return out
}

func nothingLeft(r *rig) {
	r.install(Serve, nil)
	for range 3 {
		r.start()
		r.stop()
	}
	require.Empty(r.t, r.leftovers())
	job, err := r.host.Uninstall(r.t.Context(), r.id, false, admin)
	require.NoError(r.t, err)
	r.succeed(job)
	_, err = os.Stat(r.dir + "/plugins/" + r.id + "/data")
	require.ErrorIs(r.t, err, os.ErrNotExist)
	require.NoError(r.t, r.host.Remove(r.t.Context(), r.id, false, admin))
	_, err = r.host.Plugin(r.t.Context(), r.id)
	require.Equal(r.t, "plugin_not_found", fault.CodeOf(err))
	_, err = os.Stat(r.dir + "/plugins/" + r.id)
	require.ErrorIs(r.t, err, os.ErrNotExist)
}
