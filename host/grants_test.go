package host_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

func TestWhoMayGrantMayGrantLess(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	try := func(grants string, a host.Actor) (host.Job, error) {
		var choice host.GrantChoice
		require.NoError(t, json.Unmarshal([]byte(grants), &choice))
		return r.Install(t.Context(), "p", host.InstallRequest{Grants: choice}, plan.ETag, a)
	}
	noGrants := host.Actor{User: "ci", Role: host.RoleAdmin, Scopes: []string{host.ScopePluginsManage}}
	_, err = try(`{}`, noGrants)
	assert.Equal(t, "consent_required", fault.CodeOf(err))
	_, err = try(`{"network":{"outbound":["nonsense::"]}}`, admin)
	assert.Equal(t, "grants_invalid", fault.CodeOf(err))
	require.NotEmpty(t, fault.From(err).Fields)
	assert.Contains(t, fault.From(err).Fields[0].Field, "grants.network.outbound")
	job, err := try(`{}`, admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.False(t, r.view("p").Grants.UnrestrictedNetwork)
	assert.Equal(t, "enforced", wall(r.view("p"), "network"), "a plugin that was granted no address has no network")

	_, err = r.PutGrants(t.Context(), "p", host.GrantChoice{Grants: &host.Grants{}}, 0, admin)
	require.NoError(t, err)
	bad := host.Grants{}
	bad.Network.Outbound = []string{"-e"}
	_, err = r.PutGrants(t.Context(), "p", host.GrantChoice{Grants: &bad}, 0, admin)
	assert.Equal(t, "grants_invalid", fault.CodeOf(err))
}

func wall(v host.PluginView, name string) string {
	for _, w := range v.Walls {
		if w.Name == name {
			return string(w.Level)
		}
	}
	return ""
}

func TestTheSidebarHasScriptsWithoutViews(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "Sample", "1.0.0", ""))
	r.mustUpload(fmt.Sprintf(html, "Pages", "1.0.0", ""))
	for _, id := range []string{"sample", "pages"} {
		require.Equal(t, host.JobSucceeded, r.install(id, false).State)
	}
	entries, err := r.Sidebar(t.Context(), admin)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	assert.Equal(t, "/apps/pages/index.html", entries[0].URL)
	assert.Equal(t, "/apps/sample/", entries[1].URL)
}
