package host_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
	"appzone/host/fault"
)

// someone is a person at the provider.
func someone(subject string, role host.Role, names ...string) host.External {
	return host.External{ExternalID: host.ExternalID{Issuer: "https://login.example.org", Subject: subject}, Role: role, Names: names}
}

// newProfile makes a profile.
func (r *rig) newProfile(json string) {
	r.Helper()
	_, err := r.CreateProfile(r.Context(), []byte(json), admin)
	require.NoError(r, err)
}

// auditedAs are the entries of a kind in the audit trail.
func (r *rig) auditedAs(kind string) (entries []audit.Entry) {
	r.Helper()
	require.NoError(r, r.store.View(r.Context(), func(v host.Reader) error {
		return v.Scan("audit", "", "", func(_ string, decode func(any) error) (bool, error) {
			var e audit.Entry
			err := decode(&e)
			if e.Kind == kind {
				entries = append(entries, e)
			}
			return true, err
		})
	}))
	return entries
}

func TestAPersonBecomesAMemberOnce(t *testing.T) {
	r := newRig(t, nil)
	from := host.Origin{Address: "10.0.0.9", RequestID: "r1"}
	_, actor, err := r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "Ann.B"), from)
	require.NoError(t, err)
	assert.Equal(t, "ann.b", actor.User)
	assert.Equal(t, host.RoleAgent, actor.Role)
	r.reboot(nil)
	secret, actor, err := r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "another name"), from)
	require.NoError(t, err)
	assert.Equal(t, "ann.b", actor.User)
	_, ok := r.BySession(secret, from)
	assert.True(t, ok)

	made := r.auditedAs("member.created")
	require.Len(t, made, 2) // the first administrator, and she
	assert.Equal(t, "host", made[1].Actor)
	assert.Equal(t, "ann.b", made[1].Subject)
	assert.Equal(t, "10.0.0.9", made[1].Address)
	assert.Contains(t, string(made[1].Data), `"subject":"1"`)
	assert.Empty(t, r.auditedAs("member.edited"), "what stays the same is no change")
}

func TestRoleAndProfileFollowTheGroups(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	r.newProfile(`{"name":"Support","role":"agent","plugins":["clock"]}`)
	with := someone("1", host.RoleAgent, "ann")
	with.Profile = "support"
	secret, actor, err := r.LoginExternal(t.Context(), with, host.Origin{})
	require.NoError(t, err)
	assert.True(t, actor.Opens("clock", "always"))

	_, _, err = r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "ann"), host.Origin{})
	require.NoError(t, err)
	actor, ok := r.BySession(secret, host.Origin{})
	require.True(t, ok)
	assert.False(t, actor.Opens("clock", "always"), "in the session that was open, too")

	_, _, err = r.LoginExternal(t.Context(), someone("1", host.RoleAdmin, "ann"), host.Origin{})
	require.NoError(t, err)
	edits := r.auditedAs("member.edited")
	require.Len(t, edits, 2)
	var before, after host.Member
	require.NoError(t, json.Unmarshal(edits[0].Before, &before))
	require.NoError(t, json.Unmarshal(edits[0].After, &after))
	assert.Equal(t, "support", *before.Profile)
	assert.Nil(t, after.Profile)
	assert.Contains(t, string(edits[1].Before), `"role":"agent"`)
	assert.Contains(t, string(edits[1].After), `"role":"admin"`)
}

func TestSingleSignOnRefuses(t *testing.T) {
	r := newRig(t, nil)
	r.newProfile(`{"name":"Office","role":"user"}`)
	_, _, err := r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "ann"), host.Origin{})
	require.NoError(t, err)
	profile := func(role host.Role, id string) host.External {
		who := someone("2", role, "ben")
		who.Profile = id
		return who
	}
	for name, c := range map[string]struct {
		who  host.External
		code string
	}{
		"no group":                  {someone("2", "", "ben"), "oidc_not_allowed"},
		"a group that is gone":      {someone("1", "", "ann"), "oidc_not_allowed"},
		"an administrator's name":   {someone("2", host.RoleAgent, "admin"), "oidc_name_taken"},
		"in other letters":          {someone("2", host.RoleAdmin, "ADMIN"), "oidc_name_taken"},
		"with other characters":     {someone("2", host.RoleAdmin, "  admin  "), "oidc_name_taken"},
		"another person's name":     {someone("2", host.RoleAgent, "ann"), "oidc_name_taken"},
		"another provider's person": {host.External{ExternalID: host.ExternalID{Issuer: "https://other.example.org", Subject: "1"}, Role: host.RoleAgent, Names: []string{"ann"}}, "oidc_name_taken"},
		"the host's name":           {someone("2", host.RoleAgent, "host"), "oidc_name_taken"},
		"an unknown profile":        {profile(host.RoleAgent, "support"), "oidc_profile_missing"},
		"another role's profile":    {profile(host.RoleAgent, "office"), "oidc_profile_missing"},
	} {
		secret, _, err := r.LoginExternal(t.Context(), c.who, host.Origin{})
		assert.Equal(t, c.code, fault.CodeOf(err), name)
		assert.Empty(t, secret, name)
	}
	_, actor, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{})
	require.NoError(t, err)
	assert.Equal(t, host.RoleAdmin, actor.Role, "who has a password is never changed")
	for _, code := range []string{"oidc_not_allowed", "oidc_name_taken", "oidc_profile_missing"} {
		require.Eventually(t, func() bool {
			return slices.ContainsFunc(r.auditedAs("session.refused"), func(e audit.Entry) bool { return e.Code == code && e.Outcome == audit.Denied })
		}, 10*time.Second, 10*time.Millisecond, code)
	}
}

// A way round the provider would be one round the groups.
func TestAMemberOfSingleSignOnGetsNoPassword(t *testing.T) {
	r := newRig(t, nil)
	_, _, err := r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "ann"), host.Origin{})
	require.NoError(t, err)
	for _, patch := range []string{`{"password":"chosen by somebody"}`, `{"kind":"service"}`} {
		_, err := r.EditMember(t.Context(), "ann", []byte(patch), 0, admin)
		assert.Equal(t, "member_invalid", fault.CodeOf(err), patch)
	}
	_, err = r.EditMember(t.Context(), "ann", []byte(`{"role":"user"}`), 0, admin)
	require.NoError(t, err)
	_, actor, err := r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "ann"), host.Origin{})
	require.NoError(t, err)
	assert.Equal(t, host.RoleAgent, actor.Role, "the groups decide")

	require.NoError(t, r.DeleteMember(t.Context(), "ann", 0, admin))
	_, actor, err = r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "ann"), host.Origin{})
	require.NoError(t, err)
	assert.Equal(t, "ann", actor.User, "who may come in comes as a new member")
}

func TestNamesOfAProviderBecomeUserNames(t *testing.T) {
	r := newRig(t, nil)
	for want, names := range map[string][]string{
		"zo-.d-example":           {"zoë.d-example"},
		"o-brien-k@example.org":   {"O'Brien K@example.org"},
		"bea@example.org":         {"李雷", "bea@example.org"},
		"etc-passwd":              {"../etc/passwd"},
		"script-alert-1---script": {"<script>alert(1)</script>"},
		strings.Repeat("x", 64):   {strings.Repeat("x", 70)},
		"carl-admin":              {"carl\nadmin"},
		"0a1b2c":                  {"", "0a1b2c"},
	} {
		_, actor, err := r.LoginExternal(t.Context(), someone(want, host.RoleAgent, names...), host.Origin{})
		require.NoError(t, err, want)
		assert.Equal(t, want, actor.User)
	}
	_, one, err := r.LoginExternal(t.Context(), someone("一", host.RoleAgent, "李雷", "一"), host.Origin{})
	require.NoError(t, err)
	_, two, err := r.LoginExternal(t.Context(), someone("二", host.RoleAgent, "李雷", "二"), host.Origin{})
	require.NoError(t, err)
	assert.Regexp(t, `^sso-[0-9a-f]{12}$`, one.User)
	assert.NotEqual(t, one.User, two.User)
}

// The provider is asked for the groups at least twice a day, however busy the session is.
func TestASessionOfSingleSignOnEndsAfterTwelveHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer r.Close()
		external, _, err := r.LoginExternal(t.Context(), someone("1", host.RoleAgent, "ann"), host.Origin{})
		require.NoError(t, err)
		local, _, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{})
		require.NoError(t, err)
		for range 11 {
			time.Sleep(time.Hour)
			for _, secret := range []string{external, local} {
				_, ok := r.BySession(secret, host.Origin{})
				require.True(t, ok)
			}
		}
		time.Sleep(time.Hour + time.Second)
		_, ok := r.BySession(external, host.Origin{})
		assert.False(t, ok)
		_, ok = r.BySession(local, host.Origin{})
		assert.True(t, ok)
	})
}

func TestWhatIsSealedOpensForItsPurposeAlone(t *testing.T) {
	r := newRig(t, nil)
	sealed, err := r.Seal([]byte("state"), "oidc")
	require.NoError(t, err)
	assert.NotContains(t, sealed, "state")
	r.reboot(nil)
	plain, err := r.Unseal(sealed, "oidc")
	require.NoError(t, err)
	assert.Equal(t, "state", string(plain))
	for _, c := range [][2]string{{sealed, "other"}, {sealed[:len(sealed)-1], "oidc"}, {"", "oidc"}, {"state", "oidc"}} {
		_, err := r.Unseal(c[0], c[1])
		assert.Error(t, err, c)
	}
}
