package host_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/storetest"
)

func (r *rig) token(by host.Actor, req host.TokenRequest) host.NewToken {
	r.Helper()
	req.Name = "test"
	made, err := r.CreateToken(r.Context(), req, by)
	require.NoError(r, err)
	return made
}

// as is the actor of a token.
func (r *rig) as(secret string) host.Actor {
	r.Helper()
	actor, ok := r.ByToken(secret, host.Origin{})
	require.True(r, ok)
	return actor
}

func TestWhoMakesWhichTokens(t *testing.T) {
	r := newRig(t, nil)
	for _, name := range []string{"Clock", "Inbox"} {
		r.mustUpload(fmt.Sprintf(html, name, "1.0.0", ""))
	}
	r.member("anna", "agent", `,"plugins":["clock"],"password":"`+memberPassword+`"`)
	r.member("berta", "agent", `,"plugins":["clock"]`)
	r.member("robot", "user", `,"kind":"service","plugins":["clock"]`)
	r.member("root", "admin", `,"kind":"service"`)
	person := r.login("anna", memberPassword)
	everything := r.as(r.token(admin, host.TokenRequest{Scopes: []string{"*"}}).Secret)
	staff := r.as(r.token(admin, host.TokenRequest{Scopes: []string{"staff:manage", "apps:clock"}}).Secret)
	narrow := r.as(r.token(admin, host.TokenRequest{Scopes: []string{"plugins:manage", "apps:clock"}}).Secret)
	annas := r.as(r.token(person, host.TokenRequest{Scopes: []string{"*"}}).Secret)
	annasNarrow := r.as(r.token(person, host.TokenRequest{Scopes: []string{"apps:clock"}}).Secret)
	for name, c := range map[string]struct {
		by     host.Actor
		user   string
		scopes []string
		code   string
	}{
		"a person, all of one's own":                 {person, "", []string{"*"}, ""},
		"a person, what was given":                   {person, "", []string{"apps:clock"}, ""},
		"a person, by name":                          {person, "anna", []string{"apps:clock"}, ""},
		"a person, what was not given":               {person, "", []string{"apps:inbox"}, "token_invalid"},
		"a person, a right of administrators":        {person, "", []string{"plugins:read"}, "token_invalid"},
		"a person, one more than given":              {person, "", []string{"apps:clock", "staff:manage"}, "token_invalid"},
		"a person, for somebody else":                {person, "berta", []string{"*"}, "missing_scope"},
		"a person, for a service":                    {person, "robot", []string{"*"}, "missing_scope"},
		"a token of all that its owner may do":       {annas, "", []string{"apps:clock"}, ""},
		"a token of one plugin":                      {annasNarrow, "", []string{"apps:clock"}, "token_too_narrow"},
		"an administrator, anything":                 {admin, "", []string{"*", "plugins:grant", "apps:inbox", "apps:later"}, ""},
		"an administrator, what is no plugin's id":   {admin, "", []string{"apps:../x"}, "token_invalid"},
		"an administrator, for a service":            {admin, "robot", []string{"*"}, ""},
		"an administrator, a service's plugin":       {admin, "robot", []string{"apps:clock"}, ""},
		"an administrator, not a service's plugin":   {admin, "robot", []string{"apps:inbox"}, "token_invalid"},
		"an administrator, more than a service's":    {admin, "robot", []string{"plugins:read"}, "token_invalid"},
		"an administrator, for another person":       {admin, "anna", []string{"*"}, "token_invalid"},
		"an administrator, for nobody":               {admin, "nobody", []string{"*"}, "token_invalid"},
		"an administrator, for one that administers": {admin, "root", []string{"*"}, ""},
		"a token of everything, for one that does":   {everything, "root", []string{"*"}, ""},
		"a token for the staff, for one that does":   {staff, "root", []string{"staff:manage"}, "administrator_required"},
		"a token for the staff, for a service":       {staff, "robot", []string{"apps:clock"}, ""},
		"a token for the staff, more than its own":   {staff, "robot", []string{"*"}, "token_invalid"},
		"a token for the staff, like itself":         {staff, "", []string{"staff:manage", "apps:clock"}, ""},
		"a token for the staff, more for its owner":  {staff, "", []string{"plugins:manage"}, "token_invalid"},
		"a token for plugins":                        {narrow, "", []string{"apps:clock"}, "token_too_narrow"},
		"a token for plugins, for a service":         {narrow, "robot", []string{"apps:clock"}, "token_too_narrow"},
	} {
		t.Run(name, func(t *testing.T) {
			made, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", User: c.user, Scopes: c.scopes}, c.by)
			assert.Equal(t, c.code, fault.CodeOf(err), "%v", err)
			if c.code == "" {
				owner := c.user
				if owner == "" {
					owner = c.by.User
				}
				assert.Equal(t, owner, made.User)
			}
		})
	}
	assert.Equal(t, "member_not_found", fault.CodeOf(r.edit("nobody", `{}`)))
}

func TestATokenOutlivesNotTheOneThatMadeIt(t *testing.T) {
	r := newRig(t, nil)
	short := r.token(admin, host.TokenRequest{Scopes: []string{"*"}, ExpiresInSeconds: 1000})
	by := r.as(short.Secret)
	assert.Equal(t, short.ExpiresAt, r.token(by, host.TokenRequest{Scopes: []string{"*"}}).ExpiresAt, "for ever is as long as its maker")
	assert.True(t, r.token(by, host.TokenRequest{Scopes: []string{"*"}, ExpiresInSeconds: 500}).ExpiresAt.Before(*short.ExpiresAt))
	_, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}, ExpiresInSeconds: 2000}, by)
	assert.Equal(t, []string{"expiresInSeconds"}, fields(err))
	_, err = r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}, ExpiresInSeconds: 1 << 62}, admin)
	assert.Equal(t, []string{"expiresInSeconds"}, fields(err))
}

func TestWhoSeesAndRevokesWhichTokens(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	r.member("anna", "agent", `,"plugins":["clock"],"password":"`+memberPassword+`"`)
	anna := r.login("anna", memberPassword)
	wide, narrow := r.token(anna, host.TokenRequest{Scopes: []string{"*"}}), r.token(anna, host.TokenRequest{Scopes: []string{"apps:clock"}})
	admins := r.token(admin, host.TokenRequest{Scopes: []string{"plugins:read"}})
	for name, c := range map[string]struct {
		by   host.Actor
		sees []string
	}{
		"an administrator":            {admin, []string{wide.ID, narrow.ID, admins.ID}},
		"a token for the staff":       {staffToken, []string{wide.ID, narrow.ID, admins.ID}},
		"a person":                    {anna, []string{wide.ID, narrow.ID}},
		"a token of all":              {r.as(wide.Secret), []string{wide.ID, narrow.ID}},
		"a token of one plugin":       {r.as(narrow.Secret), []string{narrow.ID}},
		"a token of an administrator": {r.as(admins.Secret), []string{admins.ID}},
	} {
		items, next := r.Tokens(host.TokenFilter{}, c.by)
		ids := []string{}
		for _, item := range items {
			ids = append(ids, item.ID)
		}
		assert.ElementsMatch(t, c.sees, ids, name)
		assert.Empty(t, next)
	}
	items, next := r.Tokens(host.TokenFilter{User: "anna", Limit: 1}, admin)
	require.Len(t, items, 1)
	assert.Equal(t, items[0].ID, next)
	items, next = r.Tokens(host.TokenFilter{User: "anna", Limit: 1, After: next}, admin)
	require.Len(t, items, 1)
	assert.Empty(t, next)

	assert.Equal(t, "token_not_found", fault.CodeOf(r.DeleteToken(t.Context(), admins.ID, anna)))
	assert.Equal(t, "token_not_found", fault.CodeOf(r.DeleteToken(t.Context(), wide.ID, r.as(narrow.Secret))))
	require.NoError(t, r.DeleteToken(t.Context(), narrow.ID, r.as(narrow.Secret)), "a token may revoke itself")
	require.NoError(t, r.DeleteToken(t.Context(), wide.ID, anna))
	require.NoError(t, r.DeleteToken(t.Context(), admins.ID, staffToken))
}

func TestOneMemberCannotTakeTheRoomForTokens(t *testing.T) {
	r := newRig(t, nil)
	for range 100 {
		r.token(admin, host.TokenRequest{Scopes: []string{"*"}})
	}
	_, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}}, admin)
	assert.Equal(t, "too_many_tokens", fault.CodeOf(err))
	r.member("robot", "user", `,"kind":"service"`)
	r.token(admin, host.TokenRequest{Scopes: []string{"*"}, User: "robot"})
}

func TestTheLastUseOfATokenIsKept(t *testing.T) {
	r := newRig(t, nil)
	used, never := r.token(admin, host.TokenRequest{Scopes: []string{"*"}}), r.token(admin, host.TokenRequest{Scopes: []string{"*"}})
	revoked := r.token(admin, host.TokenRequest{Scopes: []string{"*"}})
	r.as(used.Secret)
	r.as(revoked.Secret)
	r.RecordUses(0)
	require.NoError(t, r.DeleteToken(t.Context(), revoked.ID, admin))
	r.RecordUses(0)
	r.reboot(nil)
	items, _ := r.Tokens(host.TokenFilter{}, admin)
	require.Len(t, items, 2, "writing down a use does not bring a revoked token back")
	for _, item := range items {
		assert.Equal(t, item.ID == used.ID, item.UsedAt != nil)
	}
	r.as(never.Secret)
	r.reboot(nil) // a host that is closed writes the rest
	items, _ = r.Tokens(host.TokenFilter{}, admin)
	for _, item := range items {
		assert.NotNil(t, item.UsedAt)
	}
}

func TestTokensThatExpiredLongAgoAreDeleted(t *testing.T) {
	r := newRig(t, nil)
	expiring := r.token(admin, host.TokenRequest{Scopes: []string{"*"}, ExpiresInSeconds: 60})
	r.token(admin, host.TokenRequest{Scopes: []string{"*"}})
	count := func() int { items, _ := r.Tokens(host.TokenFilter{}, admin); return len(items) }
	r.DropExpired(expiring.ExpiresAt.Add(time.Hour))
	assert.Equal(t, 2, count(), "it is shown for a while")
	r.DropExpired(expiring.ExpiresAt.Add(8 * 24 * time.Hour))
	assert.Equal(t, 1, count())
	r.reboot(nil)
	assert.Equal(t, 1, count())
}

// BenchmarkByToken is what a token costs a request, with as many as there may be.
func BenchmarkByToken(b *testing.B) {
	store := storetest.Memory()
	require.NoError(b, store.Update(b.Context(), func(w host.Writer) (err error) {
		for i := range 9_999 {
			id := fmt.Sprintf("%05d", i)
			err = errors.Join(err, w.Put("tokens", id, map[string]any{"id": id, "user": "somebody", "hash": fmt.Sprintf("%064d", i)}))
		}
		return err
	}))
	h, err := host.Open(b.Context(), host.Config{DataDir: b.TempDir(), Store: store, AdminPassword: "for the test"})
	require.NoError(b, err)
	b.Cleanup(h.Close)
	made, err := h.CreateToken(b.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}}, admin)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := h.ByToken(made.Secret, host.Origin{}); !ok {
			b.Fatal("the token is not known")
		}
	}
}

// B10: an administrator reads the names that others give, in a terminal, too.
func TestNamesThatCannotBeReadAreRefused(t *testing.T) {
	r := newRig(t, nil)
	for _, name := range []string{"", " ", "two\nlines", "\x1b[31mred", "back\u202ewards", "\u009bcsi", "zero\x00", strings.Repeat("x", 101)} {
		_, err := r.CreateToken(t.Context(), host.TokenRequest{Name: name, Scopes: []string{"*"}}, admin)
		assert.Equal(t, "token_invalid", fault.CodeOf(err), "%q", name)
		body, err := json.Marshal(map[string]string{"name": name + " a", "role": "agent"})
		require.NoError(t, err)
		if strings.TrimSpace(name) != "" {
			_, err = r.CreateProfile(t.Context(), body, admin)
			assert.Equal(t, "profile_invalid", fault.CodeOf(err), "%q", name)
		}
	}
	_, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "Große Töne — 日本", Scopes: []string{"*"}}, admin)
	require.NoError(t, err)
}
