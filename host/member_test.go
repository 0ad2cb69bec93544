package host_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// staffToken is an administrator who came in with a token for the staff alone.
var staffToken = host.Actor{User: "admin", Role: host.RoleAdmin, Token: "t", Scopes: []string{host.ScopeStaffManage}}

const memberPassword = "a long enough one"

// member adds a member; more goes into its JSON.
func (r *rig) member(name, role, more string) host.Member {
	r.Helper()
	m, err := r.CreateMember(r.Context(), []byte(fmt.Sprintf(`{"username":%q,"role":%q%s}`, name, role, more)), admin)
	require.NoError(r, err)
	return m
}

func (r *rig) login(name, password string) host.Actor {
	r.Helper()
	_, actor, err := r.Login(r.Context(), host.Credentials{Username: name, Password: password}, host.Origin{})
	require.NoError(r, err)
	return actor
}

func (r *rig) edit(name, patch string) error {
	r.Helper()
	_, err := r.EditMember(r.Context(), name, []byte(patch), 0, admin)
	return err
}

// fields are the wrong parts that err names.
func fields(err error) (out []string) {
	if err == nil {
		return nil
	}
	for _, f := range fault.From(err).Fields {
		out = append(out, f.Field)
	}
	return out
}

func TestWhatAMemberCannotBe(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	profile, err := r.CreateProfile(t.Context(), []byte(`{"name":"Front desk","role":"agent"}`), admin)
	require.NoError(t, err)
	require.Equal(t, "front-desk", profile.ID)
	for body, field := range map[string]string{
		`{"role":"agent"}`:                                                                     "username",
		`{"username":"","role":"agent"}`:                                                       "username",
		`{"username":"a b","role":"agent"}`:                                                    "username",
		`{"username":"..","role":"agent"}`:                                                     "username",
		`{"username":"-a","role":"agent"}`:                                                     "username",
		`{"username":"a/b","role":"agent"}`:                                                    "username",
		`{"username":"é","role":"agent"}`:                                                      "username",
		`{"username":"plugin:clock","role":"agent"}`:                                           "username",
		`{"username":"Host","role":"agent"}`:                                                   "username",
		`{"username":"` + strings.Repeat("a", 65) + `","role":"agent"}`:                        "username",
		`{"username":7,"role":"agent"}`:                                                        "username",
		`{"username":"a"}`:                                                                     "role",
		`{"username":"a","role":"root"}`:                                                       "role",
		`{"username":"a","role":null}`:                                                         "role",
		`{"username":"a","role":"agent","kind":"robot"}`:                                       "kind",
		`{"username":"a","role":"agent","profile":"nobody"}`:                                   "profile",
		`{"username":"a","role":"user","profile":"front-desk"}`:                                "profile",
		`{"username":"a","role":"admin","profile":"front-desk"}`:                               "profile",
		`{"username":"a","role":"agent","plugins":["clock","gone"]}`:                           "plugins",
		`{"username":"a","role":"agent","plugins":["../etc"]}`:                                 "plugins",
		`{"username":"a","role":"agent","plugins":` + manyIDs(1001) + `}`:                      "plugins",
		`{"username":"a","role":"agent","plugins":"clock"}`:                                    "plugins",
		`{"username":"a","role":"agent","password":"short"}`:                                   "password",
		`{"username":"a","role":"agent","password":""}`:                                        "password",
		`{"username":"a","role":"agent","password":7}`:                                         "password",
		`{"username":"a","role":"agent","kind":"service","password":"` + memberPassword + `"}`: "password",
	} {
		_, err := r.CreateMember(t.Context(), []byte(body), admin)
		require.Error(t, err, body)
		assert.Equal(t, fault.Invalid, fault.From(err).Kind, "%s: %v", body, err)
		assert.Equal(t, []string{field}, slices.Compact(fields(err)), "%s: %v", body, err)
	}
	_, err = r.CreateMember(t.Context(), []byte(`{"username":"a","role":"agent","admin":true}`), admin)
	assert.Equal(t, fault.Malformed, fault.From(err).Kind)
	items, _ := r.Members(host.MemberFilter{})
	assert.Len(t, items, 1, "none was made")

	r.member("Anna.Bee-1@x_y", "agent", "")
	_, err = r.CreateMember(t.Context(), []byte(`{"username":"anna.bee-1@X_Y","role":"agent"}`), admin)
	assert.Equal(t, "username_taken", fault.CodeOf(err), "unique whatever the case")
}

// manyIDs is a JSON list of ids.
func manyIDs(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("p%d", i)
	}
	b, _ := json.Marshal(ids)
	return string(b)
}

func TestAMemberIsEditedAndKept(t *testing.T) {
	r := newRig(t, nil)
	for _, name := range []string{"Clock", "Inbox", "Notes"} {
		r.mustUpload(fmt.Sprintf(html, name, "1.0.0", ""))
	}
	_, err := r.CreateProfile(t.Context(), []byte(`{"name":"Desk","role":"agent","plugins":["inbox"]}`), admin)
	require.NoError(t, err)
	m := r.member("anna", "agent", `,"profile":"desk","plugins":["notes","clock","clock"]`)
	assert.Equal(t, []string{"clock", "notes"}, m.Plugins)
	assert.Equal(t, uint64(1), m.Revision)
	assert.Equal(t, []string{"username"}, fields(r.edit("anna", `{"username":"berta"}`)))
	require.NoError(t, r.edit("anna", `{"username":"anna","plugins":["inbox"]}`))
	_, err = r.EditMember(t.Context(), "anna", []byte(`{}`), 1, admin)
	assert.Equal(t, "member_changed", fault.CodeOf(err))
	unchanged, err := r.EditMember(t.Context(), "anna", []byte(`{"plugins":["inbox"]}`), 2, admin)
	require.NoError(t, err)
	assert.Equal(t, uint64(2), unchanged.Revision, "what changes nothing is no change")
	assert.Equal(t, []string{"profile"}, fields(r.edit("anna", `{"role":"user"}`)), "its profile is an agent's")

	r.reboot(nil)
	view, err := r.Member(t.Context(), "anna")
	require.NoError(t, err)
	assert.Equal(t, []string{"inbox"}, view.Plugins)
	assert.Equal(t, "desk", *view.Profile)
	assert.Equal(t, []host.EffectivePlugin{{ID: "inbox", Why: []string{"profile", "own"}}}, view.EffectivePlugins)
	require.NoError(t, r.edit("anna", `{"role":"admin","profile":null}`))
	view, err = r.Member(t.Context(), "anna")
	require.NoError(t, err)
	assert.Len(t, view.EffectivePlugins, 3, "administrators have every plugin")
	assert.Equal(t, "member_not_found", fault.CodeOf(r.edit("nobody", `{}`)))
}

// H6: the right to manage staff is not a way to every other right.
func TestTheRightToManageStaffIsNoWayToMore(t *testing.T) {
	r := newRig(t, nil)
	r.member("boss", "admin", `,"password":"`+memberPassword+`"`)
	r.member("robot", "admin", `,"kind":"service"`)
	r.member("worker", "user", `,"kind":"service"`)
	r.member("anna", "agent", "")
	everything := host.Actor{User: "admin", Role: host.RoleAdmin, Token: "t", Scopes: []string{host.ScopeAll}}
	for name, c := range map[string]struct {
		do   func(host.Actor) error
		open bool
	}{
		"create an administrator": {do: func(a host.Actor) error {
			_, err := r.CreateMember(t.Context(), []byte(`{"username":"new","role":"admin"}`), a)
			return err
		}},
		"promote a member": {do: func(a host.Actor) error {
			_, err := r.EditMember(t.Context(), "anna", []byte(`{"role":"admin"}`), 0, a)
			return err
		}},
		"change an administrator's password": {do: func(a host.Actor) error {
			_, err := r.EditMember(t.Context(), "boss", []byte(`{"password":"mine from now on"}`), 0, a)
			return err
		}},
		"change one's own password": {do: func(a host.Actor) error {
			_, err := r.EditMember(t.Context(), "admin", []byte(`{"password":"mine from now on"}`), 0, a)
			return err
		}},
		"make an administrator a service": {do: func(a host.Actor) error {
			_, err := r.EditMember(t.Context(), "boss", []byte(`{"kind":"service"}`), 0, a)
			return err
		}},
		"demote an administrator": {do: func(a host.Actor) error {
			_, err := r.EditMember(t.Context(), "boss", []byte(`{"role":"user"}`), 0, a)
			return err
		}},
		"delete an administrator": {do: func(a host.Actor) error { return r.DeleteMember(t.Context(), "robot", 0, a) }},
		"make a token of an administrating service": {do: func(a host.Actor) error {
			_, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{host.ScopeStaffManage}, User: "robot"}, a)
			return err
		}},
		"create an agent": {open: true, do: func(a host.Actor) error {
			_, err := r.CreateMember(t.Context(), []byte(fmt.Sprintf(`{"username":"agent-%d","role":"agent"}`, len(a.Scopes[0]))), a)
			return err
		}},
		"edit an agent": {open: true, do: func(a host.Actor) error {
			_, err := r.EditMember(t.Context(), "anna", []byte(`{"password":"another for anna"}`), 0, a)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.do(staffToken)
			if c.open {
				require.NoError(t, err)
				return
			}
			assert.Equal(t, "administrator_required", fault.CodeOf(err))
			assert.Equal(t, fault.Forbidden, fault.From(err).Kind)
		})
	}
	require.NoError(t, r.DeleteMember(t.Context(), "robot", 0, everything), "a token with every right may")
}

func TestTheLastAdministratorWhoCanLogInStays(t *testing.T) {
	r := newRig(t, nil)
	r.member("robot", "admin", `,"kind":"service"`)
	r.member("by-sso", "admin", "")
	for _, patch := range []string{`{"role":"user"}`, `{"kind":"service"}`, `{"password":null}`} {
		assert.Equal(t, "last_administrator", fault.CodeOf(r.edit("admin", patch)), patch)
	}
	assert.Equal(t, "last_administrator", fault.CodeOf(r.DeleteMember(t.Context(), "admin", 0, admin)))
	r.member("boss", "admin", `,"password":"`+memberPassword+`"`)
	require.NoError(t, r.DeleteMember(t.Context(), "admin", 0, admin))
	assert.Equal(t, "last_administrator", fault.CodeOf(r.edit("boss", `{"role":"agent"}`)))
}

func TestAnotherPasswordEndsTheSessionsOfTheFormer(t *testing.T) {
	var changed []string
	r := newRig(t, func(c *host.Config) { c.PasswordChanged = func(user string) { changed = append(changed, user) } })
	r.member("anna", "agent", `,"password":"`+memberPassword+`"`)
	changed = nil
	first, second := r.login("anna", memberPassword), r.login("anna", memberPassword)
	other := r.login("admin", "for the test")
	require.NoError(t, r.edit("anna", `{"role":"user"}`))
	_, ok := r.ByCredential(first.Credential)
	assert.True(t, ok, "what is no password ends nothing")
	assert.Empty(t, changed)
	second, _ = r.ByCredential(second.Credential) // with the other role
	_, err := r.EditMember(t.Context(), "anna", []byte(`{"password":"another long one"}`), 0, second)
	require.NoError(t, err)
	assert.Equal(t, []string{"anna"}, changed)
	for _, c := range []struct {
		actor host.Actor
		holds bool
		why   string
	}{{first, false, "it was opened by the former password"}, {second, true, "it made the change"}, {other, true, "it is somebody else's"}} {
		_, ok := r.ByCredential(c.actor.Credential)
		assert.Equal(t, c.holds, ok, c.why)
	}
	require.NoError(t, r.edit("anna", `{"password":null}`))
	_, ok = r.ByCredential(second.Credential)
	assert.False(t, ok)
	_, _, err = r.Login(t.Context(), host.Credentials{Username: "anna", Password: "another long one"}, host.Origin{})
	assert.Equal(t, "login_failed", fault.CodeOf(err))
	assert.Equal(t, []string{"anna", "anna"}, changed)
}

func TestADeletedMemberLeavesNothingToItsNamesake(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	more := `,"plugins":["clock"],"password":"` + memberPassword + `"`
	r.member("anna", "agent", more)
	session := r.login("anna", memberPassword)
	token, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}}, session)
	require.NoError(t, err)
	require.NoError(t, r.DeleteMember(t.Context(), "anna", 0, admin))
	gone := func() {
		t.Helper()
		_, ok := r.ByCredential(session.Credential)
		assert.False(t, ok)
		_, ok = r.ByToken(token.Secret, host.Origin{})
		assert.False(t, ok)
	}
	gone()
	r.member("anna", "agent", "")
	r.reboot(nil)
	gone()
	view, err := r.Member(t.Context(), "anna")
	require.NoError(t, err)
	assert.Empty(t, view.Plugins)
	items, _ := r.Tokens(host.TokenFilter{User: "anna"}, admin)
	assert.Empty(t, items)
}

// H8: no password, and no hash of one, is in what is shown or written down about a change.
func TestNoPasswordIsInEventsOrAudit(t *testing.T) {
	r := newRig(t, nil)
	events := r.Bus().Subscribe()
	defer events.Close()
	r.member("anna", "agent", `,"password":"planted-secret-1"`)
	require.NoError(t, r.edit("anna", `{"password":"planted-secret-2"}`))
	for _, kind := range []string{"member.created", "member.edited"} {
		e := <-events.C
		assert.Equal(t, kind, e.Type)
		b, err := json.Marshal(e)
		require.NoError(t, err)
		assert.NotContains(t, string(b), "planted-secret")
		assert.NotContains(t, string(b), "argon2")
		assert.Contains(t, string(b), `"password":"changed"`)
	}
	entries := r.audit()
	assert.NotContains(t, entries, "planted-secret")
	assert.NotContains(t, entries, "argon2")
	assert.Contains(t, entries, "member.edited")
}

// audit is the audit trail as it is stored.
func (r *rig) audit() string {
	r.Helper()
	var out []string
	require.NoError(r, r.store.View(r.Context(), func(rd host.Reader) error {
		return rd.Scan("audit", "", "", func(_ string, decode func(any) error) (bool, error) {
			var e json.RawMessage
			err := decode(&e)
			out = append(out, string(e))
			return true, err
		})
	}))
	return strings.Join(out, "\n")
}

func TestAPluginThatIsRemovedIsNobodysAnyMore(t *testing.T) {
	r := newRig(t, nil)
	for _, name := range []string{"Clock", "Inbox"} {
		r.mustUpload(fmt.Sprintf(html, name, "1.0.0", ""))
	}
	_, err := r.CreateProfile(t.Context(), []byte(`{"name":"Desk","role":"agent","plugins":["clock","inbox"]}`), admin)
	require.NoError(t, err)
	r.member("anna", "agent", `,"profile":"desk"`)
	r.member("berta", "agent", `,"plugins":["clock","inbox"]`)
	require.NoError(t, r.Remove(t.Context(), "clock", false, admin))
	check := func() {
		t.Helper()
		for _, name := range []string{"anna", "berta"} {
			view, err := r.Member(t.Context(), name)
			require.NoError(t, err)
			require.Len(t, view.EffectivePlugins, 1, name)
			assert.Equal(t, "inbox", view.EffectivePlugins[0].ID)
		}
		p, err := r.Profile("desk")
		require.NoError(t, err)
		assert.Equal(t, []string{"inbox"}, p.Plugins)
	}
	check()
	r.mustUpload(fmt.Sprintf(html, "Clock", "2.0.0", ""))
	check()
	r.reboot(nil)
	check()
}

func TestProfiles(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	for body, field := range map[string]string{
		`{"role":"agent"}`: "name", `{"name":" ","role":"agent"}`: "name", `{"name":"…","role":"agent"}`: "name", `{"name":"a","role":"admin"}`: "role",
		`{"name":"a"}`: "role", `{"name":"a","role":"user","plugins":["gone"]}`: "plugins", `{"name":"` + strings.Repeat("x", 101) + `","role":"user"}`: "name",
	} {
		_, err := r.CreateProfile(t.Context(), []byte(body), admin)
		assert.Equal(t, []string{field}, fields(err), "%s: %v", body, err)
	}
	p, err := r.CreateProfile(t.Context(), []byte(`{"name":"Front Desk Ä","role":"agent"}`), staffToken)
	require.NoError(t, err)
	assert.Equal(t, "front-desk-a", p.ID)
	_, err = r.CreateProfile(t.Context(), []byte(`{"name":"front desk a","role":"agent"}`), admin)
	assert.Equal(t, "id_taken", fault.CodeOf(err))
	r.member("anna", "agent", `,"profile":"front-desk-a"`)
	_, err = r.EditProfile(t.Context(), p.ID, []byte(`{"role":"user"}`), 0, admin)
	assert.Equal(t, "profile_in_use", fault.CodeOf(err))
	err = r.DeleteProfile(t.Context(), p.ID, 0, admin)
	assert.Equal(t, "profile_in_use", fault.CodeOf(err))
	assert.Contains(t, err.Error(), "members: 1")
	edited, err := r.EditProfile(t.Context(), p.ID, []byte(`{"name":"Reception","plugins":["clock"]}`), 1, admin)
	require.NoError(t, err)
	assert.Equal(t, "front-desk-a", edited.ID, "the id stays")
	assert.Equal(t, 1, edited.Members)
	_, err = r.EditProfile(t.Context(), p.ID, []byte(`{"name":"x"}`), 1, admin)
	assert.Equal(t, "profile_changed", fault.CodeOf(err))
	r.reboot(nil)
	items, next := r.Profiles(host.ProfileFilter{Query: "RECEPTION"})
	require.Len(t, items, 1)
	assert.Empty(t, next)
	assert.Equal(t, []string{"clock"}, items[0].Plugins)
	require.NoError(t, r.edit("anna", `{"profile":null}`))
	require.NoError(t, r.DeleteProfile(t.Context(), p.ID, 0, admin))
	_, err = r.Profile(p.ID)
	assert.Equal(t, "profile_not_found", fault.CodeOf(err))
}

func TestListsOfMembersHavePages(t *testing.T) {
	r := newRig(t, nil)
	for _, name := range []string{"anna", "berta", "carla"} {
		r.member(name, "agent", "")
	}
	items, next := r.Members(host.MemberFilter{Limit: 2})
	require.Len(t, items, 2)
	assert.Equal(t, "anna", next)
	items, next = r.Members(host.MemberFilter{Limit: 2, After: next})
	require.Len(t, items, 2)
	assert.Equal(t, "carla", items[1].Username)
	assert.Empty(t, next)
	items, _ = r.Members(host.MemberFilter{Query: "ERT"})
	require.Len(t, items, 1)
	assert.Equal(t, "berta", items[0].Username)
}
