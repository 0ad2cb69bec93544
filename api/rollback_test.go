package api_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRollback(t *testing.T) {
	r := newRig(t)
	settings := func(kind string) string {
		return `,"settings":{"type":"object","properties":{"port":{"type":"` + kind + `"}}}`
	}
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", settings("integer")), true).StatusCode)
	back := func(token string, body any) answer {
		return r.do(call{method: "POST", path: "/api/v1/plugins/clock/rollback?wait=true", token: token, json: body})
	}
	assert.Equal(t, "version_not_found", back("", map[string]any{}).code(), "nothing was before")
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "2.0.0", "app.js", settings("string")), true).StatusCode)
	var p struct {
		Version string
		Trial   bool
		Former  *struct {
			Version  string
			Snapshot bool
		}
	}
	r.get("/api/v1/plugins/clock").into(t, &p)
	assert.True(t, p.Trial)
	require.NotNil(t, p.Former)
	assert.Equal(t, "1.0.0", p.Former.Version)
	assert.True(t, p.Former.Snapshot)

	assert.Equal(t, "data_unknown", back("", map[string]any{"data": "lose"}).code())
	assert.Equal(t, 400, back("", map[string]any{"versions": "1.0.0"}).StatusCode)
	assert.Equal(t, 404, back("", map[string]any{"version": "9.0.0"}).StatusCode)
	assert.Equal(t, 404, r.do(call{method: "POST", path: "/api/v1/plugins/nothing/rollback"}).StatusCode)
	assert.Equal(t, 403, back(r.newToken("plugins:read", "plugins:grant"), nil).StatusCode)

	require.Equal(t, 200, r.do(call{method: "PUT", path: "/api/v1/plugins/clock/settings", json: map[string]any{"port": "eighty"}}).StatusCode)
	refused := back("", nil)
	assert.Equal(t, 422, refused.StatusCode)
	assert.Equal(t, "settings_refused", refused.code())
	done := back(r.newToken("plugins:manage"), map[string]any{"data": "restore"})
	require.Equal(t, 200, done.StatusCode, string(done.text))
	r.get("/api/v1/plugins/clock").into(t, &p)
	assert.Equal(t, "1.0.0", p.Version)
	assert.Equal(t, "2.0.0", p.Former.Version)
	assert.Equal(t, 200, back("", map[string]any{"version": "1.0.0"}).StatusCode, "it is there already")
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "3.0.0", "app.js", `,"upgrade":"overlap"`), true).StatusCode)
	assert.Equal(t, "no_snapshot", back("", map[string]any{"data": "restore"}).code())

	// A version that does not start is taken back, and says so.
	failed := r.install(scriptZip(t, "Clock", "4.0.0", "crash.js", ""), true)
	assert.Equal(t, 422, failed.StatusCode, string(failed.text))
	assert.Equal(t, "rolled_back", failed.code())
	var list struct {
		Items []struct{ Version, Fault string }
	}
	r.get("/api/v1/plugins/clock/versions").into(t, &list)
	assert.NotEmpty(t, list.Items[0].Fault)
	r.get("/api/v1/plugins/clock").into(t, &p)
	assert.Equal(t, "3.0.0", p.Version)
	require.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/clock/uninstall?wait=true"}).StatusCode)
	assert.Equal(t, "not_installed", back("", nil).code())
}
