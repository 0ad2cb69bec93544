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

func TestObservationsAreBounded(t *testing.T) {
	for seconds, ok := range map[string]bool{"1": true, "604800": true, "604801": false, "0": false, "-1": false, "18446744074": false} {
		var choice host.GrantChoice
		err := json.Unmarshal([]byte(`{"observe":true,"expiresInSeconds":`+seconds+`}`), &choice)
		assert.Equal(t, ok, err == nil, seconds)
		if !ok {
			assert.Equal(t, "grants_invalid", fault.CodeOf(err), seconds)
		}
	}
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

// H3: an update that asks for more waits until somebody who may grant agrees; one that asks for less needs nobody, and loses what it
// does not ask for any more, while what an administrator gave beyond any request stays.
func TestAnUpdateAsksForMoreOrLess(t *testing.T) {
	r := newRig(t, nil)
	asking := func(version, outbound string) {
		r.mustUpload(fmt.Sprintf(script, "P", version, `,"permissions":{"network":{"outbound":[`+outbound+`]},"plugins":["inbox"]}`))
	}
	asking("1.0.0", `"a.example:443"`)
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	granted := *r.view("p").Grants
	granted.Network.Outbound = append(granted.Network.Outbound, "given.example:443")
	view, err := r.PutGrants(t.Context(), "p", host.GrantChoice{Grants: &granted}, 0, admin)
	require.NoError(t, err)
	require.Len(t, view.Extra, 1)
	for _, p := range view.Permissions {
		assert.Equal(t, map[bool]string{true: "manifest", false: "administrator"}[p.Asked], p.Origin, p.Value)
	}

	asking("1.1.0", `"a.example:443","b.example:443"`)
	candidate := r.view("p").Candidate
	require.NotNil(t, candidate)
	assert.True(t, candidate.NeedsConsent)
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	require.Len(t, plan.Added, 1)
	assert.Equal(t, "b.example:443", plan.Added[0].Value)
	automation := host.Actor{User: "ci", Role: host.RoleAdmin, Scopes: []string{host.ScopePluginsUpload, host.ScopePluginsManage}}
	for _, choice := range []host.GrantChoice{{}, {Requested: true}} {
		_, err = r.Install(t.Context(), "p", host.InstallRequest{Grants: choice}, plan.ETag, automation)
		assert.Equal(t, "consent_required", fault.CodeOf(err))
	}
	assert.Equal(t, "1.0.0", r.view("p").Version, "what runs is left alone")
	assert.Equal(t, "1.1.0", r.view("p").Candidate.Version, "and the candidate waits")

	asking("1.2.0", `"c.example:443"`)
	plan, err = r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	job, err := r.Install(t.Context(), "p", host.InstallRequest{Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Equal(t, []string{"c.example:443"}, r.view("p").Grants.Network.Outbound, "exactly what was requested")

	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", `,"permissions":{}`))
	granted.Network.Outbound = []string{"c.example:443", "given.example:443"}
	_, err = r.PutGrants(t.Context(), "p", host.GrantChoice{Grants: &granted}, 0, admin)
	require.NoError(t, err)
	plan, err = r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	assert.False(t, plan.NeedsConsent)
	job, err = r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, automation)
	require.NoError(t, err, "asking for less takes nobody's consent")
	r.succeed(job)
	assert.Equal(t, []string{"given.example:443"}, r.view("p").Grants.Network.Outbound)
	assert.Empty(t, r.view("p").Grants.Plugins)
}

// H3: a classic plugin can be observed from its first start on, in the place of all that it asks for.
func TestAPluginIsInstalledToBeObserved(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	require.True(t, plan.Requested.UnrestrictedNetwork)
	var observe host.GrantChoice
	require.NoError(t, json.Unmarshal([]byte(`"observe"`), &observe))
	automation := host.Actor{User: "ci", Role: host.RoleAdmin, Scopes: []string{host.ScopePluginsUpload, host.ScopePluginsManage}}
	_, err = r.Install(t.Context(), "p", host.InstallRequest{Grants: observe}, plan.ETag, automation)
	assert.Equal(t, "consent_required", fault.CodeOf(err))
	job, err := r.Install(t.Context(), "p", host.InstallRequest{Grants: observe}, plan.ETag, admin)
	require.NoError(t, err)
	r.succeed(job)
	granted := r.view("p").Grants
	assert.False(t, granted.UnrestrictedNetwork)
	assert.False(t, granted.ObserveUntil.IsZero())
}

// H3: who may not grant can neither prolong an observation, nor take "every address" for this machine's own.
func TestWhoMayNotGrantStretchesNothing(t *testing.T) {
	automation := host.Actor{User: "ci", Role: host.RoleAdmin, Scopes: []string{host.ScopePluginsUpload, host.ScopePluginsManage}}
	tests := map[string]struct{ before, after, choice, code string }{
		"the observation as it is": {`{"observe":true,"expiresInSeconds":60}`, ``, `null`, ""},
		"a longer observation":     {`{"observe":true,"expiresInSeconds":60}`, ``, `{"observe":true,"expiresInSeconds":600}`, "consent_required"},
		"a public address":         {`{"unrestrictedNetwork":true}`, `"a.example:443"`, `"requested"`, ""},
		"this machine":             {`{"unrestrictedNetwork":true}`, `"127.0.0.1:22"`, `"requested"`, "consent_required"},
		"this machine by its name": {`{"unrestrictedNetwork":true}`, `"localhost:22"`, `"requested"`, "consent_required"},
		"the machine's link":       {`{"unrestrictedNetwork":true}`, `"169.254.169.254:80"`, `"requested"`, "consent_required"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			asking := func(version, outbound string) {
				r.mustUpload(fmt.Sprintf(script, "P", version, `,"permissions":{"network":{"outbound":[`+outbound+`]}}`))
			}
			asking("1.0.0", "")
			require.Equal(t, host.JobSucceeded, r.install("p", false).State)
			var before, choice host.GrantChoice
			require.NoError(t, json.Unmarshal([]byte(test.before), &before))
			require.NoError(t, json.Unmarshal([]byte(test.choice), &choice))
			_, err := r.PutGrants(t.Context(), "p", before, 0, admin)
			require.NoError(t, err)
			asking("1.1.0", test.after)
			plan, err := r.Plan(t.Context(), "p", "")
			require.NoError(t, err)
			job, err := r.Install(t.Context(), "p", host.InstallRequest{Grants: choice}, plan.ETag, automation)
			assert.Equal(t, test.code, fault.CodeOf(err))
			if err == nil {
				r.succeed(job)
			}
		})
	}
}
