package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
)

const memberPassword = "a long enough one"

// member adds a member with the password memberPassword unless more says that it is a service.
func (r *rig) member(name, role string, more map[string]any) {
	r.t.Helper()
	body := map[string]any{"username": name, "role": role}
	if more["kind"] != "service" {
		body["password"] = memberPassword
	}
	for k, v := range more {
		body[k] = v
	}
	r.expect(call{method: "POST", path: "/api/v1/staff", json: body}, 201)
}

// loginAs opens a session and returns its cookie.
func (r *rig) loginAs(name string) map[string]string {
	r.t.Helper()
	a := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": name, "password": memberPassword}}, 204)
	return map[string]string{"Cookie": cookieOf(r.t, a, "session")}
}

// ownToken makes a token of a member for all that the member may do.
func (r *rig) ownToken(session map[string]string) (id, secret string) {
	r.t.Helper()
	var t struct{ ID, Token string }
	r.expect(call{method: "POST", path: "/api/v1/tokens", token: "-", header: session, json: map[string]any{"name": "own", "scopes": []string{"*"}}}, 201).into(r.t, &t)
	return t.ID, t.Token
}

func (r *rig) patch(path string, v any) answer {
	r.t.Helper()
	return r.expect(call{method: "PATCH", path: path, json: v}, 200)
}

func TestStaffIsManaged(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	made := r.expect(call{method: "POST", path: "/api/v1/profiles", json: map[string]any{"name": "Front desk", "role": "agent", "plugins": []string{"pages"}}}, 201)
	assert.Equal(t, "/api/v1/profiles/front-desk", made.Header.Get("Location"))
	body := map[string]any{"username": "anna@x", "role": "agent", "profile": "front-desk", "password": memberPassword}
	made = r.expect(call{method: "POST", path: "/api/v1/staff", json: body}, 201)
	assert.Equal(t, "/api/v1/staff/anna@x", made.Header.Get("Location"))
	assert.NotContains(t, string(made.text), "password")
	assert.Contains(t, string(made.text), `"effectivePlugins":[{"id":"pages","why":["profile"],"opens":true}]`)
	r.expect(call{method: "POST", path: "/api/v1/staff", json: body}, 409, "username_taken")
	once := call{method: "POST", path: "/api/v1/staff", json: map[string]any{"username": "otto", "role": "user", "password": memberPassword},
		header: map[string]string{"Idempotency-Key": "k"}}
	r.expect(once, 201)
	assert.Equal(t, "true", r.expect(once, 201).Header.Get("Idempotency-Replayed"))
	once.json = map[string]any{"username": "otto", "role": "user", "password": memberPassword + "!"}
	r.expect(once, 422, "idempotency_key_reused")

	one := r.get("/api/v1/staff/anna%40x")
	etag := one.Header.Get("ETag")
	assert.Equal(t, etag, r.get("/api/v1/staff/anna@x").Header.Get("ETag"))
	edit := call{method: "PATCH", path: "/api/v1/staff/anna@x", json: map[string]any{"profile": nil}, header: map[string]string{"If-Match": etag}}
	r.expect(edit, 200)
	r.expect(edit, 412, "member_changed")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/anna@x", header: map[string]string{"If-Match": etag}}, 412, "member_changed")
	r.expect(call{method: "PATCH", path: "/api/v1/staff/anna@x", json: map[string]any{"rights": "all"}}, 400, "body_malformed")
	r.expect(call{method: "PATCH", path: "/api/v1/staff/anna@x", json: map[string]any{"plugins": []string{"gone"}}}, 422, "member_invalid")
	r.expect(call{method: "PATCH", path: "/api/v1/staff/nobody", json: map[string]any{}}, 404, "member_not_found")

	var page struct {
		Items []host.Member
		Next  *string
	}
	r.get("/api/v1/staff?limit=2").into(t, &page)
	require.Len(t, page.Items, 2)
	require.NotNil(t, page.Next)
	r.get("/api/v1/staff?q=OTTO").into(t, &page)
	require.Len(t, page.Items, 1)
	r.expect(call{method: "GET", path: "/api/v1/staff?limit=0"}, 400, "query_invalid")

	profile := r.get("/api/v1/profiles/front-desk")
	r.expect(call{method: "PATCH", path: "/api/v1/profiles/front-desk", json: map[string]any{"name": "Desk"}, header: map[string]string{"If-Match": profile.Header.Get("ETag")}}, 200)
	r.expect(call{method: "DELETE", path: "/api/v1/profiles/front-desk", header: map[string]string{"If-Match": profile.Header.Get("ETag")}}, 412, "profile_changed")
	assert.Contains(t, string(r.get("/api/v1/profiles?q=desk").text), `"front-desk"`)
	r.expect(call{method: "DELETE", path: "/api/v1/profiles/front-desk"}, 204)
	r.expect(call{method: "DELETE", path: "/api/v1/profiles/front-desk"}, 404, "profile_not_found")
	for _, path := range []string{"/sessions", "/totp"} {
		r.expect(call{method: "DELETE", path: "/api/v1/staff/anna%40x" + path}, 204)
	}
	r.expect(call{method: "DELETE", path: "/api/v1/staff/anna@x"}, 204)
	r.expect(call{method: "DELETE", path: "/api/v1/staff/admin"}, 409, "last_administrator")
}

func TestMembersHaveNoRightsOfAdministrators(t *testing.T) {
	r := newRig(t)
	for _, role := range []string{"user", "agent"} {
		r.member(role, role, nil)
		session := r.loginAs(role)
		_, token := r.ownToken(session)
		for _, o := range r.server.Operations() {
			if o.Access == api.AccessPublic || o.Access == api.AccessMember || o.Access == api.AccessSession {
				continue
			}
			a := r.do(call{method: o.Method, path: concrete(o.Path), token: "-", header: session})
			assert.Equal(t, 403, a.StatusCode, "%s by session: %s", o.ID, a.text)
			a = r.do(call{method: o.Method, path: concrete(o.Path), token: token})
			assert.Equal(t, 403, a.StatusCode, "%s by token: %s", o.ID, a.text)
		}
		var me struct {
			User, Kind, Role, View string
			Profile                *string
		}
		r.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: session}, 200).into(t, &me)
		assert.Equal(t, []string{role, "person", role}, []string{me.User, me.Kind, me.Role})
		assert.Nil(t, me.Profile)
	}
}

// The administrator's preview is what the member sees.
func TestTheSidebarIsWhatWasGiven(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"Always", "Admins", "Agents", "Never", "Other"} {
		require.Equal(t, 200, r.install(htmlZip(t, name, "1.0.0"), false).StatusCode)
	}
	for id, sidebar := range map[string]string{"admins": "adminOnly", "agents": "agentOnly", "never": "never"} {
		r.patch("/api/v1/plugins/"+id, map[string]any{"sidebar": sidebar})
	}
	given := []string{"always", "admins", "agents", "never"}
	r.expect(call{method: "POST", path: "/api/v1/profiles", json: map[string]any{"name": "Desk", "role": "agent", "plugins": given[:2]}}, 201)
	r.member("anna", "agent", map[string]any{"profile": "desk", "plugins": given[2:]})
	r.member("uwe", "user", map[string]any{"plugins": given})
	r.member("boss", "admin", nil)
	r.member("nobody", "agent", nil)
	r.member("robot", "user", map[string]any{"kind": "service", "plugins": given})
	var robot struct{ Token string }
	r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "t", "scopes": []string{"*"}, "user": "robot"}}, 201).into(t, &robot)
	for name, want := range map[string][]string{
		"anna": {"agents", "always"}, "uwe": {"admins", "always"}, "boss": {"admins", "always", "other"}, "nobody": {}, "robot": {},
	} {
		own := call{method: "GET", path: "/api/v1/me/sidebar", token: robot.Token}
		if name != "robot" {
			own.token, own.header = "-", r.loginAs(name)
		}
		seen, preview := r.expect(own, 200), r.get("/api/v1/staff/"+name+"/sidebar")
		assert.Equal(t, string(seen.text), string(preview.text), name)
		var list struct{ Items []host.SidebarEntry }
		seen.into(t, &list)
		ids := []string{}
		for _, e := range list.Items {
			ids = append(ids, e.ID)
		}
		assert.Equal(t, want, ids, name)
		var view host.MemberView
		r.get("/api/v1/staff/"+name).into(t, &view)
		for _, e := range view.EffectivePlugins {
			if name != "robot" && name != "boss" { // who opens what no sidebar shows
				assert.Equal(t, slices.Contains(want, e.ID), e.Opens, "%s %s", name, e.ID)
			}
		}
	}
	r.expect(call{method: "GET", path: "/api/v1/staff/somebody/sidebar"}, 404, "member_not_found")
}

// D5, D8: what a member was not given is not there, at every door.
func TestEveryDoorIsShutToWhomAPluginWasNotGiven(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	both := map[string]any{"plugins": []string{"pages", "clock"}}
	r.member("without-agent", "agent", nil)
	r.member("without-user", "user", nil)
	r.member("agent", "agent", both)
	r.member("user", "user", both)
	r.member("service", "agent", map[string]any{"kind": "service", "plugins": []string{"pages", "clock"}})
	tokens := map[string]string{"admin": r.token, "only apps:other": r.newToken("apps:other"), "only apps:clock": r.newToken("apps:clock")}
	for _, name := range []string{"without-agent", "without-user", "agent", "user"} {
		_, tokens[name] = r.ownToken(r.loginAs(name))
	}
	var service struct{ Token string }
	r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "t", "scopes": []string{"*"}, "user": "service"}}, 201).into(t, &service)
	tokens["service"] = service.Token

	upgrade := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
	doors := map[string]call{
		"a page":          {method: "GET", path: "/apps/pages/pages/agent.html"},
		"the root":        {method: "GET", path: "/apps/pages/"},
		"no slash":        {method: "GET", path: "/apps/pages"},
		"a missing file":  {method: "GET", path: "/apps/pages/nothing"},
		"a route":         {method: "GET", path: "/apps/clock/x"},
		"a post":          {method: "POST", path: "/apps/clock/x", json: map[string]any{}},
		"a socket":        {method: "GET", path: "/apps/clock/socket", header: upgrade},
		"an encoded path": {method: "GET", path: "/apps/clock/%2e%2e/pages/"},
	}
	open := func(who string, c call) bool {
		t.Helper()
		c.token = tokens[who]
		if c.header != nil { // a socket goes on
			req := r.request(c)
			res, err := http.DefaultTransport.RoundTrip(req)
			require.NoError(t, err)
			defer res.Body.Close()
			return res.StatusCode == 101
		}
		a := r.do(c)
		return a.StatusCode != 404 || a.code() != "plugin_not_found"
	}
	check := func(sidebar string, who map[string]bool) {
		t.Helper()
		for _, id := range []string{"pages", "clock"} {
			r.patch("/api/v1/plugins/"+id, map[string]any{"sidebar": sidebar})
		}
		for name, want := range who {
			for door, c := range doors {
				if name == "only apps:clock" && c.path[:8] != "/apps/cl" {
					assert.False(t, open(name, c), "%s: %s", name, door)
					continue
				}
				assert.Equal(t, want, open(name, c), "%s: %s with %s", name, door, sidebar)
			}
		}
	}
	who := map[string]bool{"admin": true, "only apps:clock": true, "only apps:other": false, "without-agent": false, "without-user": false, "service": true}
	with := func(user, agent bool) map[string]bool { who["user"], who["agent"] = user, agent; return who }
	check("always", with(true, true))
	check("adminOnly", with(true, false))
	check("agentOnly", with(false, true))
	check("never", with(false, false))
	check("always", with(true, true))

	stranger := r.do(call{method: "GET", path: "/apps/nothing/x", token: tokens["agent"]})
	refused := r.do(call{method: "GET", path: "/apps/clock/x", token: tokens["without-agent"]})
	var a, b map[string]any
	require.NoError(t, json.Unmarshal(stranger.text, &a))
	require.NoError(t, json.Unmarshal(refused.text, &b))
	assert.Equal(t, a["code"], b["code"], "what was not given looks like what is not there")
	assert.Equal(t, stranger.StatusCode, refused.StatusCode)
}
