package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

func TestInstallIsBoundToItsPlan(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	try := func(etag string, req host.InstallRequest, a host.Actor) string {
		_, err := r.Install(t.Context(), "p", req, etag, a)
		return fault.CodeOf(err)
	}
	agreed := host.InstallRequest{Grants: host.GrantChoice{Requested: true}}
	noGrants := host.Actor{User: "ci", Role: host.RoleAdmin, Scopes: []string{host.ScopePluginsManage}}

	assert.Equal(t, "if_match_required", try("", agreed, admin))
	assert.Equal(t, "plan_changed", try(`"other"`, agreed, admin))
	assert.Equal(t, "consent_required", try(plan.ETag, host.InstallRequest{}, admin), "nothing is granted that nobody agreed to")
	assert.Equal(t, "consent_required", try(plan.ETag, agreed, noGrants))
	assert.Equal(t, "version_not_found", try(plan.ETag, host.InstallRequest{Version: "9"}, admin))
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.1", ""))
	assert.Equal(t, "plan_changed", try(plan.ETag, agreed, admin), "another candidate is another plan")

	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	v := r.view("p")
	assert.Equal(t, "1.0.1", v.Version)
	assert.True(t, v.Active)
	assert.True(t, v.Grants.UnrestrictedNetwork)
	assert.Equal(t, "admin", v.Grants.GrantedBy)

	r.mustUpload(fmt.Sprintf(script, "P", "1.1.0", ""))
	plan, err = r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	assert.False(t, plan.NeedsConsent)
	assert.Equal(t, "", try(plan.ETag, host.InstallRequest{}, noGrants), "an update that asks for no more needs no consent")
}

func TestAFailedPrepareLeavesTheOldVersion(t *testing.T) {
	broken := errors.New("no network")
	fail := false
	r := newRig(t, func(c *host.Config) {
		c.Runtimes = []host.Runtime{ownRuntime{prepare: func(_ context.Context, _ host.Staged, p host.Progress) error {
			p.Output("fetching")
			if fail {
				return fault.Wrap(broken, fault.Invalid, "dependencies_failed", "packages could not be fetched")
			}
			return nil
		}}}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	pid := r.view("p").PID
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", ""))
	fail = true
	job := r.install("p", true)
	assert.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "prepare", job.Error.Step)
	assert.Equal(t, "dependencies_failed", job.Error.Code)
	assert.Equal(t, []string{"fetching"}, job.Output)
	v := r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Equal(t, pid, v.PID, "the old version ran on, untouched")
	require.NotNil(t, v.Candidate)
}

// Row A10: what an installation makes comes beside what is in use, also when both are the same version.
func TestAFailedReinstallLeavesWhatRuns(t *testing.T) {
	fail := false
	r := newRig(t, func(c *host.Config) {
		c.Runtimes = []host.Runtime{ownRuntime{prepare: func(_ context.Context, s host.Staged, _ host.Progress) error {
			if fail {
				return fault.New(fault.Invalid, "dependencies_failed", "packages could not be fetched")
			}
			return os.WriteFile(filepath.Join(s.PreparedDir, "made"), []byte("by prepare"), 0o600)
		}}}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	fail = true
	require.Equal(t, host.JobFailed, r.install("p", true).State)
	job, err := r.Restart(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	r.reboot(nil)
	job, err = r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)

	fail = false
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	made, err := filepath.Glob(filepath.Join(r.dir, "plugins", "p", "versions", "*", "prepared-*"))
	require.NoError(t, err)
	assert.Len(t, made, 1, "what is not in use any more is gone")
}

func TestACancelledInstallChangesNothing(t *testing.T) {
	begun := make(chan struct{})
	r := newRig(t, func(c *host.Config) {
		c.Runtimes = []host.Runtime{ownRuntime{prepare: func(ctx context.Context, _ host.Staged, _ host.Progress) error {
			close(begun)
			<-ctx.Done()
			return ctx.Err()
		}}}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	job, err := r.Install(t.Context(), "p", host.InstallRequest{Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
	require.NoError(t, err)
	<-begun
	assert.Equal(t, host.StageInstalling, r.view("p").Stage)
	_, err = r.CancelJob(t.Context(), job.ID, admin)
	require.NoError(t, err)
	job = r.wait(job)
	assert.Equal(t, host.JobCancelled, job.State)
	assert.Equal(t, host.StageUploaded, r.view("p").Stage)
	_, err = r.CancelJob(t.Context(), job.ID, admin)
	assert.Equal(t, "job_ended", fault.CodeOf(err))
}

func TestUninstallAndRemove(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	mine := filepath.Join(r.dir, "plugins", "p", "data", "mine")
	require.NoError(t, os.WriteFile(mine, []byte("data"), 0o600))
	assert.Equal(t, "installed", fault.CodeOf(r.Remove(t.Context(), "p", false, admin)))

	job, err := r.Uninstall(t.Context(), "p", true, admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.FileExists(t, mine)
	v := r.view("p")
	assert.False(t, v.Active)
	assert.Equal(t, host.Stopped, v.State)
	_, _, err = r.Acquire(t.Context(), "p")
	assert.Equal(t, "not_a_running_script", fault.CodeOf(err))

	require.Equal(t, host.JobSucceeded, r.install("p", false).State, "an uninstalled version can be installed again")
	job, err = r.Uninstall(t.Context(), "p", false, admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.NoFileExists(t, mine)
	assert.Nil(t, r.view("p").Grants)

	require.NoError(t, r.Remove(t.Context(), "p", false, admin))
	_, err = r.Plugin(t.Context(), "p")
	assert.Equal(t, "plugin_not_found", fault.CodeOf(err))
}

func TestEdit(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	revision := r.view("p").Revision
	for name, c := range map[string]struct{ patch, code string }{
		"an unknown field":   {`{"name":"X"}`, "patch_malformed"},
		"a wrong type":       {`{"icon":7}`, "patch_invalid"},
		"a wrong value":      {`{"sidebar":"sometimes"}`, "manifest_invalid"},
		"a page of the host": {`{"views":{"admin":"https://console.example/"}}`, "view_own_origin"},
		"a missing page":     {`{"views":{"agent":"agent.html"}}`, "file_missing"},
		"a wrong desire":     {`{"desired":"paused"}`, "patch_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.Edit(t.Context(), "p", []byte(c.patch), 0, admin)
			assert.Equal(t, c.code, fault.CodeOf(err), "%v", err)
		})
	}
	assert.Equal(t, revision, r.view("p").Revision, "a refused patch changes nothing")

	v, err := r.Edit(t.Context(), "p", []byte(`{"description":"mine","sidebar":"never","views":{"agent":"index.html"}}`), revision, admin)
	require.NoError(t, err)
	assert.Equal(t, "mine", v.Description)
	assert.Equal(t, "never", v.Sidebar)
	assert.Equal(t, "index.html", v.Views.Admin, "objects are merged")
	assert.Equal(t, "index.html", v.Views.Agent)
	_, err = r.Edit(t.Context(), "p", []byte(`{"icon":"icon-home"}`), revision, admin)
	assert.Equal(t, "plugin_changed", fault.CodeOf(err))
	v, err = r.Edit(t.Context(), "p", []byte(`{"description":null}`), 0, admin)
	require.NoError(t, err)
	assert.Equal(t, "d", v.Description, "null puts the manifest's value back")
	assert.Equal(t, "never", v.Sidebar)
}

func TestWhatARuntimeCannotUseAnyMoreIsPreparedAgain(t *testing.T) {
	prepared, useless := 0, false
	r := newRig(t, func(c *host.Config) {
		c.Runtimes = []host.Runtime{ownRuntime{
			prepare: func(context.Context, host.Staged, host.Progress) error { prepared++; useless = false; return nil },
			command: func() error {
				if useless {
					return fault.New(fault.Conflict, "not_prepared", "made by another engine")
				}
				return nil
			},
		}}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	useless = true
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Equal(t, 2, prepared)
}
