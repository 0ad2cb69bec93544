package host_test

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

const overlaps = `,"upgrade":"overlap"`

func TestAnOverlappingUpgradeStartsTheNewVersionFirst(t *testing.T) {
	var r *rig
	oldPID, both := 0, false
	r = keeping(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "overlap.ready" {
				v := r.view("p")
				both = v.Version == "1.0.0" && v.State == host.Running && v.PID == oldPID
			}
		}
	})
	oldPID = r.view("p").PID
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", overlaps, host.InstallRequest{}).State)
	assert.True(t, both, "the former version ran until the new one was ready")
	assert.Equal(t, kept{"2.0.0", "one two", "one two", "{}"}, r.say(" two"), "it has the data, and what was beside the code")
	v := r.view("p")
	assert.Equal(t, host.Running, v.State)
	assert.True(t, v.Trial)
	assert.False(t, v.Former.Snapshot)
	assert.Empty(t, r.snapshots())

	// What it writes beside its code is gone with the instance; what was there before is not.
	job, err := r.Restart(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Equal(t, kept{"2.0.0", "one two", "one", "{}"}, r.say(""))
	folders, err := filepath.Glob(filepath.Join(r.dir, "run", "*"))
	require.NoError(t, err)
	assert.Len(t, folders, 1, "that of the instance that runs")

	// Back with its data as it is; there is no copy.
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{}).State)
	assert.Equal(t, kept{"1.0.0", "one two", "one", "{}"}, r.say(""))
}

// Row A10: a version that does not get ready leaves the one that runs alone.
func TestAnOverlappingUpgradeThatFailsTouchesNothing(t *testing.T) {
	r := keeping(t, nil)
	pid := r.view("p").PID
	job := r.upgrade("2.0.0-fail", overlaps, host.InstallRequest{})
	assert.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "start_failed", job.Error.Code)
	assert.Contains(t, job.Error.Detail, `version 2.0.0-fail of "p" did not take over, and the version that runs goes on`)
	job = r.upgrade("2.0.0-deaf", overlaps+`,"readiness":{"timeoutSeconds":1}`, host.InstallRequest{})
	assert.Equal(t, "not_ready", job.Error.Code, "it takes no requests, and the one that runs does")
	v := r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Equal(t, pid, v.PID)
	assert.Nil(t, v.Former)
	assert.Equal(t, "1.0.0", r.say("").Version)
	folders, err := filepath.Glob(filepath.Join(r.dir, "run", "*"))
	require.NoError(t, err)
	assert.Len(t, folders, 1)
}

// A version that fails later, in its trial, is taken back, and the data stays.
func TestAnOverlappingVersionIsOnTrial(t *testing.T) {
	r := trying(t, time.Hour, host.Backoff{First: time.Millisecond, Max: time.Millisecond, HalfLife: time.Hour, Budget: 2.5, Stable: time.Hour})
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-loop", overlaps, host.InstallRequest{}).State)
	r.rolledBack()
	r.becomes("1.0.0", host.Running)
	assert.Contains(t, r.say("").Data, "one looped")
}

// Requests that come all the time are all answered, by one version or the other, and never by the old one after the new one.
func TestRequestsNeverMissAnOverlappingUpgrade(t *testing.T) {
	r := keeping(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	var asked atomic.Int64
	for range 4 {
		clients.Go(func() {
			last := ""
			for ctx.Err() == nil {
				var said kept
				if err := r.trySay(context.WithoutCancel(ctx), "", &said); !assert.NoError(t, err) {
					return
				}
				assert.GreaterOrEqual(t, said.Version, last)
				last = said.Version
				asked.Add(1)
			}
		})
	}
	for n := 2; n <= 5; n++ {
		require.Equal(t, host.JobSucceeded, r.upgrade(fmt.Sprintf("%d.0.0", n), overlaps, host.InstallRequest{}).State)
	}
	stop()
	clients.Wait()
	assert.Positive(t, asked.Load())
	assert.Equal(t, "5.0.0", r.say("").Version)
}

// whileItStarts upgrades to a version whose start is held until during has been done.
func whileItStarts(t *testing.T, during func(r *rig, install host.Job)) (*rig, host.Job) {
	t.Helper()
	held, on := make(chan struct{}), make(chan struct{})
	r := keeping(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "overlap.ready" {
				close(held)
				<-on
			}
		}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", overlaps))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	install, err := r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
	require.NoError(t, err)
	<-held
	during(r, install)
	close(on)
	return r, r.wait(install)
}

// Row F6: a stop while the new version starts beside the old one holds.
func TestAStopDuringAnOverlappingUpgradeHolds(t *testing.T) {
	r, job := whileItStarts(t, func(r *rig, _ host.Job) {
		stop, err := r.Stop(t.Context(), "p", admin)
		require.NoError(t, err)
		r.succeed(stop)
	})
	assert.Equal(t, host.JobSucceeded, job.State)
	v := r.view("p")
	assert.Equal(t, "2.0.0", v.Version)
	assert.Equal(t, host.Stopped, v.State)
	assert.Equal(t, host.DesiredStopped, recorded(t, r).Desired)
	start, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(start)
	assert.Equal(t, "2.0.0", r.say("").Version)
}

// Row F6: commands while the supervisors change reach the one that stays.
func TestCommandsDuringAnOverlappingUpgradeAreDone(t *testing.T) {
	for range 3 {
		r := keeping(t, nil)
		r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", overlaps))
		plan, err := r.Plan(t.Context(), "p", "")
		require.NoError(t, err)
		install, err := r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
		require.NoError(t, err)
		for range 5 {
			for _, ask := range []func(context.Context, string, host.Actor) (host.Job, error){r.Restart, r.Stop, r.Start} {
				job, err := ask(t.Context(), "p", admin)
				require.NoError(t, err)
				r.wait(job)
			}
		}
		r.wait(install)
		v := r.view("p")
		assert.Equal(t, v.Desired == host.DesiredRunning, v.State == host.Running, "state %s, desired %s", v.State, v.Desired)
		assert.Equal(t, recorded(t, r).Desired, v.Desired)
	}
}

// A host that ends in the middle ends both instances.
func TestAHostThatEndsDuringAnOverlappingUpgrade(t *testing.T) {
	r := keeping(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0-deaf", overlaps))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	_, err = r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		folders, _ := filepath.Glob(filepath.Join(r.dir, "run", "*"))
		return len(folders) == 2
	}, time.Minute, 5*time.Millisecond)
	r.reboot(keeperConfig(nil))
	r.becomes("1.0.0", host.Running)
	assert.False(t, r.view("p").Trial)
}
