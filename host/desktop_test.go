package host_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// installDesk installs a plugin that asks for these events.
func installDesk(r *rig, asks string) {
	r.Helper()
	r.mustUpload(fmt.Sprintf(html, "Desk", "1.0.0", `,"permissions":{"desktop":`+asks+`}`))
	require.Equal(r, host.JobSucceeded, r.install("desk", false).State)
}

// openDesk opens a page of it for the administrator, in a session of its own.
func openDesk(r *rig) (l *host.DesktopListener, session string) {
	r.Helper()
	session, actor, err := r.Login(r.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{})
	require.NoError(r, err)
	site, err := r.Host.Open(r.Context(), "desk", actor)
	require.NoError(r, err)
	l, err = r.ListenDesktop(actor, site)
	require.NoError(r, err)
	return l, session
}

func message(kind string) host.DesktopMessage {
	return host.DesktopMessage{Type: kind, Users: []string{"admin"}, Data: json.RawMessage(`{"a":1}`)}
}

func TestDesktopEventsGoWhereTheyWereGranted(t *testing.T) {
	r := newRig(t, nil)
	installDesk(r, `["screenPop","call.*","chat.message"]`)
	l, _ := openDesk(r)
	for kind, want := range map[string]int{"screenPop": 1, "call.ringing": 1, "call.ended": 1, "chat.message": 1, "chat.typing": 0} {
		n, err := r.SendDesktop(t.Context(), message(kind), admin)
		require.NoError(t, err)
		assert.Equal(t, want, n, kind)
	}
	<-l.Wake()
	events, lost := l.Take()
	assert.Len(t, events, 4)
	assert.Zero(t, lost)
	assert.JSONEq(t, `{"a":1}`, string(events[0].Data))

	grants := host.Grants{}
	grants.Desktop = []string{"call.ended"}
	_, err := r.PutGrants(t.Context(), "desk", host.GrantChoice{Grants: &grants}, 0, admin)
	require.NoError(t, err)
	for kind, want := range map[string]int{"screenPop": 0, "call.ended": 1} {
		n, err := r.SendDesktop(t.Context(), message(kind), admin)
		require.NoError(t, err)
		assert.Equal(t, want, n, "%s after the grants were narrowed", kind)
	}
	l.Close()
	l.Close()
	n, err := r.SendDesktop(t.Context(), message("call.ended"), admin)
	require.NoError(t, err)
	assert.Zero(t, n, "a page that was closed gets nothing")
}

func TestDesktopEventsNeedASessionThatHolds(t *testing.T) {
	r := newRig(t, nil)
	installDesk(r, `["call.*"]`)
	openDesk(r)
	second, session := openDesk(r)
	n, err := r.SendDesktop(t.Context(), message("call.ringing"), admin)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	require.NoError(t, r.Logout(t.Context(), session, host.Origin{}))
	second.Take()
	n, err = r.SendDesktop(t.Context(), message("call.ringing"), admin)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	events, _ := second.Take()
	assert.Empty(t, events)
}

func TestDesktopEventsAreForThoseWhomTheyName(t *testing.T) {
	r := newRig(t, nil)
	installDesk(r, `["call.*"]`)
	for _, member := range []string{`{"username":"ann","role":"agent","password":"a long enough one","plugins":["desk"]}`, `{"username":"ben","role":"agent","password":"a long enough one"}`} {
		_, err := r.CreateMember(t.Context(), []byte(member), admin)
		require.NoError(t, err)
	}
	_, ann, err := r.Login(t.Context(), host.Credentials{Username: "ann", Password: "a long enough one"}, host.Origin{})
	require.NoError(t, err)
	site, err := r.Host.Open(t.Context(), "desk", ann)
	require.NoError(t, err)
	hers, err := r.ListenDesktop(ann, site)
	require.NoError(t, err)
	admins, _ := openDesk(r)
	for _, c := range []struct {
		users       []string
		hers, admin int
	}{
		{[]string{"ann"}, 1, 0}, {[]string{"admin"}, 0, 1}, {[]string{"ann", "admin"}, 1, 1}, {[]string{"ann", "ann"}, 1, 0}, {[]string{"ben"}, 0, 0},
	} {
		m := message("call.ringing")
		m.Users = c.users
		n, err := r.SendDesktop(t.Context(), m, admin)
		require.NoError(t, err)
		assert.Equal(t, c.hers+c.admin, n, c.users)
		got, _ := hers.Take()
		assert.Len(t, got, c.hers, c.users)
		got, _ = admins.Take()
		assert.Len(t, got, c.admin, c.users)
	}
	_, err = r.EditMember(t.Context(), "ann", []byte(`{"plugins":[]}`), 0, admin)
	require.NoError(t, err)
	m := message("call.ringing")
	m.Users = []string{"ann"}
	n, err := r.SendDesktop(t.Context(), m, admin)
	require.NoError(t, err)
	assert.Zero(t, n, "the plugin is hers no more")
}

func TestDesktopMessagesAreChecked(t *testing.T) {
	r := newRig(t, nil)
	with := func(change func(*host.DesktopMessage)) host.DesktopMessage {
		m := message("call.ringing")
		change(&m)
		return m
	}
	for field, m := range map[string]host.DesktopMessage{
		"type":     with(func(m *host.DesktopMessage) { m.Type = "call.*" }),
		"users":    with(func(m *host.DesktopMessage) { m.Users = nil }),
		"users[1]": with(func(m *host.DesktopMessage) { m.Users = []string{"admin", "nobody"} }),
		"data":     with(func(m *host.DesktopMessage) { m.Data = json.RawMessage(`{"a":"` + strings.Repeat("x", 16<<10) + `"}`) }),
	} {
		_, err := r.SendDesktop(t.Context(), m, admin)
		require.Equal(t, "desktop_event_invalid", fault.CodeOf(err), field)
		assert.Equal(t, field, fault.From(err).Fields[0].Field)
	}
	for _, kind := range []string{"", "call", "call.", "call.Ringing", "call.ringing.twice", "mail.arrived", "screenpop", "call." + strings.Repeat("a", 33), "call.a\n"} {
		_, err := r.SendDesktop(t.Context(), message(kind), admin)
		assert.Equal(t, "desktop_event_invalid", fault.CodeOf(err), kind)
	}
	_, err := r.SendDesktop(t.Context(), host.DesktopMessage{Type: "call.ringing", Users: []string{"admin"}, Data: json.RawMessage(`[1]`)}, admin)
	assert.Equal(t, "desktop_event_invalid", fault.CodeOf(err))
	_, err = r.SendDesktop(t.Context(), host.DesktopMessage{Type: "call.ringing", Users: []string{"admin"}}, admin)
	assert.NoError(t, err, "data may be left out")
}

func TestWhatWaitsForASlowPageIsBounded(t *testing.T) {
	r := newRig(t, nil)
	installDesk(r, `["call.*"]`)
	l, _ := openDesk(r)
	for i := range 40 {
		m := message("call.ringing")
		m.Data = json.RawMessage(fmt.Sprintf(`{"n":%d}`, i))
		_, err := r.SendDesktop(t.Context(), m, admin)
		require.NoError(t, err)
	}
	events, lost := l.Take()
	assert.Len(t, events, 32)
	assert.Equal(t, 8, lost)
	assert.JSONEq(t, `{"n":8}`, string(events[0].Data), "the oldest go")

	large := message("call.ringing")
	large.Data = json.RawMessage(`{"a":"` + strings.Repeat("x", 15<<10) + `"}`)
	for range 10 {
		_, err := r.SendDesktop(t.Context(), large, admin)
		require.NoError(t, err)
	}
	events, lost = l.Take()
	assert.Len(t, events, 4)
	assert.Equal(t, 6, lost)
}

func TestThePagesOfOneMemberAreBounded(t *testing.T) {
	r := newRig(t, nil)
	installDesk(r, `["call.*"]`)
	first, _ := openDesk(r)
	_, actor, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{})
	require.NoError(t, err)
	site, err := r.Host.Open(t.Context(), "desk", actor)
	require.NoError(t, err)
	for range 31 {
		_, err := r.ListenDesktop(actor, site)
		require.NoError(t, err)
	}
	_, err = r.ListenDesktop(actor, site)
	assert.Equal(t, "too_many_pages", fault.CodeOf(err))
	first.Close()
	last, err := r.ListenDesktop(actor, site)
	assert.NoError(t, err)
	r.Close()
	_, open := <-last.Wake()
	assert.False(t, open, "listeners end with the host")
}

func TestPagesOfAPluginWithoutTheGrantCannotListen(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Plain", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("plain", false).State)
	site, err := r.Host.Open(t.Context(), "plain", admin)
	require.NoError(t, err)
	_, err = r.ListenDesktop(admin, site)
	assert.Equal(t, "desktop_not_granted", fault.CodeOf(err))
}

func TestDesktopEventsThatAreGrantedCoverNarrowerOnes(t *testing.T) {
	r := newRig(t, nil)
	installDesk(r, `["call.*"]`)
	r.mustUpload(fmt.Sprintf(html, "Desk", "1.1.0", `,"permissions":{"desktop":["call.*","call.ringing"]}`))
	plan, err := r.Plan(t.Context(), "desk", "")
	require.NoError(t, err)
	assert.False(t, plan.NeedsConsent)
	r.mustUpload(fmt.Sprintf(html, "Desk", "1.2.0", `,"permissions":{"desktop":["call.*","chat.*"]}`))
	plan, err = r.Plan(t.Context(), "desk", "")
	require.NoError(t, err)
	assert.True(t, plan.NeedsConsent)
	var said []string
	for _, f := range plan.Findings {
		said = append(said, f.Code)
	}
	assert.Contains(t, said, "desktop_events")
}
