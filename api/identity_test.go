package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
)

// asked is what a plugin of the tests tells about the request that it got.
type asked struct{ Header http.Header }

func (r *rig) asked(a answer) (got asked) {
	r.t.Helper()
	require.Equal(r.t, 200, a.StatusCode, string(a.text))
	a.into(r.t, &got)
	return got
}

// keys are those that the host publishes.
func (r *rig) keys() identity.Keys {
	r.t.Helper()
	a := r.expect(call{method: "GET", path: "/.well-known/jwks.json", token: "-"}, 200)
	assert.Equal(r.t, []string{"public, max-age=300"}, a.Header.Values("Cache-Control"))
	keys, err := identity.ParseKeys(a.text)
	require.NoError(r.t, err)
	return keys
}

// D1, D2: what a client says of itself is dropped, also where it asks for what the host says to be dropped.
func TestAScriptIsToldWhoAsksInASignedToken(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", `,"permissions":{}`), true).StatusCode)
	const path = "/apps/clock/"
	first := r.asked(r.do(call{method: "GET", path: path})).Header.Get("X-Appzone-Identity")
	claims, err := r.keys().Verify(first, "clock")
	require.NoError(t, err)
	assert.Equal(t, identity.Claims{User: "admin", Role: "admin", Subject: "admin", Issuer: "http://zone.example.org", IssuedAt: claims.IssuedAt, ExpiresAt: claims.IssuedAt + 60}, claims)
	assert.InDelta(t, time.Now().Unix(), claims.IssuedAt, 30)

	own := identity.NewSigner("http://zone.example.org")
	require.NoError(t, own.Use(identity.NewKey("own")))
	forged, err := own.Token("clock", "root", "admin")
	require.NoError(t, err)
	for name, headers := range map[string]map[string]string{
		"forged":         {"X-AppZone-Identity": forged},
		"in other case":  {"x-appzone-identity": forged},
		"underscore":     {"X_AppZone_Identity": forged},
		"hop by hop":     {"Connection": "X-AppZone-Identity, X-AppZone-User"},
		"both":           {"Connection": "close, X-AppZone-Identity", "X-AppZone-Identity": forged},
		"another member": {"X-AppZone-User": "root", "X-AppZone-Role": "agent"},
	} {
		got := r.asked(r.do(call{method: "GET", path: path, header: headers}))
		require.Len(t, got.Header["X-Appzone-Identity"], 1, name)
		claims, err := r.keys().Verify(got.Header.Get("X-Appzone-Identity"), "clock")
		require.NoError(t, err, name)
		assert.Equal(t, "admin", claims.User, name)
		assert.Equal(t, []string{"admin"}, got.Header["X-Appzone-User"], name)
		for field := range got.Header {
			assert.False(t, strings.Contains(field, "_"), "%s: %s", name, field)
		}
	}
}

func TestATokenIsForOnePlugin(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"Clock", "Inbox"} {
		require.Equal(t, 200, r.install(scriptZip(t, name, "1.0.0", "app.js", `,"permissions":{}`), true).StatusCode)
	}
	token := r.asked(r.do(call{method: "GET", path: "/apps/clock/"})).Header.Get("X-Appzone-Identity")
	_, err := r.keys().Verify(token, "inbox")
	assert.Error(t, err, "what a plugin was sent, it cannot use at another one")
}

func TestIdentityKeysAreRotatedByTheAdministratorAlone(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", `,"permissions":{}`), true).StatusCode)
	token := func() string {
		return r.asked(r.do(call{method: "GET", path: "/apps/clock/"})).Header.Get("X-Appzone-Identity")
	}
	rotate := call{method: "POST", path: "/api/v1/identity-keys"}
	first := token()
	var key struct{ ID string }
	r.expect(rotate, 201).into(t, &key)
	assert.Contains(t, string(r.expect(call{method: "GET", path: "/.well-known/jwks.json"}, 200).text), key.ID)
	second := token()
	assert.NotEqual(t, first, second)
	for _, text := range []string{first, second} {
		_, err := r.keys().Verify(text, "clock")
		assert.NoError(t, err)
	}
	rotate.json = map[string]any{"withdrawOld": true}
	r.expect(rotate, 201)
	for _, text := range []string{first, second} {
		_, err := r.keys().Verify(text, "clock")
		assert.Error(t, err)
	}
	_, err := r.keys().Verify(token(), "clock")
	assert.NoError(t, err)

	rotate.json = map[string]any{"withdraw": true}
	r.expect(rotate, 400)
	rotate.json = nil
	rotate.token = "-"
	r.expect(rotate, 401)
	rotate.token = r.newToken("plugins:manage", "staff:manage", "plugins:grant")
	r.expect(rotate, 403, "missing_scope")
}
