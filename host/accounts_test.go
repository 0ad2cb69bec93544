package host_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// stuckStore is a store whose updates stand still while it is held.
type stuckStore struct {
	host.Store
	held atomic.Pointer[hold]
}

type hold struct {
	came chan struct{} // has something when an update has come
	over chan struct{}
}

func (s *stuckStore) Update(ctx context.Context, fn func(host.Writer) error) error {
	if h := s.held.Load(); h != nil {
		select {
		case h.came <- struct{}{}:
		default:
		}
		<-h.over
	}
	return s.Store.Update(ctx, fn)
}

// hold holds the store until release.
func (s *stuckStore) hold() *hold {
	h := &hold{came: make(chan struct{}, 1), over: make(chan struct{})}
	s.held.Store(h)
	return h
}

func (s *stuckStore) release() { close(s.held.Swap(nil).over) }

// newStuckRig is a rig with a store that can be held.
func newStuckRig(t *testing.T) (*rig, *stuckStore) {
	t.Helper()
	s := &stuckStore{}
	r := newRig(t, func(c *host.Config) {
		s.Store = c.Store
		c.Store = s
	})
	t.Cleanup(func() {
		if s.held.Load() != nil {
			s.release() // so that a test that failed ends
		}
	})
	return r, s
}

// begin runs fn, whose update stands still when begin returns.
func (s *stuckStore) begin(t *testing.T, fn func() error) (ended <-chan error) {
	t.Helper()
	at, done := s.hold(), make(chan error, 1)
	go func() { done <- fn() }()
	select {
	case <-at.came:
	case err := <-done:
		require.Fail(t, "it ended without an update", "%v", err)
	}
	return done
}

// within fails if fn does not end: it waits for what does not come.
func within(t *testing.T, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		require.FailNow(t, "it waits for the disk")
	}
}

func TestNobodyWaitsForTheDiskBehindAChangeOfAccounts(t *testing.T) {
	r, store := newStuckRig(t)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	r.succeed(r.install("clock", false))
	r.mustUpload(fmt.Sprintf(html, "Inbox", "1.0.0", ""))
	r.newProfile(`{"name":"Desk","role":"agent","plugins":["clock"]}`)
	r.newProfile(`{"name":"Spare","role":"agent"}`)
	r.member("anna", "agent", `,"profile":"desk","password":"`+memberPassword+`"`)
	r.member("boss", "admin", `,"password":"`+memberPassword+`"`)
	r.member("robot", "user", `,"kind":"service"`)
	annas, err := r.OpenSession(t.Context(), "anna", here)
	require.NoError(t, err)
	anna, ok := r.BySession(annas, here)
	require.True(t, ok)
	token := r.token(anna, host.TokenRequest{Scopes: []string{"*"}})
	other := r.token(admin, host.TokenRequest{Scopes: []string{"*"}})
	bosses, err := r.OpenSession(t.Context(), "boss", here)
	require.NoError(t, err)
	boss, _ := r.BySession(bosses, here)
	pending, err := r.BeginTOTP(memberPassword, boss)
	require.NoError(t, err)
	ctx := t.Context()
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"a log-in", func() error {
			_, _, err := r.Login(ctx, host.Credentials{Username: "admin", Password: pass}, here)
			return err
		}},
		{"a log-in by single sign-on", func() error {
			_, _, err := r.LoginExternal(ctx, someone("1", host.RoleAgent, "carla"), here)
			return err
		}},
		{"a new member", func() error {
			_, err := r.CreateMember(ctx, []byte(`{"username":"berta","role":"agent"}`), admin)
			return err
		}},
		{"an edited member", func() error { return r.edit("robot", `{"role":"agent"}`) }},
		{"an edited profile", func() error {
			_, err := r.EditProfile(ctx, "desk", []byte(`{"name":"Front desk"}`), 0, admin)
			return err
		}},
		{"a deleted profile", func() error { return r.DeleteProfile(ctx, "spare", 0, admin) }},
		{"a new token", func() error {
			_, err := r.CreateToken(ctx, host.TokenRequest{Name: "t", Scopes: []string{"*"}}, boss)
			return err
		}},
		{"a revoked token", func() error { return r.DeleteToken(ctx, other.ID, admin) }},
		{"another password", func() error { return r.ChangePassword(ctx, memberPassword, "another long one", boss) }},
		{"a second factor", func() error {
			_, err := r.ConfirmTOTP(ctx, codeOf(t, pending.Secret), boss)
			return err
		}},
		{"last uses", func() error { r.RecordUses(0); return nil }},
		{"a log-out", func() error { return r.Logout(ctx, bosses, here) }},
		{"a deleted member", func() error { return r.DeleteMember(ctx, "robot", 0, admin) }},
		{"the end of all sessions", func() error { return r.EndSessions(ctx, "admin", admin) }},
		{"a removed plugin", func() error { return r.Remove(ctx, "inbox", false, admin) }},
	} {
		ended := store.begin(t, c.do)
		within(t, func() {
			actor, ok := r.BySession(annas, here)
			assert.True(t, ok, c.name)
			_, err := r.Host.Open(ctx, "clock", actor)
			assert.NoError(t, err, c.name)
			actor, ok = r.ByToken(token.Secret, here)
			assert.True(t, ok, c.name)
			assert.True(t, r.Holds(ctx, actor.Credential, "clock"), c.name)
			assert.True(t, r.Unchanged(anna), c.name)
			_, err = r.Member(ctx, "anna")
			assert.NoError(t, err, c.name)
			r.Members(host.MemberFilter{})
			r.Profiles(host.ProfileFilter{})
			r.Tokens(host.TokenFilter{}, admin)
			assert.NotEmpty(t, r.Sessions(anna), c.name)
		})
		store.release()
		assert.NoError(t, <-ended, c.name)
	}
}

// A session that slides on does not wait for the disk, and what it slid to is written by and by.
func TestASessionSlidesOnWithoutTheDisk(t *testing.T) {
	r, store := newStuckRig(t)
	secret, actor := r.enter()
	before, ends := r.stored("sessions"), r.Sessions(actor)[0].ExpiresAt
	time.Sleep(1100 * time.Millisecond) // a last use is exact to the second
	store.hold()
	within(t, func() { assert.True(t, r.alive(secret)) })
	assert.True(t, r.Sessions(actor)[0].ExpiresAt.After(ends))
	store.release()
	assert.Equal(t, before, r.stored("sessions"), "it is written later")
	r.RecordUses(0)
	assert.NotEqual(t, before, r.stored("sessions"))
}

// What is revoked is so when that is acknowledged, and a write that was under way does not bring it back.
func TestWhatIsRevokedStaysRevoked(t *testing.T) {
	for name, c := range map[string]struct {
		first, second func(r *rig, tokenID string) error
	}{
		"while uses are written":      {recordUses, revokeBoth},
		"while it is used meanwhile":  {revokeBoth, recordUses},
		"while another one logs in":   {logIn, revokeBoth},
		"while its owner is deleted":  {deleteOwner, recordUses},
		"while its owner gets a role": {editOwner, revokeBoth},
	} {
		t.Run(name, func(t *testing.T) {
			r, store := newStuckRig(t)
			r.member("boss", "admin", `,"password":"`+memberPassword+`"`)
			boss := r.login("boss", memberPassword)
			token := r.token(boss, host.TokenRequest{Scopes: []string{"*"}})
			session, err := r.OpenSession(t.Context(), "boss", here)
			require.NoError(t, err)
			r.as(token.Secret)
			ended := store.begin(t, func() error { return c.first(r, token.ID) })
			second := make(chan error, 1)
			go func() { second <- c.second(r, token.ID) }()
			r.as(token.Secret) // nothing is acknowledged
			r.alive(session)
			store.release()
			require.NoError(t, <-ended)
			require.NoError(t, <-second)
			for range 2 {
				_, ok := r.ByToken(token.Secret, here)
				assert.False(t, ok)
				assert.False(t, r.alive(session))
				r.reboot(nil)
			}
		})
	}
}

func recordUses(r *rig, _ string) error {
	r.RecordUses(0)
	return nil
}

func revokeBoth(r *rig, id string) error {
	if err := r.EndSessions(context.Background(), "boss", admin); err != nil {
		return err
	}
	return r.DeleteToken(context.Background(), id, admin)
}

func logIn(r *rig, _ string) error {
	_, err := r.OpenSession(context.Background(), "admin", here)
	return err
}

func deleteOwner(r *rig, _ string) error {
	return r.DeleteMember(context.Background(), "boss", 0, admin)
}

func editOwner(r *rig, _ string) error { return r.edit("boss", `{"role":"user"}`) }

// Whoever was let in before a right was taken away, and whose turn comes after, changes nothing.
func TestARequestThatWaitedDoesNotUseARightThatIsGone(t *testing.T) {
	for name, revoke := range map[string]func(r *rig, id string) error{
		"its token is revoked":       func(r *rig, id string) error { return r.DeleteToken(context.Background(), id, admin) },
		"its owner is deleted":       func(r *rig, _ string) error { return r.DeleteMember(context.Background(), "boss", 0, admin) },
		"its owner has another role": func(r *rig, _ string) error { return r.edit("boss", `{"role":"user"}`) },
	} {
		t.Run(name, func(t *testing.T) {
			r, store := newStuckRig(t)
			r.newProfile(`{"name":"Desk","role":"agent"}`)
			r.member("boss", "admin", `,"password":"`+memberPassword+`"`)
			token := r.token(r.login("boss", memberPassword), host.TokenRequest{Scopes: []string{"*"}})
			actor := r.as(token.Secret)
			ended := store.begin(t, func() error { return revoke(r, token.ID) })
			ctx := context.Background()
			changes := []func() error{
				func() error {
					_, err := r.CreateToken(ctx, host.TokenRequest{Name: "t", Scopes: []string{"*"}}, actor)
					return err
				},
				func() error {
					_, err := r.CreateMember(ctx, []byte(`{"username":"mallory","role":"admin"}`), actor)
					return err
				},
				func() error {
					_, err := r.EditMember(ctx, "boss", []byte(`{"role":"admin"}`), 0, actor)
					return err
				},
				func() error { return r.DeleteMember(ctx, "admin", 0, actor) },
				func() error {
					_, err := r.CreateProfile(ctx, []byte(`{"name":"Mine","role":"agent"}`), actor)
					return err
				},
				func() error {
					_, err := r.EditProfile(ctx, "desk", []byte(`{"name":"Mine"}`), 0, actor)
					return err
				},
				func() error { return r.DeleteProfile(ctx, "desk", 0, actor) },
				func() error { return r.DeleteToken(ctx, token.ID, actor) },
				func() error { return r.EndSessions(ctx, "admin", actor) },
				func() error { return r.EndSession(ctx, "any", actor) },
				func() error { return r.ChangePassword(ctx, memberPassword, "another long one", actor) },
				func() error { return r.ResetTOTP(ctx, "admin", actor) },
				func() error { return r.EndTOTP(ctx, memberPassword, actor) },
				func() error { _, err := r.BeginTOTP(memberPassword, actor); return err },
				func() error { _, err := r.ConfirmTOTP(ctx, "123456", actor); return err },
			}
			codes := make([]string, len(changes))
			var all sync.WaitGroup
			for i, change := range changes {
				all.Go(func() { codes[i] = fault.CodeOf(change()) })
			}
			store.release()
			require.NoError(t, <-ended)
			all.Wait()
			for i, code := range codes {
				if name == "its owner is deleted" && code == "no_password" { // it was asked before the turn came
					continue
				}
				assert.Equal(t, "credentials_ended", code, "change %d", i)
			}
		})
	}
}

// Many change and use accounts at once; memory and store agree afterwards.
func TestAccountsUnderChangesAtOnce(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	r.succeed(r.install("clock", false))
	r.newProfile(`{"name":"Desk","role":"agent"}`)
	var all sync.WaitGroup
	for n := range 6 {
		name := fmt.Sprintf("agent-%d", n)
		r.member(name, "agent", `,"profile":"desk"`)
		all.Go(func() { assert.NoError(t, r.workOn(name)) })
	}
	for range 3 {
		all.Go(func() {
			_, _, err := r.Login(context.Background(), host.Credentials{Username: "admin", Password: pass}, here)
			assert.NoError(t, err)
			r.RecordUses(0)
			r.DropExpired(time.Now())
		})
	}
	all.Wait()
	members, _ := r.Members(host.MemberFilter{})
	profiles, _ := r.Profiles(host.ProfileFilter{})
	sessions := r.Sessions(admin)
	r.RecordUses(0)
	tokens, _ := r.Tokens(host.TokenFilter{}, admin)
	require.Len(t, sessions, 3)
	require.Len(t, tokens, 6)
	r.reboot(nil)
	same, _ := r.Members(host.MemberFilter{})
	assert.Equal(t, members, same)
	sameProfiles, _ := r.Profiles(host.ProfileFilter{})
	assert.Equal(t, profiles, sameProfiles)
	assert.Equal(t, sessions, r.Sessions(admin))
	sameTokens, _ := r.Tokens(host.TokenFilter{}, admin)
	assert.Equal(t, tokens, sameTokens)
}

// workOn changes and uses one member's account many times, and leaves one token.
func (r *rig) workOn(name string) error {
	ctx := context.Background()
	for i := range 10 {
		secret, err := r.OpenSession(ctx, name, here)
		if err != nil {
			return err
		}
		actor, _ := r.BySession(secret, here)
		token, err := r.CreateToken(ctx, host.TokenRequest{Name: "t", Scopes: []string{"*"}}, actor)
		if err != nil {
			return err
		}
		if err := r.edit(name, []string{`{"plugins":["clock"]}`, `{"plugins":[]}`}[i%2]); err != nil {
			return err
		}
		if _, err := r.EditProfile(ctx, "desk", []byte(fmt.Sprintf(`{"name":"%s %d"}`, name, i)), 0, admin); err != nil {
			return err
		}
		byToken, _ := r.ByToken(token.Secret, here)
		if opens := byToken.Opens("clock", "both"); opens != (i%2 == 0) {
			return fmt.Errorf("%s, %d: the change does not hold when it is acknowledged", name, i)
		}
		if err := r.Logout(ctx, secret, here); err != nil {
			return err
		}
		if r.Unchanged(actor) {
			return fmt.Errorf("%s, %d: the session goes on", name, i)
		}
		if i == 9 {
			return nil
		}
		if err := r.DeleteToken(ctx, token.ID, byToken); err != nil {
			return err
		}
	}
	return nil
}
