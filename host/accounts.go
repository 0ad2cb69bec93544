package host

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"sync"
	"time"
)

// credentialsMax bounds sessions and tokens; the session unused for longest goes.
const credentialsMax = 10_000

// accounts finds who a cookie or a token belongs to and what they were given, in memory: a request costs one hash and one look-up.
type accounts struct {
	host *Host

	mu       sync.Mutex // guards what follows; the store has the same
	members  map[string]memberRecord
	profiles map[string]Profile
	sessions map[string]Session      // by SHA-256 of the cookie's value
	tokens   map[string]*tokenRecord // by SHA-256 of the token
	// given is what members were given, worked out when it is first asked for. Whoever changes a member or a profile forgets it.
	given map[string]*given
	// pending are second factors that wait for their first code, by user name.
	pending map[string]PendingTOTP
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// newSecret is 256 random bits in URL-safe text.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func openAccounts(ctx context.Context, h *Host) (*accounts, error) {
	a := &accounts{host: h, members: map[string]memberRecord{}, profiles: map[string]Profile{}, sessions: map[string]Session{},
		tokens: map[string]*tokenRecord{}, given: map[string]*given{}, pending: map[string]PendingTOTP{}}
	err := h.view(ctx, func(r Reader) error {
		if err := load(r, tableMembers, a.members); err != nil {
			return err
		}
		if err := load(r, tableProfiles, a.profiles); err != nil {
			return err
		}
		if err := a.loadGiven(r); err != nil {
			return err
		}
		if err := load(r, tableSessions, a.sessions); err != nil {
			return err
		}
		return tableTokens.each(r, "", "", func(_ string, t tokenRecord) (bool, error) {
			if t.UsedAt != nil {
				t.recorded = *t.UsedAt
			}
			a.tokens[t.Hash] = &t
			return true, nil
		})
	})
	if err != nil || len(a.members) > 0 {
		return a, err
	}
	return a, a.createAdmin(ctx)
}

// load reads a whole table.
func load[T any](r Reader, t table[T], into map[string]T) error {
	return t.each(r, "", "", func(key string, v T) (bool, error) {
		into[key] = v
		return true, nil
	})
}

// knows tells whether there is such an account.
func (a *accounts) knows(user string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.members[user]
	return ok
}

// Kinds of credentials, as the start of Actor.Credential.
const (
	credentialSession = "session:"
	credentialToken   = "token:"
)

// ByCredential returns who a credential belongs to, if it still holds. Unlike [Host.BySession] it is no use of a session. It
// is for what goes on after the request that began it: streams, sockets, pages.
func (h *Host) ByCredential(credential string) (actor Actor, ok bool) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.byCredential(credential, time.Now())
}

// useCredential is ByCredential for a request that uses what the credential opened: a session slides on by it.
func (h *Host) useCredential(ctx context.Context, credential string, from Origin) (actor Actor, ok bool) {
	a, now := h.accounts, time.Now().UTC()
	a.mu.Lock()
	defer a.mu.Unlock()
	if actor, ok = a.byCredential(credential, now); !ok {
		return actor, false
	}
	actor.Origin = from
	if key, is := strings.CutPrefix(credential, credentialSession); is {
		a.slide(ctx, key, now)
	}
	return actor, true
}

// byCredential finds the actor of a credential; the caller holds mu.
func (a *accounts) byCredential(credential string, now time.Time) (Actor, bool) {
	if key, is := strings.CutPrefix(credential, credentialSession); is {
		return a.bySession(key, now)
	}
	if hash, is := strings.CutPrefix(credential, credentialToken); is {
		return a.byToken(hash, now)
	}
	return Actor{}, false
}

// bySession and byToken find the actor of a hash; the caller holds mu.
func (a *accounts) bySession(key string, now time.Time) (Actor, bool) {
	s, ok := a.sessions[key]
	if !ok || now.After(s.ends()) {
		return Actor{}, false
	}
	return a.actor(s.User, Actor{Credential: credentialSession + key})
}

func (a *accounts) byToken(hash string, now time.Time) (Actor, bool) {
	t := a.tokens[hash]
	if t == nil || (t.ExpiresAt != nil && now.After(*t.ExpiresAt)) {
		return Actor{}, false
	}
	return a.actor(t.User, Actor{Token: t.ID, Scopes: t.Scopes, Credential: credentialToken + hash})
}

// actor fills in who the user is; the caller holds mu.
func (a *accounts) actor(user string, with Actor) (Actor, bool) {
	m, ok := a.members[user]
	if !ok || (m.Kind == KindService && with.Token == "") {
		return Actor{}, false
	}
	with.User, with.Role, with.given = m.Username, m.Role, a.givenTo(m)
	return with, true
}
