package sso

import (
	"fmt"
	"strings"

	"appzone/host"
)

// everybody is the group that all are in.
const everybody = "*"

// Rule is what one group gives its members.
type Rule struct {
	// Group is the provider's name of the group, exactly, or "*" for everybody.
	Group string
	Role  host.Role
	// Profile is a profile's id, "" for none. Administrators have none.
	Profile string
}

// GroupMap says what groups give: the first rule that fits counts. Its text is "zone-admins=admin, support=agent:support, *=user".
type GroupMap []Rule

// UnmarshalText implements encoding.TextUnmarshaler. It refuses what would silently mean something else than it seems to.
func (g *GroupMap) UnmarshalText(text []byte) error {
	*g = nil
	seen := map[string]bool{}
	for item := range strings.SplitSeq(string(text), ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		r, err := parseRule(item)
		switch {
		case err != nil:
			return err
		case seen[everybody]:
			return fmt.Errorf("%q stands after *, which is everybody, and would never count", item)
		case seen[r.Group]:
			return fmt.Errorf("the group %q is there twice", r.Group)
		}
		seen[r.Group] = true
		*g = append(*g, r)
	}
	return nil
}

// parseRule reads one rule. A group's name may have "=" in it, a role has none.
func parseRule(item string) (Rule, error) {
	at := strings.LastIndexByte(item, '=')
	if at < 0 {
		return Rule{}, fmt.Errorf("%q is not group=role or group=role:profile", item)
	}
	role, profile, named := strings.Cut(item[at+1:], ":")
	r := Rule{Group: strings.TrimSpace(item[:at]), Role: host.Role(strings.TrimSpace(role)), Profile: strings.TrimSpace(profile)}
	switch {
	case r.Group == "":
		return r, fmt.Errorf("%q names no group", item)
	case r.Role != host.RoleAdmin && r.Role != host.RoleUser && r.Role != host.RoleAgent:
		return r, fmt.Errorf("%q has the role %q; the roles are admin, user and agent", item, r.Role)
	case named && r.Profile == "":
		return r, fmt.Errorf("%q names no profile after the colon", item)
	case r.Role == host.RoleAdmin && named:
		return r, fmt.Errorf("%q gives a profile to administrators, who have every plugin without one", item)
	case r.Role == host.RoleAdmin && r.Group == everybody:
		return r, fmt.Errorf("%q would make everybody an administrator; name a group", item)
	}
	return r, nil
}

// Match is the rule for somebody in these groups; ok is false where none fits.
func (g GroupMap) Match(groups []string) (rule Rule, ok bool) {
	in := make(map[string]bool, len(groups))
	for _, name := range groups {
		in[name] = true
	}
	for _, r := range g {
		if r.Group == everybody || in[r.Group] {
			return r, true
		}
	}
	return Rule{}, false
}
