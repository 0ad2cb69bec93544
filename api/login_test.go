package api_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// as makes a request with a cookie and no token.
func (r *rig) as(cookie string, c call) call {
	c.token, c.header = "-", map[string]string{"Cookie": cookie}
	return c
}

const newPassword = "another password"

func TestAPasswordIsChanged(t *testing.T) {
	r := newRig(t)
	own, other := r.login(), r.login()
	change := func(current, password string) call {
		return r.as(own, call{method: "PUT", path: "/api/v1/me/password", json: map[string]string{"current": current, "password": password}})
	}
	r.expect(change("wrong", newPassword), 403, "password_wrong")
	r.expect(change(adminPassword, "short"), 422, "password_invalid")
	r.expect(call{method: "PUT", path: "/api/v1/me/password", json: map[string]string{"current": adminPassword, "password": newPassword}}, 403, "session_required")
	foreign := change(adminPassword, newPassword)
	foreign.header["Origin"] = "https://evil.example"
	r.expect(foreign, 403, "wrong_origin")
	changed := r.expect(change(adminPassword, newPassword), 204)
	assert.NotEmpty(t, cookieOf(t, changed, "device"), "the browser stays known")
	r.expect(r.as(own, call{method: "GET", path: "/api/v1/me"}), 200)
	r.expect(r.as(other, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
	r.expect(call{method: "GET", path: "/api/v1/me"}, 200) // by token
	login := call{method: "POST", path: "/api/v1/session", token: "-"}
	login.json = map[string]string{"username": "admin", "password": adminPassword}
	r.expect(login, 401, "login_failed")
	login.json = map[string]string{"username": "admin", "password": newPassword}
	r.expect(login, 204)
}

// A session that was stolen is no way to guess the password.
func TestGuessingTheCurrentPasswordIsSlowedDown(t *testing.T) {
	r := newRig(t)
	own := r.login()
	for path, guess := range map[string]call{
		"/api/v1/me/password": {method: "PUT", json: map[string]string{"current": "guess", "password": newPassword}},
		"/api/v1/me/totp":     {method: "DELETE", json: map[string]string{"password": "guess"}},
		"/api/v1/me/totp?":    {method: "POST", json: map[string]string{"password": "guess"}},
	} {
		guess.path = path
		var last answer
		for range 40 { // a slow machine gives tries back meanwhile
			if last = r.do(r.as(own, guess)); last.StatusCode == 429 {
				break
			}
			require.Equal(t, "password_wrong", last.code(), path)
		}
		assert.Equal(t, "too_many_logins", last.code(), path)
	}
}

type session struct {
	ID, Address, UserAgent string
	Current                bool
}

func (r *rig) sessions(cookie string) []session {
	r.t.Helper()
	var list struct{ Items []session }
	r.expect(r.as(cookie, call{method: "GET", path: "/api/v1/me/sessions"}), 200).into(r.t, &list)
	return list.Items
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	r := newRig(t)
	other := r.login()
	in := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", header: map[string]string{"User-Agent": strings.Repeat("browser ", 100)},
		json: map[string]string{"username": "admin", "password": adminPassword}}, 204)
	own := cookieOf(t, in, "session")
	list := r.sessions(own)
	require.Len(t, list, 2)
	ids := map[bool]string{}
	for _, s := range list {
		ids[s.Current] = s.ID
		assert.Equal(t, "127.0.0.1", s.Address)
		assert.LessOrEqual(t, len(s.UserAgent), 200)
		assert.Equal(t, s.Current, strings.HasPrefix(s.UserAgent, "browser "))
		for _, cookie := range []string{own, other} {
			_, secret, _ := strings.Cut(cookie, "=")
			assert.NotContains(t, secret, s.ID)
		}
	}
	r.expect(r.as(own, call{method: "DELETE", path: "/api/v1/me/sessions/" + ids[false]}), 204)
	r.expect(r.as(other, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
	r.expect(r.as(own, call{method: "DELETE", path: "/api/v1/me/sessions/" + ids[false]}), 404, "session_not_found")
	ended := r.expect(r.as(own, call{method: "DELETE", path: "/api/v1/me/sessions/" + ids[true]}), 204)
	assert.Equal(t, "appzone_session=", cookieOf(t, ended, "session"), "the cookie goes with its session")
	r.expect(r.as(own, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
}

func TestSigningOutEverywhere(t *testing.T) {
	r := newRig(t)
	r.member("bob", "agent", nil)
	bob := r.loginAs("bob")["Cookie"]
	own, other := r.login(), r.login()
	r.expect(r.as(bob, call{method: "DELETE", path: "/api/v1/staff/admin/sessions"}), 403, "missing_scope")
	out := r.expect(r.as(own, call{method: "DELETE", path: "/api/v1/me/sessions"}), 204)
	assert.Equal(t, "appzone_session=", cookieOf(t, out, "session"))
	for _, cookie := range []string{own, other} {
		r.expect(r.as(cookie, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
	}
	r.expect(r.as(bob, call{method: "GET", path: "/api/v1/me"}), 200)
	manager := r.newToken("staff:manage")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/bob/sessions", token: manager}, 204)
	r.expect(r.as(bob, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/nobody/sessions", token: manager}, 404, "member_not_found")
}

// A session that somebody planted in the browser is not the one that a log-in opens.
func TestALoginIsNotFixed(t *testing.T) {
	r := newRig(t)
	planted := r.login()
	in := r.expect(r.as(planted, call{method: "POST", path: "/api/v1/session", json: map[string]string{"username": "admin", "password": adminPassword}}), 204)
	assert.NotEqual(t, planted, cookieOf(t, in, "session"))
	r.expect(r.as(planted, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
	r.expect(r.as("appzone_session=chosen", call{method: "POST", path: "/api/v1/session", json: map[string]string{"username": "admin", "password": adminPassword}}), 204)
	r.expect(r.as("appzone_session=chosen", call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
}

func TestTheCookiesAreTheConsolesAlone(t *testing.T) {
	for prefix, secure := range map[string]bool{"": false, "__Host-": true} {
		r := newRig(t, trustLoopback)
		header := map[string]string{}
		if secure {
			header["X-Forwarded-Proto"] = "https"
		}
		in := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", header: header, json: map[string]string{"username": "admin", "password": adminPassword}}, 204)
		require.Len(t, in.Cookies(), 2)
		for i, c := range in.Cookies() {
			assert.Equal(t, prefix+[]string{"appzone_session", "appzone_device"}[i], c.Name)
			assert.Equal(t, secure, c.Secure)
			assert.True(t, c.HttpOnly)
			assert.Equal(t, http.SameSiteStrictMode, c.SameSite)
			assert.Equal(t, "/", c.Path)
			assert.Empty(t, c.Domain)
			assert.Equal(t, []int{0, 180 * 24 * 3600}[i], c.MaxAge)
		}
	}
}

// D9: what makes a browser known is no business of a plugin.
func TestAPluginDoesNotSeeTheDevice(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	var got seen
	r.expect(call{method: "GET", path: "/apps/clock/x", header: map[string]string{"Cookie": "appzone_device=d; own=1; __Host-appzone_device=e"}}, 200).into(t, &got)
	assert.Equal(t, "own=1", got.Header.Get("Cookie"))
}

// codeAt is what the authenticator app shows then.
func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	require.NoError(t, err)
	return code
}

func TestASecondFactor(t *testing.T) {
	r := newRig(t)
	own := r.login()
	mine := func(method string, body any) call {
		return r.as(own, call{method: method, path: "/api/v1/me/totp", json: body})
	}
	login := func(code string) call {
		return call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "admin", "password": adminPassword, "code": code}}
	}
	on := func() bool {
		var me struct{ TOTP bool }
		r.get("/api/v1/me").into(t, &me)
		return me.TOTP
	}
	r.expect(call{method: "POST", path: "/api/v1/me/totp"}, 403, "session_required")
	r.expect(mine("PUT", map[string]string{"code": "123456"}), 409, "totp_not_begun")
	var begun struct{ Secret, URL string }
	r.expect(mine("POST", map[string]string{"password": adminPassword}), 200).into(t, &begun)
	link, err := url.Parse(begun.URL)
	require.NoError(t, err)
	assert.Equal(t, begun.Secret, link.Query().Get("secret"))
	assert.False(t, on())
	r.expect(mine("PUT", map[string]string{"code": "12345"}), 422, "totp_invalid")
	var codes struct{ RecoveryCodes []string }
	r.expect(mine("PUT", map[string]string{"code": codeAt(t, begun.Secret, time.Now())}), 200).into(t, &codes)
	require.Len(t, codes.RecoveryCodes, 10)
	assert.True(t, on())
	r.expect(mine("POST", map[string]string{"password": adminPassword}), 409, "totp_enabled")

	r.expect(login(""), 401, "totp_required")
	r.expect(login("x"), 401, "totp_invalid")
	r.expect(login(codeAt(t, begun.Secret, time.Now().Add(30*time.Second))), 204) // the next one, within the skew
	r.expect(login(codes.RecoveryCodes[0]), 204)
	r.expect(login(codes.RecoveryCodes[0]), 401, "totp_invalid")
	wrong := login(codes.RecoveryCodes[1])
	wrong.json = map[string]string{"username": "admin", "password": "wrong", "code": codes.RecoveryCodes[1]}
	r.expect(wrong, 401, "login_failed")

	r.expect(mine("DELETE", map[string]string{"password": "wrong"}), 403, "password_wrong")
	assert.True(t, on())
	r.expect(mine("DELETE", map[string]string{"password": adminPassword}), 204)
	assert.False(t, on())
	r.expect(login(""), 204)
}

// Who knows the password gets few guesses at the code, and locks out no browser that logged in before.
func TestGuessingACodeIsSlowedDown(t *testing.T) {
	r := newRig(t, trustLoopback)
	in := r.from("192.0.2.1", "", "admin", adminPassword)
	own, device := cookieOf(t, in, "session"), cookieOf(t, in, "device")
	var begun struct{ Secret string }
	r.expect(r.as(own, call{method: "POST", path: "/api/v1/me/totp", json: map[string]string{"password": adminPassword}}), 200).into(t, &begun)
	var codes struct{ RecoveryCodes []string }
	r.expect(r.as(own, call{method: "PUT", path: "/api/v1/me/totp", json: map[string]string{"code": codeAt(t, begun.Secret, time.Now())}}), 200).into(t, &codes)
	try := func(address, cookie, password, code string) answer {
		return r.do(call{method: "POST", path: "/api/v1/session", token: "-", header: map[string]string{"X-Forwarded-For": address, "Cookie": cookie},
			json: map[string]string{"username": "admin", "password": password, "code": code}})
	}
	for range 3 {
		assert.Equal(t, "login_failed", try("198.51.100.7", "", "guess", "000000").code(), "who does not know the password takes none of them away")
	}
	var got []string
	for range 7 {
		got = append(got, try("198.51.100.8", "", adminPassword, "x00000").code())
	}
	assert.Equal(t, []string{"totp_invalid", "totp_invalid", "totp_invalid", "totp_invalid", "totp_invalid", "too_many_codes", "too_many_codes"}, got)
	limited := try("198.51.100.9", "", adminPassword, codes.RecoveryCodes[0])
	assert.Equal(t, "too_many_codes", limited.code(), "from another address, too")
	assert.NotEmpty(t, limited.Header.Get("Retry-After"))
	assert.Equal(t, 204, try("203.0.113.1", device, adminPassword, codes.RecoveryCodes[0]).StatusCode)
}

func TestASecondFactorIsReset(t *testing.T) {
	r := newRig(t)
	r.member("bob", "agent", nil)
	enroll := func(user, password string) {
		own := cookieOf(t, r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": user, "password": password}}, 204), "session")
		var begun struct{ Secret string }
		r.expect(r.as(own, call{method: "POST", path: "/api/v1/me/totp", json: map[string]string{"password": password}}), 200).into(t, &begun)
		r.expect(r.as(own, call{method: "PUT", path: "/api/v1/me/totp", json: map[string]string{"code": codeAt(t, begun.Secret, time.Now())}}), 200)
	}
	enroll("bob", memberPassword)
	enroll("admin", adminPassword)
	manager := r.newToken("staff:manage")
	assert.Contains(t, string(r.get("/api/v1/staff/bob").text), `"totp":true`)
	assert.Equal(t, 2, strings.Count(string(r.get("/api/v1/staff").text), `"totp":true`))
	r.expect(call{method: "DELETE", path: "/api/v1/staff/bob/totp", token: r.newToken("plugins:manage")}, 403, "missing_scope")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/admin/totp", token: manager}, 403, "administrator_required")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/nobody/totp", token: manager}, 404, "member_not_found")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/bob/totp", token: manager}, 204)
	assert.Contains(t, string(r.get("/api/v1/staff/bob").text), `"totp":false`)
	r.expect(call{method: "DELETE", path: "/api/v1/staff/admin/totp"}, 204)
	for user, password := range map[string]string{"bob": memberPassword, "admin": adminPassword} {
		r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": user, "password": password}}, 204)
	}
}

// Browsers encode the @ of a name that single sign-on made of an address.
func TestAnEncodedNameIsTheSameMember(t *testing.T) {
	r := newRig(t)
	r.member("bob@example.org", "agent", nil)
	own := cookieOf(t, r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "bob@example.org", "password": memberPassword}}, 204), "session")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/bob%40example.org/totp"}, 204)
	r.expect(call{method: "DELETE", path: "/api/v1/staff/bob%40example.org/sessions"}, 204)
	r.expect(r.as(own, call{method: "GET", path: "/api/v1/me"}), 401, "session_ended")
}

// Bodies that are not understood change nothing and cost no hash.
func TestWhatChangesALoginTakesItsOwnBodyAlone(t *testing.T) {
	r := newRig(t)
	own := r.login()
	for _, o := range []call{{method: "PUT", path: "/api/v1/me/password"}, {method: "PUT", path: "/api/v1/me/totp"}, {method: "POST", path: "/api/v1/me/totp"}, {method: "DELETE", path: "/api/v1/me/totp"}} {
		r.expect(r.as(own, o), 400, "body_empty")
		o.json = map[string]any{"current": 7, "code": 7, "password": 7}
		r.expect(r.as(own, o), 400, "body_malformed")
		o.json = map[string]string{"user": "admin"}
		r.expect(r.as(own, o), 400, "body_malformed")
		o.json, o.body = nil, bytes.NewReader([]byte(`{"code":"1","code":"2"}`))
		doubled := r.as(own, o)
		doubled.header["Content-Type"] = "application/json"
		r.expect(doubled, 400)
	}
}

// What was refused is in the trail once, without what was tried.
func TestRefusedGuessesAreInTheTrail(t *testing.T) {
	r := newRig(t)
	own := r.login()
	r.expect(r.as(own, call{method: "PUT", path: "/api/v1/me/password", json: map[string]string{"current": "a wrong one", "password": newPassword}}), 403, "password_wrong")
	r.expect(call{method: "DELETE", path: "/api/v1/staff/admin/totp", token: r.newToken("staff:manage")}, 403, "administrator_required")
	var begun struct{ Secret string }
	r.expect(r.as(own, call{method: "POST", path: "/api/v1/me/totp", json: map[string]string{"password": adminPassword}}), 200).into(t, &begun)
	r.expect(r.as(own, call{method: "PUT", path: "/api/v1/me/totp", json: map[string]string{"code": codeAt(t, begun.Secret, time.Now())}}), 200)
	for _, code := range []string{"", "a wrong code"} {
		r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "admin", "password": adminPassword, "code": code}}, 401)
	}
	items := r.denials(4)
	var got []string
	for _, e := range items {
		got = append(got, strings.Join([]string{e.Actor, e.Kind, e.Subject, e.Code}, " "))
	}
	assert.Equal(t, []string{"admin session.refused  totp_invalid", "admin session.refused  totp_required",
		"admin request.denied resetTOTP administrator_required", "admin request.denied putMyPassword password_wrong"}, got)
	text := string(r.get("/api/v1/audit").text)
	assert.NotContains(t, text, "a wrong")
	assert.NotContains(t, text, begun.Secret)
}
