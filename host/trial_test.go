package host_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// rolledBack waits for the job by which the host went back by itself.
func (r *rig) rolledBack() host.Job {
	r.Helper()
	var found host.Job
	require.Eventually(r, func() bool {
		jobs, _, err := r.Jobs(context.Background(), "", 100)
		require.NoError(r, err)
		for _, job := range jobs {
			if job.Kind == "rollback" && job.Actor == "host" && job.State.Ended() {
				found = job
				return true
			}
		}
		return false
	}, time.Minute, 5*time.Millisecond)
	return found
}

// trying is a rig whose trials are short, and whose plugins come back at once after a crash.
func trying(t *testing.T, trial time.Duration, backoff host.Backoff) *rig {
	t.Helper()
	return keeping(t, func(c *host.Config) { c.Trial, c.Backoff = trial, backoff })
}

// patient is a budget that a crash loop does not use up.
var patient = host.Backoff{First: time.Millisecond, Max: time.Millisecond, HalfLife: time.Minute, Budget: 1 << 20, Stable: time.Hour}

// Row A10: a version that crashes until the supervisor gives up is taken back.
func TestAVersionThatIsGivenUpIsTakenBack(t *testing.T) {
	r := trying(t, time.Hour, host.Backoff{First: time.Millisecond, Max: time.Millisecond, HalfLife: time.Hour, Budget: 2.5, Stable: time.Hour})
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-loop", "", host.InstallRequest{}).State, "it was ready for a moment")
	job := r.rolledBack()
	assert.Equal(t, host.JobSucceeded, job.State)
	r.becomes("1.0.0", host.Running)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Contains(t, versions[0].Fault, "gave up after repeated crashes")
}

func TestAVersionThatLoopsIsTakenBackAtTheEndOfItsTrial(t *testing.T) {
	r := trying(t, 2*time.Second, patient)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-loop", "", host.InstallRequest{}).State)
	r.rolledBack()
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Contains(t, versions[0].Fault, "trial")
}

// Row A10: waits that grow between crashes do not make a loop look like a version that is up.
func TestAVersionThatStillCrashesLateInItsTrialIsTakenBack(t *testing.T) {
	slow := patient
	slow.First, slow.Max = 500*time.Millisecond, 500*time.Millisecond // the first crash is in the first half, the second one in the other
	r := trying(t, 2*time.Second, slow)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-twice", "", host.InstallRequest{}).State)
	r.rolledBack()
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
}

// A version that takes no requests where the former one did has not got ready.
func TestAVersionThatDoesNotListenIsTakenBack(t *testing.T) {
	r := trying(t, 3*time.Second, patient)
	job := r.upgrade("2.0.0-deaf", `,"readiness":{"timeoutSeconds":1}`, host.InstallRequest{})
	require.Equal(t, host.JobSucceeded, job.State, "it may listen later")
	r.rolledBack()
	assert.Equal(t, "1.0.0", r.say("").Version)
}

func TestAVersionThatProvesItselfStays(t *testing.T) {
	r := trying(t, 300*time.Millisecond, patient)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	require.Eventually(t, func() bool { return !r.view("p").Trial }, time.Minute, 5*time.Millisecond)
	require.Eventually(t, func() bool { return len(r.auditedAs("plugin.proven")) == 1 }, time.Minute, 5*time.Millisecond)
	v := r.view("p")
	assert.Equal(t, "2.0.0", v.Version)
	assert.Equal(t, "1.0.0", v.Former.Version, "it can still be gone back from")
	assert.Nil(t, v.TrialUntil)
}

// People see how long a trial lasts; it begins anew after a stop.
func TestATrialTellsWhenItEnds(t *testing.T) {
	r := trying(t, time.Hour, patient)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	v := r.view("p")
	require.NotNil(t, v.TrialUntil)
	assert.WithinDuration(t, v.InstalledAt.Add(time.Hour), *v.TrialUntil, time.Minute)
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Nil(t, r.view("p").TrialUntil)
}

// Row F6: a stop suspends the trial; what fails at the start after it, also after a boot, is taken back.
func TestATrialOutlivesAStopAndABoot(t *testing.T) {
	r := trying(t, time.Second, patient)
	start := false
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-fail", "", host.InstallRequest{Start: &start}).State)
	r.reboot(keeperConfig(nil))
	v := r.view("p")
	assert.True(t, v.Trial)
	assert.Equal(t, "2.0.0-fail", v.Version)
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	assert.Equal(t, host.JobFailed, r.wait(job).State)
	r.rolledBack()
	r.becomes("1.0.0", host.Running)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
}

// Row F6: that a version is not up at the end of its trial because somebody restarted it, or set its settings, is no failure of it: the
// trial begins anew.
func TestARestartBeginsATrialAnew(t *testing.T) {
	r := trying(t, 3*time.Second, patient)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-slow", "", host.InstallRequest{}).State)
	until := r.view("p").TrialUntil
	require.NotNil(t, until)
	time.Sleep(time.Until(*until) - 500*time.Millisecond) // it is restarted then, and starts until half a second after the end
	job, err := r.Restart(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	now := r.view("p")
	assert.Equal(t, "2.0.0-slow", now.Version)
	require.NotNil(t, now.TrialUntil)
	assert.Greater(t, now.TrialUntil.Sub(*until), 2*time.Second)
	require.Eventually(t, func() bool { return !r.view("p").Trial }, time.Minute, 5*time.Millisecond)
	assert.Equal(t, "2.0.0-slow", r.say("").Version)
}

// Without a way back a version that fails is one that failed, and says so.
func TestWithoutAWayBackAVersionStays(t *testing.T) {
	r := keeping(t, nil)
	start := false
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-fail", "", host.InstallRequest{Start: &start}).State)
	require.NoError(t, r.store.Update(t.Context(), func(w host.Writer) error { return w.Delete("former", "p") }))
	for range 2 {
		job, err := r.Start(t.Context(), "p", admin)
		require.NoError(t, err)
		assert.Equal(t, "start_failed", r.wait(job).Error.Code)
	}
	assert.Equal(t, host.JobFailed, r.rolledBack().State)
	v := r.view("p")
	assert.Equal(t, host.Failed, v.State)
	require.Eventually(t, func() bool {
		_, _, err := r.Acquire(t.Context(), "p")
		return fault.CodeOf(err) == "failed"
	}, time.Minute, 5*time.Millisecond)
}

// Row F6: who takes a plugin out during its trial is not overtaken by the way back.
func TestAnUninstallationDuringATrialHolds(t *testing.T) {
	r := trying(t, 2*time.Second, patient)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0-loop", "", host.InstallRequest{}).State)
	job, err := r.Uninstall(t.Context(), "p", true, admin)
	require.NoError(t, err)
	r.succeed(job)
	r.Close()
	assert.False(t, r.view("p").Active)
	assert.Empty(t, r.auditedAs("plugin.rolled_back"))
}

// A stop of a person's during the way back is no start by the host.
func TestAStopDuringTheWayBackHolds(t *testing.T) {
	held, on := make(chan struct{}), make(chan struct{})
	r := keeping(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "rollback.stopped" {
				close(held)
				<-on
			}
		}
	})
	r.mustUpload(versionOf("2.0.0-fail"))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	install, err := r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
	require.NoError(t, err)
	<-held
	stop, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return recorded(t, r).Desired == host.DesiredStopped }, time.Minute, time.Millisecond)
	close(on)
	assert.Equal(t, "rolled_back", r.wait(install).Error.Code)
	r.succeed(stop)
	v := r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Equal(t, host.Stopped, v.State)
}

func recorded(t *testing.T, r *rig) (p host.Plugin) {
	t.Helper()
	require.NoError(t, r.store.View(t.Context(), func(rd host.Reader) error { return rd.Get("plugins", "p", &p) }))
	return p
}
