package host

import (
	"context"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/password"
	"appzone/host/totp"
)

const (
	// totpIssuer is the name that authenticator apps show.
	totpIssuer = "App Zone"
	// totpPending is how long a secret that was begun waits for its first code.
	totpPending = 10 * time.Minute
	// recoveryCodes is how many a member gets.
	recoveryCodes = 10
)

// totpRecord is a member's second factor. It never changes: a change makes another one.
type totpRecord struct {
	// Sealed is the secret that the authenticator app has.
	Sealed string `json:"sealed"`
	// Step is the last one whose code was used.
	Step int64 `json:"step"`
	// Recovery holds the hashes of the recovery codes that were not used.
	Recovery []string `json:"recovery"`
}

// PendingTOTP is a second factor that was begun. It is shown once.
type PendingTOTP struct {
	// Secret is what to type into an authenticator app, URL the same as an otpauth link for a QR code.
	Secret string `json:"secret"`
	URL    string `json:"url"`
	// ExpiresAt is until when its first code confirms it.
	ExpiresAt time.Time `json:"expiresAt"`
}

var (
	errTOTPRequired = fault.New(fault.Unauthorized, "totp_required", "the password is right; send the code of the authenticator app, too")
	errTOTPInvalid  = fault.New(fault.Unauthorized, "totp_invalid", "the code is wrong, too old, or was used before; wait for the next one")
	errTOTPEnabled  = fault.New(fault.Conflict, "totp_enabled", "a second factor is on already; turn it off first")
)

// totpContext binds the sealed secret to its member.
func totpContext(user string) string { return "totp/" + user }

// recoveryHash is what is kept of a recovery code: 96 bits of the hash of 120 random bits.
func recoveryHash(code string) string {
	return hashOf("recovery " + strings.NewReplacer("-", "", " ", "").Replace(strings.ToLower(code)))[:24]
}

// HasTOTP tells whether the user's log-ins need a code.
func (h *Host) HasTOTP(user string) bool {
	m, _ := h.member(user)
	return m.TOTP != nil
}

// BeginTOTP makes a secret for the actor, which counts once its first code confirms it. It takes the password: a session that was stolen
// is no way to lock its owner out. The *fault.Error is totp_enabled, password_wrong, or no_password for who logs in elsewhere.
func (h *Host) BeginTOTP(pass string, actor Actor) (p PendingTOTP, err error) {
	secret, url, err := totp.New(totpIssuer, actor.User)
	if err != nil {
		return p, err
	}
	err = h.reconfirm(actor, pass, func(m memberRecord) error {
		if m.TOTP != nil {
			return errTOTPEnabled
		}
		p = PendingTOTP{Secret: secret, URL: url, ExpiresAt: time.Now().UTC().Add(totpPending)}
		h.accounts.wait(m.Username, p)
		return nil
	})
	return p, err
}

// wait keeps a second factor until its first code, and forgets those that waited too long. The caller holds both locks.
func (a *accounts) wait(user string, p PendingTOTP) {
	for other, old := range a.pending {
		if time.Now().After(old.ExpiresAt) {
			delete(a.pending, other)
		}
	}
	a.pending[user] = p
}

// ConfirmTOTP turns the second factor on with the first code of the secret that was begun, and returns the recovery codes, each of which
// stands for a code once. They are not shown again. The *fault.Error is totp_not_begun, or totp_invalid.
func (h *Host) ConfirmTOTP(ctx context.Context, code string, actor Actor) ([]string, error) {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return nil, err
	}
	defer a.unlock()
	m, ok := a.members[actor.User]
	p, begun := a.pending[actor.User]
	now := time.Now()
	if !ok || !begun || now.After(p.ExpiresAt) {
		return nil, fault.New(fault.Conflict, "totp_not_begun", "nothing waits for a code, or not any more; begin again")
	}
	if m.TOTP != nil {
		return nil, errTOTPEnabled
	}
	step, ok := totp.Check(p.Secret, code, now, 0)
	if !ok {
		return nil, fault.New(fault.Invalid, errTOTPInvalid.Code, "the code is wrong; is the clock of the phone right?").WithField("code", "is not the one of now")
	}
	sealed, err := h.secrets.Seal([]byte(p.Secret), totpContext(m.Username))
	if err != nil {
		return nil, err
	}
	record := totpRecord{Sealed: sealed, Step: step}
	codes := make([]string, recoveryCodes)
	for i := range codes {
		codes[i] = password.Generate()
		record.Recovery = append(record.Recovery, recoveryHash(codes[i]))
	}
	next := m
	next.TOTP = &record
	if _, err := a.saveMember(ctx, actor, Act{Kind: "totp.enabled", Subject: m.Username}, m, next); err != nil {
		return nil, err
	}
	delete(a.pending, m.Username)
	return codes, nil
}

// EndTOTP turns the actor's second factor off, for which it takes the password. None is no error.
func (h *Host) EndTOTP(ctx context.Context, pass string, actor Actor) error {
	return h.reconfirm(actor, pass, func(m memberRecord) error {
		return h.accounts.withoutTOTP(ctx, actor, "totp.disabled", m)
	})
}

// ResetTOTP turns a member's second factor off, for who lost the phone. For an administrator's it takes an unrestricted administrator,
// since a right to manage staff must not be a way to more.
func (h *Host) ResetTOTP(ctx context.Context, user string, actor Actor) error {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	m, err := a.member(user, 0)
	if err != nil {
		return err
	}
	if err := needsEverything(actor, m.Role); err != nil {
		return err
	}
	return a.withoutTOTP(ctx, actor, "totp.reset", m)
}

// withoutTOTP takes the second factor from a member; the caller holds both locks.
func (a *accounts) withoutTOTP(ctx context.Context, actor Actor, kind string, m memberRecord) error {
	if m.TOTP == nil {
		return nil
	}
	next := m
	next.TOTP = nil
	_, err := a.saveMember(ctx, actor, Act{Kind: kind, Subject: m.Username}, m, next)
	return err
}

// useCode takes the second factor's code from a member whose password was right, so that it cannot be used again. The caller holds both
// locks.
func (a *accounts) useCode(ctx context.Context, m memberRecord, code string, from Origin) error {
	if m.TOTP == nil {
		return nil
	}
	if code = strings.TrimSpace(code); code == "" {
		return errTOTPRequired
	}
	next, act := *m.TOTP, Act{}
	if i := slices.Index(next.Recovery, recoveryHash(code)); i >= 0 {
		next.Recovery = slices.Delete(slices.Clone(next.Recovery), i, i+1)
		act = Act{Kind: "totp.recovered", Subject: m.Username, Data: map[string]any{"codesLeft": len(next.Recovery)}}
	} else {
		secret, err := a.host.secrets.Open(next.Sealed, totpContext(m.Username))
		if err != nil {
			return err
		}
		ok := false
		if next.Step, ok = totp.Check(string(secret), code, time.Now(), next.Step); !ok {
			return errTOTPInvalid
		}
	}
	m.TOTP = &next
	err := a.change(ctx, Actor{User: m.Username, Role: m.Role, Origin: from}, act,
		func(w Writer, _ *Act) error { return putMember(w, m) })
	if isNoSpace(err) { // somebody must come in to make room
		a.host.log.Warn("the use of a code is not recorded; it counts until the host ends", "user", m.Username, "error", err)
	} else if err != nil {
		return err
	}
	a.members[m.Username] = m
	return nil
}
