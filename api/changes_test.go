package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a list of the console shows is told of when it changes, so that nobody has to ask again and again.
func TestEveryChangeIsAnEvent(t *testing.T) {
	r := newRig(t)
	live := r.open(eventStream("/api/v1/events"))
	live.until("retry:")
	step := func(event, plugin string, do func()) {
		t.Helper()
		do()
		text := fmt.Sprintf(`"type":%q`, event)
		if plugin != "" {
			text += fmt.Sprintf(`,"plugin":%q`, plugin)
		}
		live.until(text)
	}
	with := func(method, path string, status int, body any) func() {
		return func() {
			t.Helper()
			c := call{method: method, path: path, json: body}
			if path == "/api/v1/plugins/clock/settings" || path == "/api/v1/plugins/clock/grants" {
				c.header = map[string]string{"If-Match": r.get(path).Header.Get("ETag")}
			}
			r.expect(c, status)
		}
	}
	clock := func(version, more string) []byte {
		return scriptZip(t, "Clock", version, "app.js", `,"settings":{"type":"object","properties":{"city":{"type":"string"}}}`+more)
	}
	installed := func(zip []byte) func() {
		return func() { require.Equal(t, http.StatusOK, r.install(zip, true).StatusCode) }
	}
	const one = "/api/v1/plugins/clock"
	for _, c := range []struct {
		event, plugin string
		do            func()
	}{
		{"plugin.uploaded", "clock", func() { require.Equal(t, 201, r.upload(clock("1.0.0", "")).StatusCode) }},
		{"job.started", "clock", installed(clock("1.0.0", ""))},
		{"job.progress", "clock", func() {}},
		{"plugin.installed", "clock", func() {}},
		{"plugin.state", "clock", func() {}},
		{"job.ended", "clock", func() {}},
		{"plugin.edited", "clock", with("PATCH", one, 200, map[string]any{"icon": "icon-phone"})},
		{"plugin.settings", "clock", with("PUT", one+"/settings", 200, map[string]any{"city": "Roma"})},
		{"plugin.grants", "clock", with("PUT", one+"/grants", 200, map[string]any{"network": map[string]any{"outbound": []string{"example.org:443"}}})},
		{"plugin.stop", "clock", with("POST", one+"/stop?wait=true", 200, nil)},
		{"plugin.start", "clock", with("POST", one+"/start?wait=true", 200, nil)},
		{"plugin.restart", "clock", with("POST", one+"/restart?wait=true", 200, nil)},
		{"plugin.installed", "clock", installed(clock("2.0.0", ""))},
		{"plugin.rolled_back", "clock", with("POST", one+"/rollback?wait=true", 200, map[string]any{"version": "1.0.0"})},
		{"plugin.uninstalled", "clock", with("POST", one+"/uninstall?wait=true", 200, map[string]any{})},
		{"plugin.removed", "clock", with("DELETE", one, 204, nil)},
		{"profile.created", "", with("POST", "/api/v1/profiles", 201, map[string]any{"name": "Desk", "role": "agent"})},
		{"profile.edited", "", with("PATCH", "/api/v1/profiles/desk", 200, map[string]any{"name": "Front"})},
		{"profile.deleted", "", with("DELETE", "/api/v1/profiles/desk", 204, nil)},
		{"member.created", "", func() { r.member("anna", "agent", nil) }},
		{"member.edited", "", with("PATCH", "/api/v1/staff/anna", 200, map[string]any{"role": "user"})},
		{"session.opened", "", func() { r.loginAs("anna") }},
		{"session.closed", "", with("DELETE", "/api/v1/staff/anna/sessions", 204, nil)},
		{"member.deleted", "", with("DELETE", "/api/v1/staff/anna", 204, nil)},
	} {
		step(c.event, c.plugin, c.do)
	}
	var token struct{ ID string }
	step("token.created", "", func() {
		r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "t", "scopes": []string{"plugins:read"}}}, 201).into(t, &token)
	})
	step("token.edited", "", with("PATCH", "/api/v1/tokens/"+token.ID, 200, map[string]any{"name": "u"}))
	step("token.deleted", "", with("DELETE", "/api/v1/tokens/"+token.ID, 204, nil))
	key := publisherKey(t)
	at := "/api/v1/trusted-keys/" + key.Public().ID
	step("key.trusted", "", func() { r.trust(key, "Example Ltd") })
	step("plugin.installed", "pages", installed(signedBy(t, htmlZip(t, "Pages", "1.0.0"), key)))
	step("key.revoked", "", with("PATCH", at, 200, map[string]any{"revoked": true}))
	step("plugin.quarantined", "pages", func() {})
	step("key.restored", "", with("PATCH", at, 200, map[string]any{"revoked": false}))
	step("plugin.released", "pages", func() {})
	step("key.edited", "", with("PATCH", at, 200, map[string]any{"name": "Other Ltd"}))
	step("key.removed", "", with("DELETE", at, 204, nil))
}
