package host

import (
	"context"
	"time"

	"appzone/host/password"
)

// PutMember keeps a person with a password, as it is.
func (h *Host) PutMember(ctx context.Context, user string, role Role, pass string) error {
	hash, err := password.Hash(pass)
	if err != nil {
		return err
	}
	now := time.Now().UTC()
	m := memberRecord{Member: Member{Username: user, Kind: KindPerson, Role: role, Plugins: []string{}, Revision: 1, CreatedAt: now, UpdatedAt: now},
		PasswordHash: hash}
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	a.members[user] = m
	return h.update(ctx, func(w Writer) error { return tableMembers.put(w, user, m) })
}

// OpenSession opens a session without asking for anything.
func (h *Host) OpenSession(ctx context.Context, user string, from Origin) (string, error) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
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
