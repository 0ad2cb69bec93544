package api

import (
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/api/limit"
	"appzone/host/fault"
)

const (
	// Attempts of passwords: those that succeed do not count.
	loginBurst = 10
	loginEvery = 6 * time.Second
	// Wrong codes of a second factor, after the right password: there are a million, three of which count at a time.
	codeBurst = 5
	codeEvery = 10 * time.Minute
	// strangersMax bounds the passwords of strangers that are checked at once, or wait for it. It is less than what waits in all (see
	// package password), so that a crowd of them leaves room for who is known.
	strangersMax = 12
	// knownMax bounds the addresses that are known for an account, and knownLife how long they are.
	knownMax  = 10_000
	knownLife = time.Hour
)

// codeManyAttempts is the code of who tried passwords too often.
const codeManyAttempts = "too_many_logins"

// attempts bounds guesses of passwords and codes without locking the owner out. Who is known for an account, by a browser or an address
// that logged in to it, counts by itself; strangers share what the account has, and what their address has.
type attempts struct {
	passwords, codes *limit.Limiter
	strangers        chan struct{}

	mu sync.Mutex // guards known
	// known is until when, by address and account.
	known map[string]time.Time
}

func newAttempts() *attempts {
	return &attempts{passwords: limit.New(loginBurst, loginEvery), codes: limit.New(codeBurst, codeEvery), strangers: make(chan struct{}, strangersMax),
		known: map[string]time.Time{}}
}

// attempt runs try, which checks the user's password, and with code a second factor's code, if that was not tried too often.
func (s *Server) attempt(c *fiber.Ctx, user string, code bool, try func() error) error {
	a, keys, address := s.logins, s.attemptKeys(c, user), s.addressKey(c)+" "+user
	var codeKeys []string
	if code {
		codeKeys = keys[len(keys)-1:] // not the address: its other accounts are no business of this one's
	}
	if err := a.begin(keys, codeKeys); err != nil {
		return err
	}
	if len(keys) > 1 {
		defer func() { <-a.strangers }()
	}
	err := try()
	guessed := false
	switch fault.CodeOf(err) {
	case "":
		a.remember(time.Now(), address)
	case "totp_invalid":
		return err
	case "login_failed", "password_wrong", "totp_required":
		guessed = true
	}
	if !guessed {
		a.passwords.Refund(time.Now(), keys...)
	}
	a.codes.Refund(time.Now(), codeKeys...)
	return err
}

// begin counts an attempt, and takes one of the strangers' places for one that counts in two buckets.
func (a *attempts) begin(keys, codeKeys []string) error {
	now := time.Now()
	wait := a.passwords.Take(now, keys...)
	if wait > 0 {
		return errManyAttempts(wait)
	}
	if wait = a.codes.Take(now, codeKeys...); wait > 0 {
		a.passwords.Refund(now, keys...)
		return retryAfter(wait, "too_many_codes", "too many wrong codes; wait and try again, or use a browser that logged in before")
	}
	if len(keys) == 1 {
		return nil
	}
	select {
	case a.strangers <- struct{}{}:
		return nil
	default:
		a.passwords.Refund(now, keys...)
		a.codes.Refund(now, codeKeys...)
		return retryAfter(time.Second, "password_busy", "too many log-ins at once; try again in a moment")
	}
}

func errManyAttempts(wait time.Duration) error {
	return retryAfter(wait, codeManyAttempts, "too many attempts to log in; wait and try again")
}

// attemptKeys are the buckets that an attempt counts in: one for who is known, two for a stranger.
func (s *Server) attemptKeys(c *fiber.Ctx, user string) []string {
	if id, ok := s.host.Device(user, s.cookie(c, cookieDevice)); ok {
		return []string{"device " + id}
	}
	address := s.addressKey(c)
	if s.logins.knows(time.Now(), address+" "+user) {
		return []string{"known " + address + " " + user}
	}
	return []string{address, "account " + user}
}

func (a *attempts) knows(now time.Time, key string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	until, ok := a.known[key]
	return ok && now.Before(until)
}

// remember makes an address known for an account. Who is forgotten for it counts as a stranger again, no more.
func (a *attempts) remember(now time.Time, key string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.known[key]; !ok && len(a.known) >= knownMax {
		for k, until := range a.known {
			if !now.Before(until) {
				delete(a.known, k)
			}
		}
		for k := range a.known {
			if len(a.known) < knownMax {
				break
			}
			delete(a.known, k)
		}
	}
	a.known[key] = now.Add(knownLife)
}
