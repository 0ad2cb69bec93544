package host_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

// F9: a wall that an administrator requires is not silently missing. Every address is what no network wall holds.
func TestAScriptWithoutARequiredWallIsNotStarted(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.RequireWalls = []string{"network"} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))

	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	at := len(plan.Findings) - 1
	require.Equal(t, "wall_missing", plan.Findings[at].Code, "an administrator sees it before consenting")
	assert.Equal(t, host.SeverityHigh, plan.Findings[at].Severity)
	assert.Contains(t, plan.Findings[at].Message, `the wall "network"`)

	job := r.install("p", true)
	require.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "start", job.Error.Step)
	refused(t, job)
	v := r.view("p")
	assert.True(t, v.Active, "it is installed all the same")
	assert.Equal(t, host.Failed, v.State)
	assert.Contains(t, v.LastExit.Cause, "requires the wall")
	for what, try := range map[string]func() (host.Job, error){
		"start":   func() (host.Job, error) { return r.Start(t.Context(), "p", admin) },
		"restart": func() (host.Job, error) { return r.Restart(t.Context(), "p", admin) },
	} {
		job, err := try()
		require.NoError(t, err, what)
		refused(t, r.wait(job))
	}

	if runtime.GOOS != "linux" {
		return // no network namespaces
	}
	_, err = r.PutGrants(t.Context(), "p", host.GrantChoice{Grants: &host.Grants{}}, 0, admin)
	require.NoError(t, err)
	job, err = r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
}

func refused(t *testing.T, job host.Job) {
	t.Helper()
	require.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "wall_missing", job.Error.Code)
	assert.Contains(t, job.Error.Detail, "XC_REQUIRE_WALLS")
	require.NotEmpty(t, job.Error.Fields)
	assert.Equal(t, "walls.network", job.Error.Fields[0].Field)
}

func TestAScriptWithoutARequiredWallDoesNotComeBackAtBoot(t *testing.T) {
	r := running(t)
	r.reboot(func(c *host.Config) {
		c.RestartPlugins, c.RestartDelay, c.RequireWalls = true, time.Millisecond, []string{"network"}
	})
	require.Eventually(t, func() bool { return r.view("p").State == host.Failed }, 10*time.Second, time.Millisecond)
	assert.Zero(t, r.view("p").Restarts, "another attempt would change nothing")
	_, _, err := r.Acquire(t.Context(), "p")
	assert.ErrorContains(t, err, "requires the wall", "who asks for it is told: %s", fault.CodeOf(err))
	system, err := r.System(t.Context())
	require.NoError(t, err)
	assert.Equal(t, []string{"network"}, system.RequiredWalls)
}

func TestWallsThatStandAreNoHindrance(t *testing.T) {
	stands := map[string]process.Level{}
	for _, w := range process.Machine().Walls(process.Jail{}, process.Limits{}) {
		stands[w.Name] = w.Level
	}
	if stands["environment"] != process.Enforced {
		t.Skip("this system enforces no wall")
	}
	r := newRig(t, func(c *host.Config) { c.RequireWalls = []string{"environment"} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	assert.Equal(t, host.JobSucceeded, r.install("p", true).State)
	plan, err := r.Plan(t.Context(), "p", "1.0.0")
	require.NoError(t, err)
	for _, f := range plan.Findings {
		assert.NotEqual(t, "wall_missing", f.Code)
	}
}
