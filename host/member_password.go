package host

import (
	"context"
	"unicode/utf8"

	"appzone/host/fault"
	"appzone/host/password"
)

// passwordMin is the fewest characters of a password that somebody chooses.
const passwordMin = 8

// hashPassword hashes a password that somebody chose: password_invalid if it is too short or too long. It takes a tenth of a
// second, so nobody should hold a lock meanwhile.
func hashPassword(secret string) (string, error) {
	if utf8.RuneCountInString(secret) < passwordMin || len(secret) > password.MaxBytes {
		return "", fault.New(fault.Invalid, "password_invalid", "the password cannot be this one").
			WithField("password", "must have at least %d characters and at most %d bytes", passwordMin, password.MaxBytes)
	}
	return password.Hash(secret)
}

// setPassword gives a person another password, by its hash, and ends the person's sessions, but for the one that the actor came in
// with. Tokens stay: they are credentials of programs, each with its own name, scopes and end. The caller holds both locks.
func (a *accounts) setPassword(ctx context.Context, actor Actor, m memberRecord, hash string) error {
	next := m
	next.PasswordHash = hash
	_, err := a.saveMember(ctx, actor, Act{Kind: "password.changed", Subject: m.Username}, m, next)
	return err
}

// sessionsOf are the keys of the user's sessions, without that of a credential. The caller holds mu.
func (a *accounts) sessionsOf(user, but string) (keys []string) {
	for key, s := range a.sessions {
		if s.User == user && credentialSession+key != but {
			keys = append(keys, key)
		}
	}
	return keys
}

// canLogIn tells whether the member is a person with a password.
func (m memberRecord) canLogIn() bool { return m.Kind == KindPerson && m.PasswordHash != "" }
