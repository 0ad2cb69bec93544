package sandbox

import (
	"errors"
	"fmt"

	"appzone/host/fault"
	"appzone/host/identity"
)

// identityEnv names the file with the keys that identities are verified with.
const identityEnv = "APPZONE_IDENTITY_KEYS"

// verifier verifies who makes requests to a plugin.
type verifier struct {
	keys   *identity.File
	plugin string
}

// verify returns what the token says, or an error for the author of the guest.
func (v verifier) verify(token string) (identity.Claims, error) {
	claims, err := v.keys.Verify(token, v.plugin)
	if err != nil {
		return claims, errors.New(fault.From(err).Message)
	}
	return claims, nil
}

// lines is verify for guests that should not need to read JSON: one line for each claim, whose order and number may change. No claim holds a line end.
func (v verifier) lines(token string) (string, error) {
	c, err := v.verify(token)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("user=%s\nrole=%s\nsubject=%s\nissuer=%s\nissued_at=%d\nexpires_at=%d\n", c.User, c.Role, c.Subject, c.Issuer, c.IssuedAt, c.ExpiresAt), nil
}
