package host

import (
	"context"
	"time"

	"appzone/host/fault"
	"appzone/host/password"
)

// adminUser is the first administrator.
const adminUser = "admin"

// Kind is whether a member is a person or a program.
type Kind string

// The kinds of members.
const (
	// KindPerson logs in with a password or by single sign-on.
	KindPerson Kind = "person"
	// KindService has tokens and nothing else.
	KindService Kind = "service"
)

// Member is a staff member as it is shown.
type Member struct {
	Username string `json:"username"`
	Kind     Kind   `json:"kind"`
	Role     Role   `json:"role"`
	// Profile is the id of the profile whose plugins the member has, null for none. Administrators need none.
	Profile *string `json:"profile"`
	// Plugins are the ids given to the member beside the profile's, in order.
	Plugins []string `json:"plugins"`
	// HasTOTP tells whether the member's log-ins need a code; set where it is shown.
	HasTOTP bool `json:"totp"`
	// External is who the member is to the provider of single sign-on, absent for one that an administrator made.
	External *ExternalID `json:"external,omitempty"`
	// Revision grows with each change.
	Revision  uint64    `json:"revision"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// memberRecord is a member with what is never shown.
type memberRecord struct {
	Member
	// PasswordHash is empty for services, and for persons who log in by single sign-on alone.
	PasswordHash string `json:"passwordHash,omitempty"`
	// TOTP is the second factor, nil for none.
	TOTP *totpRecord `json:"totp,omitempty"`
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
	now := time.Now().UTC()
	m := memberRecord{Member: Member{Username: adminUser, Kind: KindPerson, Role: RoleAdmin, Plugins: []string{}, Revision: 1, CreatedAt: now, UpdatedAt: now},
		PasswordHash: hash}
	if generated && a.host.cfg.AnnouncePassword != nil {
		if err := a.host.cfg.AnnouncePassword(adminUser, secret); err != nil {
			return err
		}
	}
	err = a.host.change(ctx, System, memberAct("member.created", memberRecord{}, m), func(w Writer, _ *Act) error { return putMember(w, m) })
	if err == nil {
		a.members[m.Username] = m
	}
	return err
}

// member finds one, of this revision if it is not 0. The caller holds mu.
func (a *accounts) member(username string, revision uint64) (memberRecord, error) {
	m, ok := a.members[username]
	if !ok {
		return m, fault.New(fault.NotFound, "member_not_found", "there is no member %q", cut(username, usernameMax))
	}
	if revision != 0 && revision != m.Revision {
		return m, fault.New(fault.Precondition, "member_changed", "the member %q was changed since it was read; read it again", username)
	}
	return m, nil
}

// shown is the member without what is never shown.
func (m memberRecord) shown() Member {
	m.Plugins, m.HasTOTP = append([]string{}, m.Plugins...), m.TOTP != nil
	return m.Member
}
