package api_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// revokedWithin is when what is open must have ended. The host asks twice a second; the rest is for a busy machine.
const revokedWithin = 3 * time.Second

// opened is what a member has open at a plugin.
type opened struct {
	t      *testing.T
	events *reader
	socket *websocket.Conn
	closed chan struct{}
}

// openBoth opens an event stream and a WebSocket, and sees both at work: as a program with a token, or in the page that a session
// opens.
func (r *rig) openBoth(session map[string]string, token string) *opened {
	r.t.Helper()
	base, header := "/apps/clock", map[string]string{}
	if session != nil {
		page, _ := r.openPage("clock", "", session["Cookie"])
		base, header = "", map[string]string{"Cookie": page, "Host": "clock.apps.example.org", "Origin": "http://clock.apps.example.org"}
	}
	stream := eventStream(base + "/events")
	stream.token = token
	for k, v := range header {
		stream.header[k] = v
	}
	o := &opened{t: r.t, events: r.open(stream), closed: make(chan struct{})}
	o.events.until("data: ")
	request := r.request(call{method: "GET", path: base + "/socket", token: token, header: header})
	c, _, err := websocket.Dial(r.t.Context(), strings.Replace(r.base, "http:", "ws:", 1)+base+"/socket", &websocket.DialOptions{HTTPHeader: request.Header, Host: request.Host})
	require.NoError(r.t, err)
	o.socket = c
	r.t.Cleanup(func() { _ = c.CloseNow() })
	require.NoError(r.t, c.Write(r.t.Context(), websocket.MessageText, []byte("hello")))
	_, message, err := c.Read(r.t.Context())
	require.NoError(r.t, err)
	require.Equal(r.t, "hello", string(message))
	go func() {
		defer close(o.closed)
		_, _, _ = c.Read(context.Background())
	}()
	return o
}

// ends waits until both have ended.
func (o *opened) ends(why string) {
	o.t.Helper()
	late := time.After(revokedWithin)
	for open := true; open; {
		select {
		case _, open = <-o.events.lines:
		case <-late:
			require.Fail(o.t, "the event stream goes on", why)
		}
	}
	select {
	case <-o.closed:
	case <-late:
		require.Fail(o.t, "the WebSocket goes on", why)
	}
}

// goesOn sees that both are still at work.
func (o *opened) goesOn() {
	o.t.Helper()
	for len(o.events.lines) > 0 {
		<-o.events.lines
	}
	o.events.until("data: ")
	select {
	case <-o.closed:
		assert.Fail(o.t, "a WebSocket ended that nobody revoked")
	default:
	}
}

// D8: what a member has open ends when the right to it does.
func TestRevokingEndsWhatIsOpen(t *testing.T) {
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	given := map[string]any{"plugins": []string{"clock"}}
	r.expect(call{method: "POST", path: "/api/v1/profiles", json: map[string]any{"name": "Desk", "role": "agent", "plugins": []string{"clock"}}}, 201)
	r.member("bystander", "agent", given)
	bystander := r.openBoth(r.loginAs("bystander"), "-")
	for _, c := range []struct {
		name, member string
		more         map[string]any
		revoke       func()
	}{
		{"the plugin is taken from the member", "a", given, func() { r.patch("/api/v1/staff/a", map[string]any{"plugins": []string{}}) }},
		{"the plugin is taken from the profile", "b", map[string]any{"profile": "desk"}, func() { r.patch("/api/v1/profiles/desk", map[string]any{"plugins": []string{}}) }},
		{"the member is deleted", "c", given, func() { r.expect(call{method: "DELETE", path: "/api/v1/staff/c"}, 204) }},
		{"the plugin is for agents, and the member is none any more", "d", given, func() {
			r.patch("/api/v1/plugins/clock", map[string]any{"sidebar": "agentOnly"})
			r.patch("/api/v1/staff/d", map[string]any{"role": "user"})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.member(c.member, "agent", c.more)
			session := r.loginAs(c.member)
			_, token := r.ownToken(session)
			bySession, byToken := r.openBoth(session, "-"), r.openBoth(nil, token)
			c.revoke()
			bySession.ends(c.name)
			byToken.ends(c.name)
		})
	}
	t.Run("the token or the session ends", func(t *testing.T) {
		r.member("anna", "agent", given)
		session := r.loginAs("anna")
		id, token := r.ownToken(session)
		bySession, byToken := r.openBoth(session, "-"), r.openBoth(nil, token)
		r.expect(call{method: "DELETE", path: "/api/v1/tokens/" + id}, 204)
		byToken.ends("the token is revoked")
		bySession.goesOn()
		r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: session}, 204)
		bySession.ends("the session is closed")
		again := r.openBoth(r.loginAs("anna"), "-")
		r.patch("/api/v1/staff/anna", map[string]any{"password": "another long one"})
		again.ends("the password is another one")
	})
	bystander.goesOn()
	t.Run("the plugin is shown to nobody", func(t *testing.T) {
		r.patch("/api/v1/plugins/clock", map[string]any{"sidebar": "never"})
		bystander.ends("its sidebar setting")
	})
}
