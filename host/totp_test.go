package host_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/secret"
)

// codeOf is what the authenticator app shows now.
func codeOf(t *testing.T, secret string) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now())
	require.NoError(t, err)
	return code
}

// enroll turns the administrator's second factor on, enrollWith that of the password's owner.
func (r *rig) enroll(actor host.Actor) (host.PendingTOTP, []string) { return r.enrollWith(pass, actor) }

func (r *rig) enrollWith(password string, actor host.Actor) (host.PendingTOTP, []string) {
	r.Helper()
	p, err := r.BeginTOTP(password, actor)
	require.NoError(r, err)
	codes, err := r.ConfirmTOTP(r.Context(), codeOf(r.T, p.Secret), actor)
	require.NoError(r, err)
	return p, codes
}

// try logs in and returns the error's code, "" for success.
func (r *rig) try(pass, code string) string {
	_, _, err := r.Login(r.Context(), host.Credentials{Username: "admin", Password: pass, Code: code}, here)
	return fault.CodeOf(err)
}

const pass = "for the test"

func TestASecondFactorIsAskedForAfterTheRightPassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer func() { r.Close() }()
		_, actor := r.enter()
		assert.False(t, r.HasTOTP("admin"))
		p, codes := r.enroll(actor)
		assert.True(t, r.HasTOTP("admin"))
		require.Len(t, codes, 10)
		assert.Equal(t, "login_failed", r.try("wrong", ""))
		assert.Equal(t, "login_failed", r.try("wrong", codes[0]), "the code is not looked at")
		assert.Equal(t, "totp_required", r.try(pass, ""))
		assert.Equal(t, "totp_required", r.try(pass, "  "))
		assert.Equal(t, "totp_invalid", r.try(pass, "000000x"))
		assert.Equal(t, "totp_invalid", r.try(pass, codeOf(t, p.Secret)), "the code that confirmed it was used")
		time.Sleep(30 * time.Second)
		code := codeOf(t, p.Secret)
		assert.Empty(t, r.try(pass, code))
		assert.Equal(t, "totp_invalid", r.try(pass, code), "each works once")
		r.reboot(nil)
		assert.Equal(t, "totp_invalid", r.try(pass, code), "after a restart, too")
		assert.Equal(t, "totp_required", r.try(pass, ""))
		time.Sleep(30 * time.Second)
		assert.Empty(t, r.try(pass, codeOf(t, p.Secret)))
	})
}

func TestARecoveryCodeWorksOnce(t *testing.T) {
	r := newRig(t, nil)
	_, actor := r.enter()
	_, codes := r.enroll(actor)
	assert.Empty(t, r.try(pass, codes[0]))
	assert.Equal(t, "totp_invalid", r.try(pass, codes[0]))
	r.reboot(nil)
	assert.Equal(t, "totp_invalid", r.try(pass, codes[0]))
	assert.Empty(t, r.try(pass, " "+codes[1]+" "))
	seen := map[string]bool{}
	for _, c := range codes {
		assert.False(t, seen[c])
		seen[c] = true
		assert.NotContains(t, r.stored("members"), c)
	}
}

func TestASecondFactorWaitsTenMinutesForItsFirstCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer r.Close()
		_, actor := r.enter()
		_, err := r.ConfirmTOTP(t.Context(), "123456", actor)
		assert.Equal(t, "totp_not_begun", fault.CodeOf(err))
		_, err = r.BeginTOTP("wrong", actor)
		assert.Equal(t, "password_wrong", fault.CodeOf(err), "a session alone locks nobody out")
		_, err = r.ConfirmTOTP(t.Context(), "123456", actor)
		assert.Equal(t, "totp_not_begun", fault.CodeOf(err))
		p, err := r.BeginTOTP(pass, actor)
		require.NoError(t, err)
		assert.Equal(t, 10*time.Minute, time.Until(p.ExpiresAt))
		_, err = r.ConfirmTOTP(t.Context(), "12345", actor)
		assert.Equal(t, "totp_invalid", fault.CodeOf(err))
		assert.Equal(t, fault.Invalid, fault.From(err).Kind)
		assert.Empty(t, r.try(pass, ""), "not on yet")
		time.Sleep(10*time.Minute + time.Second)
		_, err = r.ConfirmTOTP(t.Context(), codeOf(t, p.Secret), actor)
		assert.Equal(t, "totp_not_begun", fault.CodeOf(err))
		r.enroll(actor)
		_, err = r.BeginTOTP(pass, actor)
		assert.Equal(t, "totp_enabled", fault.CodeOf(err))
	})
}

func TestASecondFactorIsTurnedOff(t *testing.T) {
	r := newRig(t, nil)
	r.member("bob", "agent", `,"password":"bob's password"`)
	_, bob, err := r.Login(t.Context(), host.Credentials{Username: "bob", Password: "bob's password"}, here)
	require.NoError(t, err)
	_, actor := r.enter()
	r.enroll(actor)
	r.enrollWith("bob's password", bob)
	assert.Equal(t, "password_wrong", fault.CodeOf(r.EndTOTP(t.Context(), "wrong", actor)))
	assert.True(t, r.HasTOTP("admin"))
	narrow := host.Actor{User: "admin", Role: host.RoleAdmin, Scopes: []string{host.ScopeStaffManage}}
	assert.Equal(t, "administrator_required", fault.CodeOf(r.ResetTOTP(t.Context(), "admin", narrow)))
	assert.Equal(t, "member_not_found", fault.CodeOf(r.ResetTOTP(t.Context(), "nobody", narrow)))
	require.NoError(t, r.ResetTOTP(t.Context(), "bob", narrow), "the right to manage staff is enough for others")
	assert.False(t, r.HasTOTP("bob"))
	require.NoError(t, r.EndTOTP(t.Context(), pass, actor))
	require.NoError(t, r.EndTOTP(t.Context(), pass, actor), "again")
	assert.Empty(t, r.try(pass, ""))
	r.enroll(actor)
	require.NoError(t, r.ResetTOTP(t.Context(), "admin", host.Actor{User: "admin", Role: host.RoleAdmin, Scopes: []string{host.ScopeAll}}))
	r.reboot(nil)
	assert.Empty(t, r.try(pass, ""))
}

// The secret is sealed at rest, bound to its member, and follows a change of the host's key.
func TestASecondFactorFollowsTheHostsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, with(oldKey))
		defer func() { r.Close() }()
		_, actor := r.enter()
		p, codes := r.enroll(actor)
		assert.NotContains(t, r.stored("members"), p.Secret)
		box, err := secret.Open("", oldKey)
		require.NoError(t, err)
		_, err = box.Open(r.MemberSecret("admin"), "totp/bob")
		assert.Equal(t, "secret_damaged", fault.CodeOf(err), "of no use in another's record")
		assert.Equal(t, 1, r.secrets().Sealed)

		r.reboot(with(newKey))
		assert.Equal(t, []host.MissingKey{{KeyID: keyID(t, oldKey), Sealed: 1, Plugins: []string{}, Members: []string{"admin"}}}, r.secrets().MissingKeys)
		time.Sleep(30 * time.Second)
		assert.Equal(t, "secret_key_missing", r.try(pass, codeOf(t, p.Secret)))
		assert.Empty(t, r.try(pass, codes[0]), "a recovery code needs no key")

		r.reboot(with(newKey, oldKey))
		for r.secrets().Waiting > 0 {
			time.Sleep(time.Millisecond)
		}
		r.reboot(with(newKey))
		assert.Empty(t, r.secrets().MissingKeys)
		assert.Empty(t, r.try(pass, codeOf(t, p.Secret)))
	})
}
