package runtimetest

import (
	"fmt"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// crash makes the process end with the code; the request gets no answer.
func (r *rig) crash(code int) {
	r.t.Helper()
	_, err := r.get(fmt.Sprintf("/exit?code=%d", code))
	require.Error(r.t, err)
}

func crashLater(r *rig) {
	r.install(Serve, nil)
	r.start()
	pid := r.view().PID
	r.crash(7)
	r.eventually(host.BackingOff)
	r.mustGet("/", "hello") // waits for the restart
	v := r.eventually(host.Running)
	assert.NotEqual(r.t, pid, v.PID)
	assert.Equal(r.t, 1, v.Restarts)
	require.NotNil(r.t, v.LastExit)
	assert.Equal(r.t, 7, v.LastExit.Code)
	assert.Contains(r.t, v.LastExit.Cause, "code 7")
}

func crashLoop(r *rig) {
	r.install(Serve, nil)
	r.start()
	for r.view().State != host.Failed {
		if _, err := r.get("/exit?code=5"); err != nil {
			time.Sleep(10 * time.Millisecond)
		}
	}
	v := r.view()
	assert.Contains(r.t, v.LastExit.Cause, "gave up")
	assert.Equal(r.t, 3, v.Restarts, "the budget of this test is three crashes")
	r.start()
	assert.Zero(r.t, r.view().Restarts, "a start by hand forgives")
}

func exitZero(r *rig) {
	r.install(Serve, nil)
	r.start()
	r.crash(0)
	v := r.eventually(host.Stopped)
	assert.Equal(r.t, 0, v.LastExit.Code)
}

func exitZeroAlways(r *rig) {
	r.install(Serve, map[string]any{"restart": map[string]any{"policy": "always"}})
	r.start()
	r.crash(0)
	require.Eventually(r.t, func() bool { return r.view().Restarts == 1 }, patience, 10*time.Millisecond)
	r.mustGet("/", "hello") // waits for the restart
}

func exitNever(r *rig) {
	r.install(Serve, map[string]any{"restart": map[string]any{"policy": "never"}})
	r.start()
	r.crash(4)
	v := r.eventually(host.Failed)
	assert.Equal(r.t, 4, v.LastExit.Code)
	assert.Zero(r.t, v.Restarts)
}

func killed(r *rig) {
	r.install(Serve, nil)
	r.start()
	pid := r.view().PID
	require.NoError(r.t, syscall.Kill(pid, syscall.SIGKILL))
	require.Eventually(r.t, func() bool { v := r.view(); return v.State == host.Running && v.PID != pid }, patience, 10*time.Millisecond)
	r.mustGet("/", "hello")
	assert.Equal(r.t, "SIGKILL", r.view().LastExit.Signal)
}

func logOrder(r *rig) {
	r.install(Serve, nil)
	r.start()
	r.mustGet("/log?n=300", "done")
	r.stop()
	var numbers []string
	for _, l := range r.lines(1000) {
		if strings.HasPrefix(l.Text, "line ") {
			numbers = append(numbers, l.Text)
		}
	}
	require.Len(r.t, numbers, 300)
	for k, text := range numbers {
		require.Equal(r.t, fmt.Sprintf("line %d", k+1), text)
	}
	all := r.lines(1000)
	assert.Contains(r.t, all[0].Text, "starting version 1.0.0", "the host marks a start")
	assert.Contains(r.t, all[len(all)-1].Text, "ended: ", "the host marks the end")
}

func floodBounded(r *rig) {
	r.install(Serve, map[string]any{"limits": map[string]any{"logKBps": 64}})
	r.start()
	go func() { _, _ = r.get("/flood") }()
	require.Eventually(r.t, func() bool {
		for _, l := range r.lines(10_000) {
			if l.Stream == "host" && strings.Contains(l.Text, "dropped") {
				return true
			}
		}
		return false
	}, patience, 50*time.Millisecond, "the host tells how much it dropped")
	r.stop()
	assert.Equal(r.t, host.Stopped, r.view().State)
}
