package host

import "time"

// SessionHolds tells whether the cookie's value belongs to a session that has not ended. Unlike BySession it is no use
// of the session.
func (h *Host) SessionHolds(secret string) bool {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.sessions[hashOf(secret)]
	_, known := a.users[s.User]
	return ok && known && time.Now().Before(s.ends())
}

// TokenHolds tells whether the token is known and has not expired.
func (h *Host) TokenHolds(secret string) bool {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	t := a.tokens[hashOf(secret)]
	if t == nil || (t.ExpiresAt != nil && time.Now().After(*t.ExpiresAt)) {
		return false
	}
	_, known := a.users[t.User]
	return known
}
