package totp

import (
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"
)

const (
	// step is how long an app shows a code, in seconds; skew how many steps its clock may be off.
	step, skew = 30, 1
	// secretBytes is the length of a secret, that of the hash's output.
	secretBytes = 20
)

// New makes a secret for an account. url gives it to an authenticator app, which shows issuer and account.
func New(issuer, account string) (secret, url string, err error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: account, SecretSize: secretBytes, Period: step, Digits: otp.DigitsSix,
		Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", "", err
	}
	return key.Secret(), key.URL(), nil
}

// Check tells whether code is the secret's now, give or take a step, and which step's it is. Codes of the step used and of
// those before it do not count, so that each works once; 0 is none yet. The comparison takes the same time for every code (row D13).
func Check(secret, code string, now time.Time, used int64) (at int64, ok bool) {
	current := now.Unix() / step
	for at = max(current-skew, used+1); at <= current+skew; at++ {
		match, err := hotp.ValidateCustom(code, uint64(at), secret, hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && match {
			return at, true
		}
	}
	return 0, false
}
