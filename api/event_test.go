package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// eventsAboutPeople are beginnings of the types of events that are about no plugin.
var eventsAboutPeople = []string{"member.", "profile.", "token.", "session.", "password.", "totp.", "identity_key."}

// makeEventsAboutPeople makes one event of each kind, and of a plugin before and after.
func (r *rig) makeEventsAboutPeople() {
	r.t.Helper()
	require.Equal(r.t, 200, r.install(htmlZip(r.t, "First", "1.0.0"), false).StatusCode)
	r.expect(call{method: "POST", path: "/api/v1/profiles", json: map[string]any{"name": "Desk", "role": "agent"}}, 201)
	r.member("anna", "agent", nil)
	anna := r.loginAs("anna")
	r.ownToken(anna)
	r.expect(call{method: "PUT", path: "/api/v1/me/password", token: "-", header: anna, json: map[string]any{"current": memberPassword, "password": "another long one"}}, 204)
	who := host.Actor{User: "anna", Role: host.RoleAgent}
	factor, err := r.host.BeginTOTP("another long one", who)
	require.NoError(r.t, err)
	code, err := totp.GenerateCode(factor.Secret, time.Now())
	require.NoError(r.t, err)
	_, err = r.host.ConfirmTOTP(r.t.Context(), code, who)
	require.NoError(r.t, err)
	_, err = r.host.RotateIdentityKeys(r.t.Context(), false, host.System)
	require.NoError(r.t, err)
	require.Equal(r.t, 200, r.install(htmlZip(r.t, "Last", "1.0.0"), false).StatusCode)
}

func TestEventsAboutPeopleAreForThoseWhoManageThem(t *testing.T) {
	r := newRig(t)
	tokens := map[string]string{"plugins": r.newToken("plugins:read"), "both": r.newToken("plugins:read", "staff:manage"), "all": r.newToken("*")}
	live := map[string]*reader{}
	for name, token := range tokens {
		c := eventStream("/api/v1/events")
		c.token = token
		live[name] = r.open(c)
		live[name].until("retry:")
	}
	r.makeEventsAboutPeople()
	last := func(s *reader) string {
		return strings.Join(s.until(`"plugin":"last","actor":"admin","data":{"digest"`), "\n")
	}
	for name, token := range tokens {
		resumed := eventStream("/api/v1/events?after=0")
		resumed.token = token
		told := map[string]string{"live": last(live[name]), "resumed": last(r.open(resumed))}
		list := call{method: "GET", path: "/api/v1/events?limit=500", token: token, header: map[string]string{"Accept": "application/json"}}
		require.Eventually(t, func() bool { // events are stored in batches
			told["list"] = string(r.expect(list, 200).text)
			return strings.Contains(told["list"], `"plugin.installed","plugin":"last"`)
		}, 10*time.Second, 20*time.Millisecond)
		list.path += "&type=member.*,token.*"
		told["asked for"] = string(r.expect(list, 200).text)
		for how, text := range told {
			if how != "asked for" {
				assert.Contains(t, text, `"plugin.installed","plugin":"first"`, "%s, %s", name, how)
			}
			for _, kind := range eventsAboutPeople {
				if how == "asked for" && kind != "member." && kind != "token." {
					continue
				}
				assert.Equal(t, name != "plugins", strings.Contains(text, `"type":"`+kind), "%s, %s: %s", name, how, kind)
			}
		}
	}
}

// A stream shows what its reader could see at its beginning: with another role it ends.
func TestAStreamEndsWhenItsReaderGetsAnotherRole(t *testing.T) {
	r := newRig(t)
	r.member("boss", "admin", nil)
	c := eventStream("/api/v1/events")
	c.token, c.header["Cookie"] = "-", r.loginAs("boss")["Cookie"]
	own, others := r.open(c), r.open(eventStream("/api/v1/events"))
	own.until("retry:")
	r.patch("/api/v1/staff/boss", map[string]any{"profile": nil, "plugins": []string{}})
	r.patch("/api/v1/staff/boss", map[string]any{"role": "user"})
	own.ended()
	r.patch("/api/v1/staff/boss", map[string]any{"role": "agent"})
	others.until(`"after":{"kind":"person","role":"agent"`)
}

// So it does with less: a token is made narrower at once, also for what it has opened.
func TestAStreamEndsWhenItsTokenBecomesNarrower(t *testing.T) {
	r := newRig(t)
	token, err := r.host.CreateToken(t.Context(), host.TokenRequest{Name: "wide", Scopes: []string{host.ScopePluginsRead, host.ScopeStaffManage}}, host.Actor{User: "admin", Role: host.RoleAdmin})
	require.NoError(t, err)
	c := eventStream("/api/v1/events")
	c.token = token.Secret
	stream := r.open(c)
	stream.until("retry:")
	r.patch("/api/v1/tokens/"+token.ID, map[string]any{"name": "the same scopes"})
	r.member("first", "agent", nil)
	stream.until("member.created")
	r.patch("/api/v1/tokens/"+token.ID, map[string]any{"scopes": []string{host.ScopePluginsRead}})
	stream.ended()
}
