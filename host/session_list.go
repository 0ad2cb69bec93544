package host

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
)

// SessionView is what a member is shown of a session.
type SessionView struct {
	// ID names the session, and is of no use for anything but ending it.
	ID        string    `json:"id"`
	CreatedAt time.Time `json:"createdAt"`
	// UsedAt is the last use, to within five minutes.
	UsedAt time.Time `json:"usedAt"`
	// ExpiresAt is when it ends if it is not used before, and at the latest a week after CreatedAt.
	ExpiresAt time.Time `json:"expiresAt"`
	// Address and UserAgent are where the login came from; of the latter the first 200 bytes.
	Address   string `json:"address"`
	UserAgent string `json:"userAgent"`
	// Current tells whether it is the one that asks.
	Current bool `json:"current"`
}

// sessionID is the public name of the session with this key: its hash, so that nothing else has to be kept.
func sessionID(key string) string { return hashOf("session " + key)[:16] }

// Sessions lists the actor's sessions, the one used last first.
func (h *Host) Sessions(actor Actor) []SessionView {
	a, now := h.accounts, time.Now()
	a.mu.Lock()
	defer a.mu.Unlock()
	out := []SessionView{}
	for key, s := range a.sessions {
		if s.User != actor.User || now.After(s.ends()) {
			continue
		}
		out = append(out, SessionView{ID: sessionID(key), CreatedAt: s.CreatedAt, UsedAt: s.UsedAt, ExpiresAt: s.ends(), Address: s.Address,
			UserAgent: s.Agent, Current: actor.Credential == credentialSession+key})
	}
	slices.SortFunc(out, func(x, y SessionView) int {
		if c := y.UsedAt.Compare(x.UsedAt); c != 0 {
			return c
		}
		return strings.Compare(x.ID, y.ID)
	})
	return out
}

// EndSession ends one of the actor's own sessions; session_not_found for any other.
func (h *Host) EndSession(ctx context.Context, id string, actor Actor) error {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	for _, key := range a.sessionsOf(actor.User, "") {
		if sessionID(key) == id {
			return a.endSessions(ctx, actor, actor.User, key)
		}
	}
	return fault.New(fault.NotFound, "session_not_found", "you have no such session; it may have ended")
}

// EndSessions signs a member out everywhere: all of the user's sessions end, the actor's own included. Whoever may do that is the
// caller's to decide.
func (h *Host) EndSessions(ctx context.Context, user string, actor Actor) error {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	if _, err := a.member(user, 0); err != nil {
		return err
	}
	keys := a.sessionsOf(user, "")
	if len(keys) == 0 {
		return nil
	}
	return a.endSessions(ctx, actor, user, keys...)
}

// endSessions ends sessions of a user, whatever the disk says. The caller holds both locks.
func (a *accounts) endSessions(ctx context.Context, actor Actor, user string, keys ...string) error {
	a.dropSessions(keys)
	act := Act{Kind: "session.closed", Subject: user, Data: map[string]any{"sessions": len(keys)}}
	return a.change(ctx, actor, act, func(w Writer, _ *Act) error {
		w.Essential()
		return deleteSessions(w, keys)
	})
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

// deleteSessions deletes the records of sessions, dropSessions what is in memory.
func deleteSessions(w Writer, keys []string) (err error) {
	for _, key := range keys {
		err = errors.Join(err, tableSessions.delete(w, key))
	}
	return err
}

// The caller of dropSessions holds both locks.
func (a *accounts) dropSessions(keys []string) {
	for _, key := range keys {
		delete(a.sessions, key)
	}
}
