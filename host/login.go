package host

import (
	"context"

	"appzone/host/fault"
	"appzone/host/password"
)

// Credentials are what a person logs in with.
type Credentials struct {
	Username string `json:"username"`
	Password string `json:"password"`
	// Code is of the authenticator app, or one of the recovery codes; needed where the member has turned that on.
	Code string `json:"code"`
}

var (
	errBadLogin      = fault.New(fault.Unauthorized, "login_failed", "user name or password is wrong")
	errWrongPassword = fault.New(fault.Forbidden, "password_wrong", "this is not your current password")
	errNoPassword    = fault.New(fault.Conflict, "no_password", "this account has no password; it logs in by single sign-on")
)

// Login checks who somebody is and opens a session; the returned secret is the cookie's value. from is where the request came from. It
// does not bound attempts. The *fault.Error is login_failed, whatever of name and password is wrong; totp_required and totp_invalid
// come only after the right password.
func (h *Host) Login(ctx context.Context, in Credentials, from Origin) (secret string, actor Actor, err error) {
	m, match, err := h.checkPassword(in.Username, in.Password)
	if err == nil && !match {
		err = errBadLogin
	}
	if err == nil {
		secret, actor, err = h.letIn(ctx, m, in.Code, from)
	}
	if f := fault.From(err); err != nil && f.Kind == fault.Unauthorized { // a name of nobody may be a password in the wrong field
		h.log.Warn("login failed", "user", m.Username, "address", from.Address, "code", f.Code)
		h.Refused(Actor{User: m.Username, Origin: from}, Act{Kind: KindLoginRefused, Code: f.Code})
	}
	return secret, actor, err
}

// letIn checks the second factor of somebody whose password was right, and opens a session.
func (h *Host) letIn(ctx context.Context, checked memberRecord, code string, from Origin) (secret string, actor Actor, err error) {
	a := h.accounts
	a.lock()
	defer a.unlock()
	m, ok := a.members[checked.Username]
	if !ok || m.PasswordHash != checked.PasswordHash { // changed while it was checked
		return "", actor, errBadLogin
	}
	if err := a.useCode(ctx, m, code, from); err != nil {
		return "", actor, err
	}
	return a.openSession(ctx, m, from)
}

// checkPassword tells whether it is the user's password. It takes the same work for who does not exist, so that time does not
// tell who does.
func (h *Host) checkPassword(user, pass string) (m memberRecord, match bool, err error) {
	m, ok := h.member(user)
	if !ok || m.PasswordHash == "" {
		return m, false, password.Dummy(pass)
	}
	match, err = password.Check(m.PasswordHash, pass)
	return m, match, err
}

// member returns the record of a member.
func (h *Host) member(user string) (memberRecord, bool) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	m, ok := a.members[user]
	return m, ok
}

// reconfirm asks somebody who is logged in for the password again, and runs fn under the accounts' locks if it is right. The *fault.Error is
// password_wrong, or no_password.
func (h *Host) reconfirm(actor Actor, pass string, fn func(memberRecord) error) error {
	if m, _ := h.member(actor.User); m.PasswordHash == "" {
		return errNoPassword
	}
	checked, match, err := h.checkPassword(actor.User, pass)
	if err != nil {
		return err
	}
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	m, ok := a.members[actor.User]
	if !match || !ok || m.PasswordHash != checked.PasswordHash {
		return errWrongPassword
	}
	return fn(m)
}

// ChangePassword gives the actor another password and ends the actor's other sessions; what stays is the session that asked, and
// tokens: they are credentials of programs, each with its own name, scopes and end.
// The *fault.Error is password_wrong for the current one, and password_invalid for the new one.
func (h *Host) ChangePassword(ctx context.Context, current, pass string, actor Actor) error {
	hash, err := hashPassword(pass)
	if err != nil {
		return err
	}
	return h.reconfirm(actor, current, func(m memberRecord) error {
		next := m
		next.PasswordHash = hash
		_, err := h.accounts.saveMember(ctx, actor, Act{Kind: "password.changed", Subject: m.Username}, m, next)
		return err
	})
}
