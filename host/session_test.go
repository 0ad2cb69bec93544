package host_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

var here = host.Origin{Address: "192.0.2.7", Agent: "A Browser/1.0"}

// enter logs in and returns the cookie's value.
func (r *rig) enter() (string, host.Actor) {
	r.Helper()
	secret, actor, err := r.Login(r.Context(), host.Credentials{Username: "admin", Password: "for the test"}, here)
	require.NoError(r, err)
	return secret, actor
}

func (r *rig) alive(secret string) bool {
	_, ok := r.BySession(secret, here)
	return ok
}

// stored is everything that a table of the store holds, as text.
func (r *rig) stored(table string) string {
	r.Helper()
	var all strings.Builder
	require.NoError(r, r.store.View(r.Context(), func(reader host.Reader) error {
		return reader.Scan(table, "", "", func(key string, decode func(any) error) (bool, error) {
			var v json.RawMessage
			err := decode(&v)
			all.WriteString(key + " " + string(v) + "\n")
			return true, err
		})
	}))
	return all.String()
}

// D11: each use gives twelve hours from then, never more, and never past seven days from the log-in.
func TestASessionSlidesAndHasAnAbsoluteEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer r.Close()
		secret, _ := r.enter()
		for range 50 { // many uses at once add nothing
			require.True(t, r.alive(secret))
		}
		time.Sleep(12*time.Hour + time.Second)
		assert.False(t, r.alive(secret), "unused for twelve hours")

		begin := time.Now()
		secret, actor := r.enter()
		for time.Since(begin) < 7*24*time.Hour-11*time.Hour {
			time.Sleep(11 * time.Hour)
			require.True(t, r.alive(secret), "after %v", time.Since(begin))
			ends := r.Sessions(actor)[0].ExpiresAt
			assert.False(t, ends.After(begin.Add(7*24*time.Hour)), "never past the absolute end")
			assert.False(t, ends.After(time.Now().Add(12*time.Hour)), "never additive")
		}
		time.Sleep(time.Until(begin.Add(7*24*time.Hour)) + time.Second)
		assert.False(t, r.alive(secret), "used until the end, which is absolute")
		_, ok := r.ByCredential(actor.Credential)
		assert.False(t, ok, "nor for a stream that goes on")
		assert.Empty(t, r.Sessions(actor))
	})
}

// The absolute end survives a restart of the host, and so does the last use, to within five minutes.
func TestTheEndsOfASessionSurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer func() { r.Close() }()
		secret, actor := r.enter()
		time.Sleep(11 * time.Hour)
		require.True(t, r.alive(secret))
		before := r.Sessions(actor)
		r.reboot(nil)
		assert.Equal(t, before, r.Sessions(actor))
		time.Sleep(11 * time.Hour)
		assert.True(t, r.alive(secret))
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	r := newRig(t, nil)
	first, _ := r.enter()
	second, actor := r.enter()
	assert.NotEqual(t, first, second, "each log-in has a secret of its own")
	list := r.Sessions(actor)
	require.Len(t, list, 2)
	var other, own host.SessionView
	for _, s := range list {
		if s.Current {
			own = s
		} else {
			other = s
		}
		assert.Equal(t, "192.0.2.7", s.Address)
		assert.Equal(t, "A Browser/1.0", s.UserAgent)
	}
	assert.NotEqual(t, own.ID, other.ID)

	stranger := actor
	stranger.User = "somebody else"
	assert.Equal(t, "session_not_found", fault.CodeOf(r.EndSession(t.Context(), other.ID, stranger)), "of another member")
	assert.Equal(t, "session_not_found", fault.CodeOf(r.EndSession(t.Context(), strings.TrimPrefix(actor.Credential, "session:"), actor)), "the key is no id")
	require.NoError(t, r.EndSession(t.Context(), other.ID, actor))
	assert.False(t, r.alive(first))
	assert.True(t, r.alive(second))

	third, _ := r.enter()
	require.NoError(t, r.EndSessions(t.Context(), "admin", actor))
	assert.False(t, r.alive(second))
	assert.False(t, r.alive(third))
	require.NoError(t, r.EndSessions(t.Context(), "admin", admin), "again")
	assert.Equal(t, "member_not_found", fault.CodeOf(r.EndSessions(t.Context(), "nobody", admin)))
	r.reboot(nil)
	for _, secret := range []string{first, second, third} {
		assert.False(t, r.alive(secret), "ended for good")
	}
}

// One member cannot drive out the sessions of others, nor fill the memory.
func TestAMemberHasABoundedNumberOfSessions(t *testing.T) {
	r := newRig(t, nil)
	r.member("bob", "agent", `,"password":"bob's password"`)
	bobs, _, err := r.Login(t.Context(), host.Credentials{Username: "bob", Password: "bob's password"}, here)
	require.NoError(t, err)
	first, err := r.OpenSession(t.Context(), "admin", here)
	require.NoError(t, err)
	var last string
	for range 100 {
		last, err = r.OpenSession(t.Context(), "admin", host.Origin{Agent: strings.Repeat("ü", 500)})
		require.NoError(t, err)
	}
	assert.False(t, r.alive(first), "the one unused for longest makes room")
	assert.True(t, r.alive(last))
	assert.True(t, r.alive(bobs))
	list := r.Sessions(admin)
	assert.Len(t, list, 100)
	assert.LessOrEqual(t, len(list[0].UserAgent), 200)
}

func TestAChangedPasswordEndsTheOtherSessions(t *testing.T) {
	r := newRig(t, nil)
	other, _ := r.enter()
	own, actor := r.enter()
	token, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"*"}}, actor)
	require.NoError(t, err)
	device, err := r.NewDevice("admin", "")
	require.NoError(t, err)
	for _, c := range []struct{ current, pass, code string }{
		{"wrong", "another password", "password_wrong"}, {"", "another password", "password_wrong"},
		{"for the test", "short", "password_invalid"}, {"for the test", strings.Repeat("x", 1025), "password_invalid"},
	} {
		assert.Equal(t, c.code, fault.CodeOf(r.ChangePassword(t.Context(), c.current, c.pass, actor)), "%.20v", c)
	}
	assert.True(t, r.alive(other))
	require.NoError(t, r.ChangePassword(t.Context(), "for the test", "another password", actor))
	assert.False(t, r.alive(other))
	assert.True(t, r.alive(own), "the session that asked stays")
	_, ok := r.ByToken(token.Secret, here)
	assert.True(t, ok, "tokens stay")
	_, ok = r.Device("admin", device)
	assert.False(t, ok, "who logged in with the old password is a stranger")
	r.reboot(nil)
	assert.False(t, r.alive(other))
	assert.True(t, r.alive(own))
	_, _, err = r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, here)
	assert.Equal(t, "login_failed", fault.CodeOf(err))
	_, _, err = r.Login(t.Context(), host.Credentials{Username: "admin", Password: "another password"}, here)
	assert.NoError(t, err)
}

// H8: nothing that lets somebody in is in the log, the audit trail or the events.
func TestNoSecretOfALoginIsToldElsewhere(t *testing.T) {
	var log bytes.Buffer
	r := newRig(t, func(c *host.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	secret, actor := r.enter()
	pending, codes := r.enroll(actor)
	device, err := r.NewDevice("admin", "")
	require.NoError(t, err)
	_, _, err = r.Login(t.Context(), host.Credentials{Username: "admin", Password: "a wrong password", Code: "123456"}, here)
	require.Error(t, err)
	require.Error(t, r.ChangePassword(t.Context(), "a wrong password", "a new password", actor))
	require.NoError(t, r.ChangePassword(t.Context(), "for the test", "a new password", actor))
	_, _, err = r.Login(t.Context(), host.Credentials{Username: "admin", Password: "a new password", Code: codes[0]}, here)
	require.NoError(t, err)
	require.NoError(t, r.EndTOTP(t.Context(), "a new password", actor))
	require.NoError(t, r.EndSessions(t.Context(), "admin", actor))
	var audit, events string
	require.Eventually(t, func() bool { // what was refused, and events, are written by and by
		audit, events = r.stored("audit"), r.stored("events")
		return strings.Contains(audit, "login_failed") && strings.Contains(events, "session.closed")
	}, 10*time.Second, 10*time.Millisecond)
	r.Close()
	for _, told := range []string{audit, events, log.String()} {
		for _, secret := range append(codes, secret, strings.TrimPrefix(actor.Credential, "session:"), pending.Secret, device, "for the test", "a wrong password", "a new password", "123456") {
			assert.NotContains(t, told, secret)
		}
	}
	for _, kind := range []string{"session.opened", "session.refused", "session.closed", "password.changed", "totp.enabled", "totp.recovered", "totp.disabled", "login_failed"} {
		assert.Contains(t, audit, kind)
	}
}
