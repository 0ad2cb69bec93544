package host

import (
	"context"
	"errors"
	"time"
)

const (
	// sessionIdle ends a session that was not used; sessionMax ends it whatever was done.
	sessionIdle = 12 * time.Hour
	sessionMax  = 7 * 24 * time.Hour
	// sessionExternalMax is sessionMax after single sign-on: the provider is asked again for the person's groups.
	sessionExternalMax = 12 * time.Hour
	// sessionsMax bounds a member's sessions, so that no one drives the others' out.
	sessionsMax = 100
	// agentMax bounds what is kept of a browser's name, in bytes without the mark of its being cut.
	agentMax = 197
)

// Session is one login. Its key is the SHA-256 of the cookie's value.
type Session struct {
	User      string    `json:"user"`
	CreatedAt time.Time `json:"createdAt"`
	UsedAt    time.Time `json:"usedAt"`
	// Address and Agent are those of the login.
	Address string `json:"address,omitempty"`
	Agent   string `json:"agent,omitempty"`
	// External says that a provider of single sign-on vouched for the person.
	External bool `json:"external,omitempty"`

	// recorded is the UsedAt that the store has.
	recorded time.Time
}

// ends is when the session does: it slides with each use, and never past the absolute end (row D11).
func (s Session) ends() time.Time {
	idle, absolute := s.UsedAt.Add(sessionIdle), s.CreatedAt.Add(sessionMax)
	if s.External {
		absolute = s.CreatedAt.Add(sessionExternalMax)
	}
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// settle brings times that are not yet to the present: the clock was set back. The session would last for as long otherwise, without any use.
func (s *Session) settle(now time.Time) {
	if !s.UsedAt.After(now.Add(usesEvery)) {
		return
	}
	s.UsedAt, s.recorded = now, time.Time{}
	if s.CreatedAt.After(now) {
		s.CreatedAt = now
	}
}

// openSession opens a session of somebody who has shown who they are, always with a new secret. The caller holds both
// locks.
func (a *accounts) openSession(ctx context.Context, m memberRecord, from Origin) (secret string, actor Actor, err error) {
	secret = newSecret()
	now := time.Now().UTC()
	s := Session{User: m.Username, CreatedAt: now, UsedAt: now, Address: from.Address, Agent: cut(from.Agent, agentMax), External: m.External != nil}
	key := hashOf(secret)
	actor, ok := a.actor(m.Username, Actor{Credential: credentialSession + key, Origin: from})
	if !ok {
		return "", actor, errBadLogin
	}
	return secret, actor, a.addSession(ctx, actor, key, s)
}

// addSession keeps the session and drops those that make room for it. The caller holds both locks.
func (a *accounts) addSession(ctx context.Context, actor Actor, key string, s Session) error {
	gone := a.outlived(s)
	err := a.change(ctx, actor, Act{Kind: "session.opened", Subject: s.User}, func(w Writer, _ *Act) error {
		return errors.Join(deleteSessions(w, gone), tableSessions.put(w, key, s))
	})
	s.recorded = s.UsedAt
	if isNoSpace(err) { // somebody must come in to make room
		a.host.log.Warn("session not recorded yet; until it is, it ends with the host", "user", s.User, "error", err)
		s.recorded = time.Time{}
	} else if err != nil {
		return err
	}
	a.dropSessions(gone)
	a.sessions[key] = s
	return nil
}

// outlived are the sessions that have ended, and the one unused for longest when there are too many, of the member or in all.
// The caller holds mu.
func (a *accounts) outlived(s Session) (gone []string) {
	oldest, own, oldestOwn := "", 0, ""
	older := func(k, than string) bool { return than == "" || a.sessions[k].UsedAt.Before(a.sessions[than].UsedAt) }
	for k, other := range a.sessions {
		if s.UsedAt.After(other.ends()) {
			gone = append(gone, k)
			continue
		}
		if older(k, oldest) {
			oldest = k
		}
		if other.User == s.User {
			if own++; older(k, oldestOwn) {
				oldestOwn = k
			}
		}
	}
	switch {
	case own >= sessionsMax:
		gone = append(gone, oldestOwn)
	case len(gone) == 0 && len(a.sessions) >= credentialsMax:
		gone = append(gone, oldest)
	}
	return gone
}

// Logout ends the session of the cookie's value. An unknown one is no error.
func (h *Host) Logout(ctx context.Context, secret string, from Origin) error {
	key, a := hashOf(secret), h.accounts
	a.lock()
	defer a.unlock()
	s, ok := a.sessions[key]
	if !ok {
		return nil
	}
	return a.endSessions(ctx, Actor{User: s.User, Role: a.members[s.User].Role, Origin: from}, s.User, key)
}

// BySession returns who the cookie's value belongs to, and slides the session on. ok is false for one that is unknown or ended.
func (h *Host) BySession(secret string, from Origin) (actor Actor, ok bool) {
	return h.useCredential(credentialSession+hashOf(secret), from)
}
