package api_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deskZip is a plugin whose pages get desktop events of calls.
func deskZip(t *testing.T) []byte {
	return zipOf(t, map[string]string{
		"manifest.json": `{"name":"Desk","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"index.html"},"permissions":{"desktop":["screenPop","call.*"]},
			"settings":{"type":"object","properties":{"queue":{"type":"string","default":"sales"},"token":{"type":"string","writeOnly":true}}}}}`,
		"index.html": "<h1>desk</h1>",
	})
}

type delivery struct{ Delivered *int }

func (r *rig) sendDesktop(kind string, data any) int {
	r.t.Helper()
	var d delivery
	r.expect(call{method: "POST", path: "/api/v1/events/desktop", token: r.newToken("desktop:send"),
		json: map[string]any{"type": kind, "users": []string{"admin"}, "data": data}}, 202).into(r.t, &d)
	require.NotNil(r.t, d.Delivered)
	return *d.Delivered
}

func TestDesktopEventsReachThePagesThatListen(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(deskZip(t), false).StatusCode)
	assert.Equal(t, 0, r.sendDesktop("call.ringing", map[string]any{}), "no page is open")
	s := r.open(r.ofPage("desk", ".appzone/events"))
	assert.Equal(t, "text/event-stream", s.res.Header.Get("Content-Type"))
	s.until("retry:")
	assert.Equal(t, 0, r.sendDesktop("chat.message", map[string]any{}), "which was not granted")
	assert.Equal(t, 1, r.sendDesktop("call.ringing", map[string]any{"from": "+49 30 1\nevent: forged"}))
	lines := s.until(`"from"`)
	assert.Contains(t, lines, "event: desktop")
	assert.Contains(t, lines[len(lines)-1], `data: {"type":"call.ringing","time":"`)
	assert.Contains(t, lines[len(lines)-1], `"data":{"from":"+49 30 1\nevent: forged"}}`)
	assert.NotContains(t, strings.Join(lines, "\n"), "chat.message")
}

func TestDesktopEventsAreRefusedWithTheirReason(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		body   any
		status int
		code   string
		field  string
	}{
		"an unknown member": {map[string]any{"type": "call.ringing", "users": []string{"admin", "nobody"}}, 422, "desktop_event_invalid", "users[1]"},
		"an unknown type":   {map[string]any{"type": "mail.arrived", "users": []string{"admin"}}, 422, "desktop_event_invalid", "type"},
		"too much":          {map[string]any{"type": "call.ringing", "users": []string{"admin"}, "data": map[string]string{"a": strings.Repeat("x", 17<<10)}}, 422, "desktop_event_invalid", "data"},
		"too many":          {map[string]any{"type": "call.ringing", "users": make([]string, 101)}, 422, "desktop_event_invalid", "users"},
		"another field":     {map[string]any{"type": "call.ringing", "users": []string{"admin"}, "plugin": "desk"}, 400, "body_malformed", "plugin"},
	} {
		t.Run(name, func(t *testing.T) {
			a := r.expect(call{method: "POST", path: "/api/v1/events/desktop", json: c.body}, c.status, c.code)
			var p struct{ Errors []struct{ Field string } }
			a.into(t, &p)
			require.NotEmpty(t, p.Errors)
			assert.Equal(t, c.field, p.Errors[0].Field)
		})
	}
	r.expect(call{method: "POST", path: "/api/v1/events/desktop", token: r.newToken("plugins:manage"), json: map[string]any{"type": "call.ringing", "users": []string{"admin"}}}, 403, "missing_scope")
}

func TestAPageThatWasGrantedNothingCannotListen(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Plain", "1.0.0"), false).StatusCode)
	r.expect(r.ofPage("plain", ".appzone/events"), 403, "desktop_not_granted")
	r.expect(r.ofPage("plain", ".appzone/other"), 404)
}

// A page's stream ends when what it was opened with ends.
func TestAPagesStreamEndsWithItsSession(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(deskZip(t), false).StatusCode)
	cookie := r.login()
	s := r.open(r.ofPage("desk", ".appzone/events", cookie))
	s.until("retry:")
	other := r.open(r.ofPage("desk", ".appzone/events"))
	other.until("retry:")
	require.Equal(t, 2, r.sendDesktop("call.ringing", map[string]any{}))
	r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: map[string]string{"Cookie": cookie}}, 204)
	s.ended()
	assert.Equal(t, 1, r.sendDesktop("call.ended", map[string]any{}), "the other page goes on")
	other.until("call.ended")
	r.expect(call{method: "DELETE", path: "/api/v1/plugins/desk?force=true"}, 204)
	other.ended()
}

// Whoever loses the plugin loses the stream, and what comes meanwhile.
func TestAPagesStreamEndsWithThePlugin(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(deskZip(t), false).StatusCode)
	r.member("ann", "user", map[string]any{"plugins": []string{"desk"}})
	session := r.loginAs("ann")["Cookie"]
	hers := r.open(r.ofPage("desk", ".appzone/events", session))
	hers.until("retry:")
	his := r.open(r.ofPage("desk", ".appzone/events"))
	his.until("retry:")
	send := func() int {
		var d delivery
		r.expect(call{method: "POST", path: "/api/v1/events/desktop", json: map[string]any{"type": "call.ringing", "users": []string{"ann"}}}, 202).into(t, &d)
		return *d.Delivered
	}
	assert.Equal(t, 1, send())
	hers.until("call.ringing")
	r.patch("/api/v1/staff/ann", map[string]any{"plugins": []string{}})
	assert.Equal(t, 0, send(), "at once")
	hers.ended()
	r.expect(call{method: "POST", path: "/api/v1/plugins/desk/launch", token: "-", header: map[string]string{"Cookie": session}}, 404, "plugin_not_found")
	assert.Equal(t, 1, r.sendDesktop("call.ended", map[string]any{}), "others go on")
	his.until("call.ended")
}

// ofPage is a request of an open page of the plugin, opened with the rig's token or the session of a cookie.
func (r *rig) ofPage(id, path string, cookie ...string) call {
	r.t.Helper()
	launch := call{method: "POST", path: "/api/v1/plugins/" + id + "/launch", header: map[string]string{}}
	if len(cookie) > 0 {
		launch.token, launch.header["Cookie"] = "-", cookie[0]
	}
	var launched struct{ URL string }
	r.expect(launch, 200).into(r.t, &launched)
	at, err := url.Parse(launched.URL)
	require.NoError(r.t, err)
	opened := r.expect(call{method: "GET", path: at.RequestURI(), token: "-"}, 303)
	parts := strings.Split(opened.Header.Get("Location"), "/") // /pages/{id}/{pass}/...
	require.Greater(r.t, len(parts), 4, opened.Header.Get("Location"))
	return call{method: "GET", path: strings.Join(parts[:4], "/") + "/" + path, token: "-", header: map[string]string{"Origin": "null"}}
}
