package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A token is edited to less and never to more.
func TestATokenBecomesNarrowerAndShorter(t *testing.T) {
	r := newRig(t)
	var made struct{ ID, Token string }
	r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "deploy", "scopes": []string{"plugins:read", "plugins:manage"}, "expiresInSeconds": 3600}}, 201).into(t, &made)
	path := "/api/v1/tokens/" + made.ID
	edit := func(patch map[string]any, token string) answer {
		return r.do(call{method: "PATCH", path: path, json: patch, token: token})
	}
	for name, patch := range map[string]map[string]any{
		"another scope":   {"scopes": []string{"plugins:read", "plugins:upload"}},
		"all scopes":      {"scopes": []string{"*"}},
		"no scope":        {"scopes": []string{}},
		"a longer life":   {"expiresInSeconds": 7200},
		"life for ever":   {"expiresInSeconds": 0},
		"no name":         {"name": " "},
		"a huge life":     {"expiresInSeconds": int64(1) << 62},
		"a scope of none": {"scopes": []string{"everything"}},
	} {
		assert.Equal(t, 422, edit(patch, "").StatusCode, name)
	}
	assert.Equal(t, 400, edit(map[string]any{"user": "admin"}, "").StatusCode)
	assert.Equal(t, "token_too_narrow", edit(map[string]any{"name": "x"}, made.Token).code(), "not by itself")
	r.member("anna", "agent", nil)
	r.expect(call{method: "PATCH", path: path, json: map[string]any{"name": "x"}, token: "-", header: r.loginAs("anna")}, 404)

	etag := r.get(path).Header.Get("ETag")
	var after struct {
		Name      string
		Scopes    []string
		ExpiresAt string
	}
	edit(map[string]any{"name": "read", "scopes": []string{"plugins:read"}, "expiresInSeconds": 60}, "").into(t, &after)
	assert.Equal(t, "read", after.Name)
	assert.Equal(t, []string{"plugins:read"}, after.Scopes)
	r.expect(call{method: "PATCH", path: path, json: map[string]any{"name": "y"}, header: map[string]string{"If-Match": etag}}, 412, "token_changed")
	r.expect(call{method: "GET", path: "/api/v1/plugins", token: made.Token}, 200)
	r.expect(call{method: "POST", path: "/api/v1/plugins/clock/start", token: made.Token}, 403, "missing_scope")
	assert.Equal(t, 422, edit(map[string]any{"scopes": []string{"plugins:manage"}}, "").StatusCode, "what it had is not given back")
	entries, _ := r.trail("?kind=token.edited")
	require.Len(t, entries, 1)
	assert.NotContains(t, string(entries[0].After), made.Token)
}
