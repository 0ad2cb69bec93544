package sso_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/sso"
	"appzone/host"
)

func TestAGroupMapIsReadInOrder(t *testing.T) {
	var g sso.GroupMap
	require.NoError(t, g.UnmarshalText([]byte(" zone-admins=admin, support = agent : desk ,,cn=staff=user:office,The Others=user, *=agent")))
	assert.Equal(t, sso.GroupMap{{"zone-admins", host.RoleAdmin, ""}, {"support", host.RoleAgent, "desk"}, {"cn=staff", host.RoleUser, "office"},
		{"The Others", host.RoleUser, ""}, {"*", host.RoleAgent, ""}}, g)
	for _, c := range []struct {
		groups []string
		want   string
	}{
		{[]string{"cn=staff", "support"}, "support"}, {[]string{"support", "zone-admins"}, "zone-admins"}, {[]string{"SUPPORT"}, "*"}, {nil, "*"},
	} {
		r, ok := g.Match(c.groups)
		assert.True(t, ok)
		assert.Equal(t, c.want, r.Group, c.groups)
	}
	_, ok := g[:4].Match([]string{"", "*", "support "})
	assert.False(t, ok)
}

func TestAGroupMapThatWouldMislead(t *testing.T) {
	for text, want := range map[string]string{
		"support":                "not group=role",
		"=agent":                 "names no group",
		"support=boss":           `has the role "boss"`,
		"support=Agent":          `has the role "Agent"`,
		"support=":               `has the role ""`,
		"support=agent:":         "names no profile",
		"zone-admins=admin:desk": "gives a profile to administrators",
		"*=admin":                "would make everybody an administrator",
		"*=agent, support=user":  "stands after *",
		"a=agent, a=user":        "there twice",
	} {
		var g sso.GroupMap
		assert.ErrorContains(t, g.UnmarshalText([]byte(text)), want, text)
	}
}
