package host

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"appzone/host/fault"
)

// credentialsMax bounds sessions and tokens; the session unused for longest goes.
const credentialsMax = 10_000

// accounts finds who a cookie or a token belongs to and what they were given, in memory: a request costs one hash and one look-up.
type accounts struct {
	host *Host

	// writing is held for the whole of a change, the store's transaction included: changes follow one another, and whenever it is
	// free, the store has what memory has, but for what a full disk refused. It is taken before mu.
	writing sync.Mutex
	// mu guards what follows, for a moment: nobody waits for the disk with it, since every request needs it. Members, profiles, and
	// which sessions and tokens there are, change under both locks. So who holds writing alone may read members and profiles.
	mu       sync.Mutex
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
		if err := a.loadSessions(r); err != nil {
			return err
		}
		return tableTokens.each(r, "", "", func(_ string, t tokenRecord) (bool, error) {
			if t.UsedAt != nil {
				t.recorded = *t.UsedAt
			}
			a.tokens[t.Hash] = &t
			h.ids.follow(t.ID)
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

func (a *accounts) loadSessions(r Reader) error {
	now := time.Now().UTC()
	return tableSessions.each(r, "", "", func(key string, s Session) (bool, error) {
		s.recorded = s.UsedAt
		s.settle(now)
		a.sessions[key] = s
		return true, nil
	})
}

// lock takes both locks, for a change. unlock ends it.
func (a *accounts) lock() {
	a.writing.Lock()
	a.mu.Lock()
}

func (a *accounts) unlock() {
	a.mu.Unlock()
	a.writing.Unlock()
}

// enter is lock for a change that the actor asks for. It refuses who has lost the right since the request was admitted: what was
// revoked while a request waited for other changes does not come back by it. With an error nothing is locked.
func (a *accounts) enter(actor Actor) error {
	a.lock()
	if actor.Credential == "" || a.unchanged(actor) {
		return nil
	}
	a.unlock()
	return errCredentialsEnded
}

var errCredentialsEnded = fault.New(fault.Unauthorized, "credentials_ended",
	"nothing was changed: while the request waited, the session or the token ended or was made narrower, or its owner got another role; log in again")

// change is [Host.change] for accounts. The caller holds both locks, as it does again afterwards; meanwhile mu is free, so that nobody
// who only reads waits for the disk.
func (a *accounts) change(ctx context.Context, actor Actor, act Act, fn func(Writer, *Act) error) error {
	a.mu.Unlock()
	defer a.mu.Lock()
	return a.host.change(ctx, actor, act, fn)
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

// Unchanged tells whether the actor's credential still holds, with the same scopes, and its owner has the same role. It is for what goes on
// after the request that began it, and shows more than one plugin.
func (h *Host) Unchanged(actor Actor) bool {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.unchanged(actor)
}

// Settled returns the actor as it is after the changes of accounts that are under way, if its credential still holds and its owner has
// the same role. It is for who was told of a change, which is a moment before [Host.ByCredential] knows.
func (h *Host) Settled(actor Actor) (Actor, bool) {
	a := h.accounts
	a.lock()
	defer a.unlock()
	now, ok := a.byCredential(actor.Credential, time.Now())
	return now, ok && now.Role == actor.Role
}

// stillMay refuses a change by who has lost the right since the request was admitted, as enter does; it is for other records than accounts.
func (h *Host) stillMay(actor Actor) error {
	if actor.Credential == "" || h.Unchanged(actor) {
		return nil
	}
	return errCredentialsEnded
}

// unchanged is Unchanged for who holds mu.
func (a *accounts) unchanged(actor Actor) bool {
	now, ok := a.byCredential(actor.Credential, time.Now())
	return ok && now.Role == actor.Role && slices.Equal(now.Scopes, actor.Scopes)
}

// useCredential is ByCredential for a request that uses the credential: a session slides on by it.
func (h *Host) useCredential(credential string, from Origin) (actor Actor, ok bool) {
	a, now := h.accounts, time.Now().UTC()
	a.mu.Lock()
	defer a.mu.Unlock()
	if actor, ok = a.byCredential(credential, now); ok {
		actor.Origin = from
		a.use(credential, now)
	}
	return actor, ok
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
