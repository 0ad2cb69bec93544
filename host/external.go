package host

import (
	"context"
	"strings"

	"appzone/host/fault"
)

// ExternalID is who a member is to a provider of single sign-on. A member is found by it and by nothing else: names and addresses
// may pass from one person to another, a subject may not.
type ExternalID struct {
	// Issuer is the provider's.
	Issuer string `json:"issuer"`
	// Subject is the person's at that provider.
	Subject string `json:"subject"`
}

// External is a person for whom a provider of single sign-on vouches.
type External struct {
	ExternalID
	// Names are what the person is called, best first. A new member gets the first that can be made a user name.
	Names []string
	// Role is what the person's groups make them, "" when none of their groups is let in.
	Role Role
	// Profile is the id of the profile that their groups give them, "" for none.
	Profile string
}

// LoginExternal opens a session of a person for whom a provider vouches; the returned secret is the cookie's value. Who comes for
// the first time becomes a member. Role and profile follow the person's groups at each login. Only members that came this way are
// ever changed: a name that another member has is refused. The *fault.Error is oidc_not_allowed, oidc_name_taken,
// oidc_profile_missing or too_many_members.
func (h *Host) LoginExternal(ctx context.Context, who External, from Origin) (secret string, actor Actor, err error) {
	a := h.accounts
	a.lock()
	defer a.unlock()
	m, err := a.follow(ctx, who, from)
	if err != nil {
		name := who.username()
		h.log.Warn("login by single sign-on failed", "user", name, "subject", who.Subject, "address", from.Address, "request_id", from.RequestID, "error", err)
		h.Refused(Actor{User: name, Origin: from}, Act{Kind: KindLoginRefused, Code: fault.CodeOf(err), Data: map[string]any{"name": name, "external": who.ExternalID}})
		return "", actor, err
	}
	return a.openSession(ctx, m, from)
}

// follow brings the member in line with the person's groups, and makes one for a person who has none. The caller holds both
// locks.
func (a *accounts) follow(ctx context.Context, who External, from Origin) (memberRecord, error) {
	if err := a.admits(who); err != nil {
		return memberRecord{}, err
	}
	old, known := a.external(who.ExternalID)
	next := old
	if !known {
		var err error
		if next, err = a.newcomer(who); err != nil {
			return next, err
		}
	}
	next.Role, next.Profile = who.Role, nil
	if who.Profile != "" {
		next.Profile = &who.Profile
	}
	if known && next.same(old) {
		return old, nil
	}
	act := memberAct("member.edited", old, next)
	if !known {
		act.Kind, act.Data["external"] = "member.created", who.ExternalID
	}
	by := System // nobody asked for it but the groups
	by.Origin = from
	return a.saveMember(ctx, by, act, old, next)
}

// admits tells whether the person's groups let them in, to something that there is; the caller holds mu.
func (a *accounts) admits(who External) error {
	if who.Role == "" {
		return fault.New(fault.Forbidden, "oidc_not_allowed", "none of your groups may log in here; ask an administrator to let one in")
	}
	if who.Profile == "" {
		return nil
	}
	if p, ok := a.profiles[who.Profile]; !ok || p.Role != who.Role {
		return fault.New(fault.Conflict, "oidc_profile_missing", "your groups lead to the profile %q, and there is none of that name for the role %s; ask an administrator to create it",
			who.Profile, who.Role)
	}
	return nil
}

// external finds the member; the caller holds mu.
func (a *accounts) external(id ExternalID) (memberRecord, bool) {
	for _, m := range a.members {
		if m.External != nil && *m.External == id {
			return m, true
		}
	}
	return memberRecord{}, false
}

// newcomer is the member that the person becomes; the caller holds mu.
func (a *accounts) newcomer(who External) (memberRecord, error) {
	name := who.username()
	taken := !validUsername(name) // it stands for somebody else
	for other := range a.members {
		taken = taken || strings.EqualFold(other, name)
	}
	switch {
	case taken:
		return memberRecord{}, fault.New(fault.Conflict, "oidc_name_taken", "the user name %q belongs to somebody else, whom single sign-on never replaces; ask an administrator to delete that member, or to change your name at the provider", name)
	case len(a.members) >= membersMax:
		return memberRecord{}, fault.New(fault.Conflict, "too_many_members", "there are %d members already; an administrator must delete those that are not needed", len(a.members))
	}
	return memberRecord{Member: Member{Username: name, Kind: KindPerson, Plugins: []string{}, External: &who.ExternalID}}, nil
}

// username makes a user name of the first of the names that leaves something.
func (who *External) username() string {
	for _, name := range who.Names {
		if name = plainName(name); name != "" {
			return name
		}
	}
	return "sso-" + hashOf(who.Issuer + "\x00" + who.Subject)[:12]
}

// plainName keeps small letters, digits and . _ - @ of a name; what else is in it becomes "-".
func plainName(text string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', strings.ContainsRune("._-@", r):
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A' // so that two names never differ in that alone
		}
		return '-'
	}, text)
	return strings.Trim(plain[:min(len(plain), usernameMax)], "._-@")
}
