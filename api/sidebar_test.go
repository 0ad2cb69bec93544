package api_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// followSidebar opens the sidebar of a session as a stream.
func (r *rig) followSidebar(session map[string]string) *reader {
	r.t.Helper()
	c := eventStream("/api/v1/me/sidebar", "Cookie", session["Cookie"])
	c.token = "-"
	return r.open(c)
}

// sidebar returns the next event's entries, by id.
func (s *reader) sidebar() map[string]host.SidebarEntry {
	s.t.Helper()
	s.until("event: sidebar")
	lines := s.until("data: ")
	var list struct {
		Items []host.SidebarEntry
		Next  *string
	}
	require.NoError(s.t, json.Unmarshal([]byte(strings.TrimPrefix(lines[len(lines)-1], "data: ")), &list))
	byID := map[string]host.SidebarEntry{}
	for _, e := range list.Items {
		byID[e.ID] = e
	}
	return byID
}

// sidebarUntil reads on until the sidebar is as it should be.
func (s *reader) sidebarUntil(is func(map[string]host.SidebarEntry) bool) map[string]host.SidebarEntry {
	s.t.Helper()
	for {
		if now := s.sidebar(); is(now) {
			return now
		}
	}
}

// D8: who has no right to read plugins still learns at once of what was given and taken, and what became of it.
func TestASidebarIsFollowed(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	r.expect(call{method: "POST", path: "/api/v1/profiles", json: map[string]any{"name": "Desk", "role": "agent"}}, 201)
	r.member("anna", "agent", map[string]any{"plugins": []string{"pages"}, "profile": "desk"})
	r.member("bystander", "agent", nil)
	live, other := r.followSidebar(r.loginAs("anna")), r.followSidebar(r.loginAs("bystander"))
	assert.Empty(t, other.sidebar())
	has := func(ids ...string) func(map[string]host.SidebarEntry) bool {
		return func(now map[string]host.SidebarEntry) bool {
			for _, id := range ids {
				if _, ok := now[id]; !ok {
					return false
				}
			}
			return len(now) == len(ids)
		}
	}
	pages := live.sidebarUntil(has("pages"))["pages"]
	assert.Equal(t, []any{"Pages", "1.0.0", host.Running, "", false}, []any{pages.Name, pages.Version, pages.State, pages.Reason, pages.External})

	r.patch("/api/v1/profiles/desk", map[string]any{"plugins": []string{"clock"}})
	clock := live.sidebarUntil(has("clock", "pages"))["clock"]
	assert.True(t, clock.Listening)
	r.expect(call{method: "POST", path: "/api/v1/plugins/clock/stop?wait=true"}, 200)
	clock = live.sidebarUntil(func(now map[string]host.SidebarEntry) bool { return now["clock"].State == host.Stopped })["clock"]
	assert.Equal(t, []any{"stopped", "it is stopped until an administrator starts it", false}, []any{clock.ReasonCode, clock.Reason, clock.Listening})
	r.patch("/api/v1/plugins/pages", map[string]any{"icon": "icon-phone"})
	live.sidebarUntil(func(now map[string]host.SidebarEntry) bool { return now["pages"].Icon == "icon-phone" })
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "2.0.0"), false).StatusCode)
	live.sidebarUntil(func(now map[string]host.SidebarEntry) bool { return now["pages"].Version == "2.0.0" })
	r.patch("/api/v1/profiles/desk", map[string]any{"plugins": []string{}})
	live.sidebarUntil(has("pages"))
	r.expect(call{method: "POST", path: "/api/v1/plugins/pages/uninstall?wait=true", json: map[string]any{}}, 200)
	live.sidebarUntil(has())
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "2.0.0"), false).StatusCode)
	live.sidebarUntil(has("pages"))
	r.expect(call{method: "DELETE", path: "/api/v1/plugins/pages?force=true"}, 204)
	live.sidebarUntil(has())

	r.patch("/api/v1/staff/bystander", map[string]any{"plugins": []string{"clock"}})
	assert.Contains(t, other.sidebar(), "clock", "nothing else changed for this member")
	for len(live.lines) > 0 {
		assert.Empty(t, <-live.lines, "what is no change for a member is not told")
	}
}

// What is announced and not kept reaches a sidebar, too: that a program began to listen.
func TestAStartIsSeenInASidebar(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Crash", "1.0.0", "crash.js", ""), false).StatusCode)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), false).StatusCode)
	r.member("anna", "user", map[string]any{"plugins": []string{"crash", "clock"}})
	live := r.followSidebar(r.loginAs("anna"))
	live.sidebar()
	r.expect(call{method: "POST", path: "/api/v1/plugins/crash/start?wait=true"}, 422)
	e := live.sidebarUntil(func(now map[string]host.SidebarEntry) bool { return now["crash"].State == host.Failed })["crash"]
	assert.Equal(t, "failed", e.ReasonCode)
	assert.NotContains(t, e.Reason, "code 3", "what the program said is for administrators")
	r.expect(call{method: "POST", path: "/api/v1/plugins/clock/start?wait=true"}, 200)
	live.sidebarUntil(func(now map[string]host.SidebarEntry) bool {
		return now["clock"].State == host.Running && now["clock"].Listening
	})
}

// D8: the stream is over when its reader may not read it any more.
func TestASidebarEndsWithItsCredentials(t *testing.T) {
	for name, end := range map[string]func(*rig, map[string]string){
		"the session is closed": func(r *rig, session map[string]string) {
			r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: session}, 204)
		},
		"the member gets another role": func(r *rig, _ map[string]string) {
			r.patch("/api/v1/staff/anna", map[string]any{"role": "user"})
		},
		"the member is deleted": func(r *rig, _ map[string]string) { r.expect(call{method: "DELETE", path: "/api/v1/staff/anna"}, 204) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.member("anna", "agent", nil)
			session := r.loginAs("anna")
			live := r.followSidebar(session)
			live.sidebar()
			end(r, session)
			live.ended()
		})
	}
}

// One member cannot take all streams.
func TestSidebarsOfAMemberAreBounded(t *testing.T) {
	r := newRig(t)
	r.member("anna", "agent", nil)
	session := r.loginAs("anna")
	for range 32 {
		r.followSidebar(session).sidebar()
	}
	more := call{method: "GET", path: "/api/v1/me/sidebar", token: "-", header: map[string]string{"Cookie": session["Cookie"], "Accept": "text/event-stream"}}
	r.expect(more, 503, "too_many_streams")
	r.member("otto", "agent", nil)
	r.followSidebar(r.loginAs("otto")).sidebar()
	r.patch("/api/v1/staff/anna", map[string]any{"role": "user"}) // all of them end
	require.Eventually(t, func() bool {
		res, err := http.DefaultTransport.RoundTrip(r.request(more))
		require.NoError(t, err)
		_ = res.Body.Close()
		return res.StatusCode == 200
	}, 10*time.Second, 50*time.Millisecond)
}
