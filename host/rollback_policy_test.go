package host_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/signature"
)

// manager holds a narrow token: it may upload and operate, and not let anything new in.
var manager = host.Actor{User: "admin", Role: host.RoleAdmin, Scopes: []string{host.ScopePluginsUpload, host.ScopePluginsManage}}

// Rows H4 and H5: what was uploaded and never installed is nothing to go back to, so that a rollback is no way around the words that an
// installation of it needs, nor around its trial.
func TestARollbackLetsNothingNewIn(t *testing.T) {
	r, key := newRig(t, nil), publisherKey(t)
	r.trust(key, "")
	r.uploadSigned(key, fmt.Sprintf(html, "H", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("h", false).State)
	r.mustUpload(fmt.Sprintf(html, "H", "1.1.0", ""))
	r.uploadSigned(publisherKey(t), fmt.Sprintf(html, "H", "1.2.0", ""))
	for version, code := range map[string]string{"1.1.0": "unsigned", "1.2.0": "key"} {
		for _, actor := range []host.Actor{admin, manager} {
			_, err := r.Rollback(t.Context(), "h", host.RollbackRequest{Version: version}, actor)
			assert.Equal(t, code, fault.CodeOf(err), version)
		}
	}
	assert.Equal(t, "1.0.0", r.view("h").Version)
}

// Row H5: the version that was in use before is what a rollback is for, whatever was signed since.
func TestARollbackGoesBackToWhatWasInUse(t *testing.T) {
	r, key := newRig(t, nil), publisherKey(t)
	r.mustUpload(fmt.Sprintf(html, "H", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("h", false).State)
	r.uploadSigned(key, fmt.Sprintf(html, "H", "1.1.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("h", false).State)
	job, err := r.Rollback(t.Context(), "h", host.RollbackRequest{}, manager)
	require.NoError(t, err)
	r.succeed(job)
	assert.Equal(t, "1.0.0", r.view("h").Version)
}

// Row H4: nothing of what a revoked key signed is run, and that holds for what runs at its preparation.
func TestARollbackPreparesNothingThatIsRevoked(t *testing.T) {
	prepared := map[string]int{}
	own := ownRuntime{prepare: func(_ context.Context, s host.Staged, _ host.Progress) error {
		prepared[s.Version]++
		return nil
	}}
	r, stolen, other := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{own} }), publisherKey(t), publisherKey(t)
	r.trust(stolen, "")
	r.trust(other, stolen.Public().ID)
	r.uploadSigned(stolen, fmt.Sprintf(script, "P", "1.0.0", ""))
	r.uploadSigned(stolen, fmt.Sprintf(script, "P", "0.9.0", ""))
	plan, err := r.Plan(t.Context(), "p", "1.0.0")
	require.NoError(t, err)
	job, err := r.Install(t.Context(), "p", host.InstallRequest{Version: "1.0.0", Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
	require.NoError(t, err)
	r.succeed(job)
	r.uploadSigned(other, fmt.Sprintf(script, "P", "1.1.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.revoke(stolen, true)
	for _, version := range []string{"", "1.0.0", "0.9.0"} {
		before := prepared["1.0.0"] + prepared["0.9.0"]
		job, err := r.Rollback(t.Context(), "p", host.RollbackRequest{Version: version}, admin)
		if err == nil {
			r.wait(job)
		}
		assert.Equal(t, "signature_revoked", fault.CodeOf(err), version)
		assert.Equal(t, before, prepared["1.0.0"]+prepared["0.9.0"], version)
	}
}

// Row H4: going back, and installing again what is installed, move no pin: what a publisher's former key signs since needs its word.
func TestInstallingAgainMovesNoPin(t *testing.T) {
	r, former, now := newRig(t, nil), publisherKey(t), publisherKey(t)
	r.trust(former, "")
	r.trust(now, former.Public().ID)
	for version, key := range map[string]signature.Key{"1.0.0": former, "1.1.0": now} {
		r.uploadSigned(key, fmt.Sprintf(html, "H", version, ""))
	}
	install := func(version string) {
		plan, err := r.Plan(t.Context(), "h", version)
		require.NoError(t, err)
		job, err := r.Install(t.Context(), "h", host.InstallRequest{Version: version, Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
		require.NoError(t, err)
		r.succeed(job)
	}
	install("1.0.0")
	install("1.1.0")
	job, err := r.Rollback(t.Context(), "h", host.RollbackRequest{}, manager)
	require.NoError(t, err)
	r.succeed(job)
	install("1.0.0")
	r.uploadSigned(former, fmt.Sprintf(html, "H", "1.2.0", ""))
	plan := r.plan("h")
	require.Len(t, plan.Needs, 1)
	assert.Equal(t, host.AllowKey, plan.Needs[0].Word)
}
