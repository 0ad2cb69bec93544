package host

import (
	"context"
	"time"
)

// OpenSession opens a session without asking for anything.
func (h *Host) OpenSession(ctx context.Context, user string, from Origin) (string, error) {
	a := h.accounts
	a.lock()
	defer a.unlock()
	secret, _, err := a.openSession(ctx, a.members[user], from)
	return secret, err
}

// MemberSecret is what is stored of a member's second factor.
func (h *Host) MemberSecret(user string) string {
	m, _ := h.member(user)
	if m.TOTP == nil {
		return ""
	}
	return m.TOTP.Sealed
}

// OldDevice is what NewDevice returned so long ago.
func (h *Host) OldDevice(user string, age time.Duration) (string, error) {
	return h.sealDevice(device{ID: "old", MadeAt: time.Now().Add(-age), Account: user})
}
