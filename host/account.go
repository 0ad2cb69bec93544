package host

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sync"
	"time"

	"appzone/host/fault"
	"appzone/host/password"
)

const (
	// sessionIdle ends a session that was not used; sessionMax ends it whatever was done.
	sessionIdle = 12 * time.Hour
	sessionMax  = 7 * 24 * time.Hour
	// sessionWrite is how old the stored time of use may be, so that not every request writes.
	sessionWrite = 5 * time.Minute
	// credentialsMax bounds sessions and tokens; the session unused for longest goes.
	credentialsMax = 10_000
	// adminUser is the first administrator.
	adminUser = "admin"
)

// userRecord is an account. Staff and profiles will grow from it.
type userRecord struct {
	Name         string    `json:"name"`
	Role         Role      `json:"role"`
	PasswordHash string    `json:"passwordHash"`
	CreatedAt    time.Time `json:"createdAt"`
}

// Session is one login. Its key is the SHA-256 of the cookie's value.
type Session struct {
	User      string    `json:"user"`
	CreatedAt time.Time `json:"createdAt"`
	UsedAt    time.Time `json:"usedAt"`
}

func (s Session) ends() time.Time {
	idle, absolute := s.UsedAt.Add(sessionIdle), s.CreatedAt.Add(sessionMax)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// tokenRecord is a bearer token. Only its hash is kept.
type tokenRecord struct {
	Token
	Hash string `json:"hash"`
}

// Token is what is shown of a bearer token.
type Token struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	User      string     `json:"user"`
	Scopes    []string   `json:"scopes"`
	CreatedAt time.Time  `json:"createdAt"`
	ExpiresAt *time.Time `json:"expiresAt"`
	UsedAt    *time.Time `json:"usedAt"`
}

// accounts finds who a cookie or a token belongs to, in memory: a request costs one hash and one look-up.
type accounts struct {
	host *Host

	mu       sync.Mutex // guards what follows; the store has the same
	users    map[string]userRecord
	sessions map[string]Session
	tokens   map[string]*tokenRecord // by hash
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
	a := &accounts{host: h, users: map[string]userRecord{}, sessions: map[string]Session{}, tokens: map[string]*tokenRecord{}}
	err := h.view(ctx, func(r Reader) error {
		err := tableUsers.each(r, "", "", func(key string, u userRecord) (bool, error) {
			a.users[key] = u
			return true, nil
		})
		if err != nil {
			return err
		}
		err = tableSessions.each(r, "", "", func(key string, s Session) (bool, error) {
			a.sessions[key] = s
			return true, nil
		})
		if err != nil {
			return err
		}
		return tableTokens.each(r, "", "", func(_ string, t tokenRecord) (bool, error) {
			a.tokens[t.Hash] = &t
			return true, nil
		})
	})
	if err != nil || len(a.users) > 0 {
		return a, err
	}
	return a, a.createAdmin(ctx)
}

// createAdmin makes the first administrator. Its password comes from the configuration or is generated and announced;
// there is no default one (row H1).
func (a *accounts) createAdmin(ctx context.Context) error {
	secret := a.host.cfg.AdminPassword
	generated := secret == ""
	if generated {
		secret = password.Generate()
	}
	hash, err := password.Hash(secret)
	if err != nil {
		return err
	}
	u := userRecord{Name: adminUser, Role: RoleAdmin, PasswordHash: hash, CreatedAt: time.Now().UTC()}
	if generated && a.host.cfg.AnnouncePassword != nil {
		if err := a.host.cfg.AnnouncePassword(adminUser, secret); err != nil {
			return err
		}
	}
	a.users[u.Name] = u
	return a.host.update(ctx, func(w Writer) error { return tableUsers.put(w, u.Name, u) })
}

var errBadLogin = fault.New(fault.Unauthorized, "login_failed", "user name or password is wrong")

// Login checks a password and opens a session; the returned secret is the cookie's value.
func (h *Host) Login(ctx context.Context, user, pass, address string) (secret string, actor Actor, err error) {
	a := h.accounts
	a.mu.Lock()
	u, ok := a.users[user]
	a.mu.Unlock()
	match := false
	if ok {
		match, err = password.Check(u.PasswordHash, pass)
	} else {
		err = password.Dummy(pass) // the same work, so that time does not tell who exists
	}
	if err != nil {
		return "", actor, err
	}
	if !ok || !match {
		h.log.Warn("login failed", "user", user, "address", address)
		return "", actor, errBadLogin
	}
	secret = newSecret()
	now := time.Now().UTC()
	s := Session{User: user, CreatedAt: now, UsedAt: now}
	key := hashOf(secret)
	if err := a.addSession(ctx, key, s); err != nil {
		return "", actor, err
	}
	actor = Actor{User: user, Role: u.Role, Address: address}
	h.publish(actor, "session.opened", "", nil)
	return secret, actor, nil
}

// addSession keeps the session and drops those that have ended, or the one unused for longest when there are too many.
func (a *accounts) addSession(ctx context.Context, key string, s Session) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var gone []string
	oldest := ""
	for k, other := range a.sessions {
		if s.UsedAt.After(other.ends()) {
			gone = append(gone, k)
		} else if oldest == "" || other.UsedAt.Before(a.sessions[oldest].UsedAt) {
			oldest = k
		}
	}
	if len(gone) == 0 && len(a.sessions) >= credentialsMax {
		gone = append(gone, oldest)
	}
	err := a.host.update(ctx, func(w Writer) error {
		for _, k := range gone {
			if err := tableSessions.delete(w, k); err != nil {
				return err
			}
		}
		return tableSessions.put(w, key, s)
	})
	if isNoSpace(err) { // somebody must come in to make room
		a.host.log.Warn("session not recorded; it ends with the host", "user", s.User, "error", err)
	} else if err != nil {
		return err
	}
	for _, k := range gone {
		delete(a.sessions, k)
	}
	a.sessions[key] = s
	return nil
}

// Logout ends the session of the cookie's value. An unknown one is no error.
func (h *Host) Logout(ctx context.Context, secret string) error {
	key := hashOf(secret)
	h.accounts.mu.Lock()
	defer h.accounts.mu.Unlock()
	if _, ok := h.accounts.sessions[key]; !ok {
		return nil
	}
	delete(h.accounts.sessions, key)
	return h.update(ctx, func(w Writer) error {
		w.Essential()
		return tableSessions.delete(w, key)
	})
}

// BySession returns who the cookie's value belongs to, and slides the session on. ok is false for one that is unknown or ended.
func (h *Host) BySession(ctx context.Context, secret, address string) (actor Actor, ok bool) {
	a, key, now := h.accounts, hashOf(secret), time.Now().UTC()
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions[key]
	if !ok || now.After(s.ends()) {
		return Actor{}, false
	}
	u, ok := a.users[s.User]
	if !ok {
		return Actor{}, false
	}
	if now.Sub(s.UsedAt) > sessionWrite {
		s.UsedAt = now
		a.sessions[key] = s
		if err := h.update(ctx, func(w Writer) error { return tableSessions.put(w, key, s) }); err != nil {
			h.log.Warn("session not renewed", "user", s.User, "error", err)
		}
	}
	return Actor{User: u.Name, Role: u.Role, Address: address}, true
}
