package api_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestASessionOpensAndEnds(t *testing.T) {
	r := newRig(t)
	a := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "admin", "password": adminPassword}}, 204)
	require.Len(t, a.Cookies(), 2)
	cookie := a.Cookies()[0]
	assert.Equal(t, "appzone_session", cookie.Name)
	assert.True(t, cookie.HttpOnly)
	assert.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	assert.Empty(t, cookie.Domain)

	session := map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}
	var me struct {
		User, Role, View string
		Scopes           []string
		Token            *string
	}
	r.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: session}, 200).into(t, &me)
	assert.Equal(t, "admin", me.User)
	assert.Equal(t, []string{"*"}, me.Scopes)
	assert.Nil(t, me.Token)

	out := r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: session}, 204)
	assert.Empty(t, out.Cookies()[0].Value)
	r.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: session}, 401, "session_ended")
}

func TestLoginRefuses(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		call   call
		status int
		code   string
	}{
		"a wrong password":  {call{json: map[string]string{"username": "admin", "password": "no"}}, 401, "login_failed"},
		"an unknown user":   {call{json: map[string]string{"username": "nobody", "password": "no"}}, 401, "login_failed"},
		"an unknown field":  {call{json: map[string]string{"username": "a", "password": "b", "admin": "true"}}, 400, "body_malformed"},
		"a wrong type":      {call{json: map[string]any{"username": 7}}, 400, "body_malformed"},
		"no body":           {call{}, 400, "body_empty"},
		"another site":      {call{json: map[string]string{}, header: map[string]string{"Origin": "https://evil.example"}}, 403, "wrong_origin"},
		"a form":            {call{json: map[string]string{}, header: map[string]string{"Content-Type": "text/plain"}}, 415, "unsupported_media_type"},
		"an endless secret": {call{json: map[string]string{"username": "admin", "password": string(make([]byte, 5000))}}, 401, "login_failed"},
	} {
		c.call.method, c.call.path, c.call.token = "POST", "/api/v1/session", "-"
		a := r.do(c.call)
		assert.Equal(t, c.status, a.StatusCode, "%s: %s", name, a.text)
		assert.Equal(t, c.code, a.code(), name)
		assert.Empty(t, a.Cookies(), name)
	}
}

func TestGuessingAPasswordIsSlowedDown(t *testing.T) {
	r := newRig(t)
	guess := func(user string) answer {
		return r.do(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": user, "password": "guess"}})
	}
	var last answer
	for range 12 {
		if last = guess("admin"); last.StatusCode == 429 {
			break
		}
		assert.Equal(t, 401, last.StatusCode)
	}
	require.Equal(t, 429, last.StatusCode)
	assert.Equal(t, "too_many_logins", last.code())
	seconds, err := strconv.Atoi(last.Header.Get("Retry-After"))
	require.NoError(t, err)
	assert.Positive(t, seconds)
	assert.Equal(t, 429, guess("somebody else").StatusCode, "the address is limited, too")
}

func TestTokens(t *testing.T) {
	r := newRig(t)
	made := r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "deploy", "scopes": []string{"plugins:read"}, "expiresInSeconds": 60}}, 201)
	var token struct{ ID, Token string }
	made.into(t, &token)
	assert.Equal(t, "/api/v1/tokens/"+token.ID, made.Header.Get("Location"))
	r.expect(call{method: "GET", path: "/api/v1/plugins", token: token.Token}, 200)
	r.expect(call{method: "POST", path: "/api/v1/plugins", token: token.Token}, 403, "missing_scope")
	r.expect(call{method: "POST", path: "/api/v1/tokens", token: token.Token, json: map[string]any{"name": "more", "scopes": []string{"*"}}}, 403, "token_too_narrow")

	list := r.get("/api/v1/tokens")
	assert.NotContains(t, string(list.text), token.Token, "H8: a secret is shown once")
	assert.Contains(t, string(list.text), token.ID)
	one := r.expect(call{method: "GET", path: made.Header.Get("Location"), token: token.Token}, 200)
	assert.NotContains(t, string(one.text), token.Token, "H8: a secret is shown once")
	assert.Contains(t, string(one.text), `"name":"deploy"`)
	r.expect(call{method: "GET", path: made.Header.Get("Location"), token: r.newToken("plugins:read")}, 404, "token_not_found")

	r.expect(call{method: "DELETE", path: "/api/v1/tokens/" + token.ID}, 204)
	r.expect(call{method: "GET", path: "/api/v1/plugins", token: token.Token}, 401, "token_invalid")
	r.expect(call{method: "DELETE", path: "/api/v1/tokens/" + token.ID}, 404, "token_not_found")
	r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "", "scopes": []string{"root"}}}, 422, "token_invalid")

	narrow := r.newToken("staff:manage", "plugins:read")
	r.expect(call{method: "POST", path: "/api/v1/tokens", token: narrow, json: map[string]any{"name": "more", "scopes": []string{"plugins:manage"}}}, 422, "token_invalid")
}
