package host_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

func installPages(r *rig, names ...string) {
	r.Helper()
	for _, name := range names {
		v, err := r.upload(fmt.Sprintf(html, name, "1.0.0", ""), nil)
		require.NoError(r, err)
		r.succeed(r.install(v.ID, false))
	}
}

// D11: a pass is of one plugin, one credential and a bounded time.
func TestWhatAPassOpens(t *testing.T) {
	r := newRig(t, nil)
	installPages(r, "Pages", "Other")
	_, actor, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{})
	require.NoError(t, err)
	good := host.Pass{Plugin: "pages", Credential: actor.Credential, View: host.ViewAdmin, Console: "http://zone.example.org", IssuedAt: time.Now().Truncate(time.Second)}
	for name, c := range map[string]struct {
		edit   func(*host.Pass)
		plugin string
		want   string
	}{
		"its plugin":                  {func(*host.Pass) {}, "pages", ""},
		"another plugin":              {func(*host.Pass) {}, "other", "page_ended"},
		"a plugin that is not there":  {func(p *host.Pass) { p.Plugin = "gone" }, "gone", "plugin_not_found"},
		"an unknown session":          {func(p *host.Pass) { p.Credential += "x" }, "pages", "page_ended"},
		"no credential":               {func(p *host.Pass) { p.Credential = "" }, "pages", "page_ended"},
		"an old one, within a week":   {func(p *host.Pass) { p.IssuedAt = p.IssuedAt.Add(-6 * 24 * time.Hour) }, "pages", ""},
		"older than any session gets": {func(p *host.Pass) { p.IssuedAt = p.IssuedAt.Add(-8 * 24 * time.Hour) }, "pages", "page_ended"},
	} {
		p := good
		c.edit(&p)
		sealed, err := r.SealPass(p)
		require.NoError(t, err)
		got, by, site, err := r.ByPass(t.Context(), c.plugin, sealed, host.Origin{Address: "::1"})
		assert.Equal(t, c.want, fault.CodeOf(err), name)
		if c.want == "" {
			assert.Equal(t, p.Credential, got.Credential)
			assert.Equal(t, p.Console, got.Console)
			assert.Equal(t, "admin", by.User)
			assert.Equal(t, "::1", by.Address)
			assert.Equal(t, "pages", site.Plugin)
		}
	}
	for _, text := range []string{"", "s1", "s1.00000000.AAAA", "anything"} {
		_, _, _, err := r.ByPass(t.Context(), "pages", text, host.Origin{})
		assert.Equal(t, "page_ended", fault.CodeOf(err), "%q", text)
	}
}

// A member who changed sides has the page of the new side, and loses an open one of the other.
func TestAPassOfTheOtherSideEnds(t *testing.T) {
	r := newRig(t, nil)
	installPages(r, "Pages")
	r.member("ann", "user", `,"password":"password of ann","plugins":["pages"]`)
	actor := r.login("ann", "password of ann")
	sealed, err := r.SealPass(host.Pass{Plugin: "pages", Credential: actor.Credential, View: host.ViewAdmin, IssuedAt: time.Now()})
	require.NoError(t, err)
	_, _, _, err = r.ByPass(t.Context(), "pages", sealed, host.Origin{})
	require.NoError(t, err)
	ticket, _, err := r.NewTicket(host.Pass{Plugin: "pages", Credential: actor.Credential, View: host.ViewAdmin}, "ann")
	require.NoError(t, err)

	require.NoError(t, r.edit("ann", `{"role":"agent"}`))
	_, _, _, err = r.ByPass(t.Context(), "pages", sealed, host.Origin{})
	assert.Equal(t, "page_ended", fault.CodeOf(err))
	_, _, err = r.Redeem(t.Context(), "pages", ticket, host.Origin{})
	assert.Equal(t, "page_ended", fault.CodeOf(err))
}

func TestUsingAPageIsAUseOfItsSession(t *testing.T) {
	r := newRig(t, nil)
	installPages(r, "Pages")
	secret, actor, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{})
	require.NoError(t, err)
	key := actor.Credential[len("session:"):]
	used := time.Now().UTC().Add(-11 * time.Hour)
	require.NoError(t, r.store.Update(t.Context(), func(w host.Writer) error {
		return w.Put("sessions", key, host.Session{User: "admin", CreatedAt: used, UsedAt: used})
	}))
	r.reboot(nil)
	sealed, err := r.SealPass(host.Pass{Plugin: "pages", Credential: actor.Credential, View: host.ViewAdmin, IssuedAt: used})
	require.NoError(t, err)
	_, _, _, err = r.ByPass(t.Context(), "pages", sealed, host.Origin{})
	require.NoError(t, err, "the pass outlives a restart of the host")
	r.RecordUses(0)
	var s host.Session
	require.NoError(t, r.store.View(t.Context(), func(rd host.Reader) error { return rd.Get("sessions", key, &s) }))
	assert.WithinDuration(t, time.Now(), s.UsedAt, time.Minute)
	assert.Equal(t, used, s.CreatedAt, "and its end stays")
	require.NoError(t, r.Logout(t.Context(), secret, host.Origin{}))
	_, _, _, err = r.ByPass(t.Context(), "pages", sealed, host.Origin{})
	assert.Equal(t, "page_ended", fault.CodeOf(err))
}

func TestPortsOfPages(t *testing.T) {
	r := newRig(t, nil)
	installPages(r, "One", "Two", "Three")
	port := func(id string, first, last int) int {
		t.Helper()
		got, err := r.PagePort(t.Context(), id, first, last)
		require.NoError(t, err)
		assert.Equal(t, id, r.PluginAtPort(got))
		return got
	}
	one, two := port("one", 9000, 9001), port("two", 9000, 9001)
	assert.NotEqual(t, one, two)
	assert.Equal(t, one, port("one", 9000, 9001))
	_, err := r.PagePort(t.Context(), "three", 9000, 9001)
	assert.Equal(t, "no_page_port", fault.CodeOf(err))
	_, err = r.PagePort(t.Context(), "nothing", 9000, 9001)
	assert.Equal(t, "plugin_not_found", fault.CodeOf(err))

	r.reboot(nil)
	assert.Equal(t, "one", r.PluginAtPort(one), "known after a restart")
	moved := port("one", 9100, 9101)
	assert.GreaterOrEqual(t, moved, 9100, "another range")
	assert.Empty(t, r.PluginAtPort(one), "and the old port is no page any more")
	assert.Empty(t, r.PluginAtPort(1))
}
