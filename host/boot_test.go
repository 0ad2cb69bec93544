package host_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// running is a rig with the script plugin "p" that runs.
func running(t *testing.T) *rig {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	require.Equal(t, host.Running, r.view("p").State)
	return r
}

func TestWithoutRestartNothingComesBack(t *testing.T) {
	r := running(t)
	r.reboot(nil)
	v := r.view("p")
	assert.Equal(t, host.Stopped, v.State)
	assert.Equal(t, host.DesiredStopped, v.Desired)
	assert.Nil(t, v.WaitingUntil)
}

func TestWithRestartItWaitsForFiveMinutesUnlessSaid(t *testing.T) {
	r := running(t)
	r.reboot(func(c *host.Config) { c.RestartPlugins = true })
	require.Eventually(t, func() bool { return r.view("p").WaitingUntil != nil }, 10*time.Second, time.Millisecond)
	v := r.view("p")
	assert.Equal(t, host.Stopped, v.State)
	assert.Equal(t, host.DesiredRunning, v.Desired)
	assert.WithinDuration(t, time.Now().Add(300*time.Second), *v.WaitingUntil, 30*time.Second)
	_, _, err := r.Acquire(t.Context(), "p")
	assert.Equal(t, "stopped", fault.CodeOf(err))
	assert.Greater(t, fault.From(err).RetryAfter, 4*time.Minute, "the client is told when")

	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	v = r.view("p")
	assert.Equal(t, host.Running, v.State, "a start by hand skips the wait")
	assert.Nil(t, v.WaitingUntil)
}

func TestWithRestartItComesBackAfterTheDelay(t *testing.T) {
	r := running(t)
	r.reboot(func(c *host.Config) { c.RestartPlugins, c.RestartDelay = true, 50*time.Millisecond })
	require.Eventually(t, func() bool { return r.view("p").State == host.Running }, time.Minute, 5*time.Millisecond)
}

// Row F2: on a disk that is nearly full the host starts, for somebody to make room.
func TestAFullDiskDoesNotKeepTheHostDown(t *testing.T) {
	r := running(t)
	r.reboot(func(c *host.Config) {
		c.Store = &failing{Store: c.Store, err: fault.New(fault.NoSpace, "disk_full", "the disk is full")}
	})
	v := r.view("p")
	assert.Equal(t, host.Stopped, v.State)
	assert.Equal(t, host.DesiredStopped, v.Desired)
}

func TestAPluginThatCannotBeSupervisedLeavesTheOthersAlone(t *testing.T) {
	r := running(t)
	r.mustUpload(fmt.Sprintf(html, "H", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("h", true).State)
	r.Close()
	require.NoError(t, os.RemoveAll(filepath.Join(r.dir, "logs", "p")))
	require.NoError(t, os.WriteFile(filepath.Join(r.dir, "logs", "p"), nil, 0o600))
	r.reboot(nil)
	assert.Equal(t, host.Running, r.view("h").State)
	assert.Equal(t, host.DesiredRunning, r.view("h").Desired)
	_, err := r.Start(t.Context(), "p", admin)
	assert.Equal(t, "not_a_running_script", fault.CodeOf(err))
}

func TestOnlyWhatRanComesBack(t *testing.T) {
	r := running(t)
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	r.reboot(func(c *host.Config) { c.RestartPlugins, c.RestartDelay = true, time.Millisecond })
	time.Sleep(300 * time.Millisecond) // long enough for a start to be seen, were there one
	assert.Equal(t, host.Stopped, r.view("p").State)
}

func TestEventsSurviveAndResume(t *testing.T) {
	r := running(t)
	sub := r.Bus().Subscribe()
	defer sub.Close()
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	var last uint64
	var kinds []string
	for e := range sub.C {
		if e.Type != "job.progress" {
			assert.Greater(t, e.Seq, last)
			last = e.Seq
			kinds = append(kinds, e.Type)
		}
		if e.Type == "job.ended" {
			break
		}
	}
	assert.Equal(t, []string{"job.started", "plugin.state", "plugin.state", "plugin.stop", "job.ended"}, kinds)
	r.reboot(nil)
	old, err := r.Bus().Since(t.Context(), last-1, "", 10)
	require.NoError(t, err)
	require.NotEmpty(t, old)
	assert.Equal(t, last, old[0].Seq)
	newest, err := r.Bus().Before(context.Background(), 0, "p", 3)
	require.NoError(t, err)
	assert.Len(t, newest, 3)
}

func TestASlowSubscriberIsDroppedAndTold(t *testing.T) {
	r := newRig(t, nil)
	sub := r.Bus().Subscribe()
	for range 1000 {
		r.Bus().Announce(host.Event{Type: "test"})
	}
	n := 0
	for range sub.C {
		n++
	}
	assert.True(t, sub.Lost())
	assert.Less(t, n, 1000)
}

func TestAStopEndsTheWaitForTheBootDelay(t *testing.T) {
	r := running(t)
	r.reboot(func(c *host.Config) { c.RestartPlugins = true })
	require.Eventually(t, func() bool { return r.view("p").WaitingUntil != nil }, 10*time.Second, time.Millisecond)
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Nil(t, r.view("p").WaitingUntil)
	assert.Equal(t, host.DesiredStopped, r.view("p").Desired)
}

func TestAPolicyOfNeverHoldsAtBootToo(t *testing.T) {
	broken := false
	own := ownRuntime{command: func() error {
		if broken {
			return fault.New(fault.Invalid, "start_failed", "it does not start any more")
		}
		return nil
	}}
	change := func(c *host.Config) {
		c.Runtimes, c.RestartPlugins, c.RestartDelay = []host.Runtime{own}, true, time.Millisecond
	}
	r := newRig(t, change)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"restart":{"policy":"never"}`))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	broken = true
	r.reboot(change)
	require.Eventually(t, func() bool { return r.view("p").State == host.Failed }, 10*time.Second, time.Millisecond)
	assert.Zero(t, r.view("p").Restarts)
}
