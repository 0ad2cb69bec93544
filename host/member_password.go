package host

import (
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
		return "", fault.New(fault.Invalid, "password_invalid", "this password cannot be used").
			WithField("password", "must have at least %d characters and at most %d bytes", passwordMin, password.MaxBytes)
	}
	return password.Hash(secret)
}

// canLogIn tells whether the member is a person with a password.
func (m memberRecord) canLogIn() bool { return m.Kind == KindPerson && m.PasswordHash != "" }
