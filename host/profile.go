package host

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Profile is a set of plugins that members of one role are given together (documented: user profile, agent profile).
type Profile struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Role is which members may have it: user or agent.
	Role Role `json:"role"`
	// Plugins are the ids that its members get, in order.
	Plugins []string `json:"plugins"`
	// Revision grows with each change.
	Revision  uint64    `json:"revision"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// ProfileView is a profile with how many members have it.
type ProfileView struct {
	Profile
	Members int `json:"members"`
}

// Profile shows one profile.
func (h *Host) Profile(id string) (ProfileView, error) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	p, err := a.profile(id, 0)
	if err != nil {
		return ProfileView{}, err
	}
	return a.profileView(p), nil
}

// profileView shares nothing with p. The caller holds mu.
func (a *accounts) profileView(p Profile) ProfileView {
	p.Plugins = append([]string{}, p.Plugins...)
	return ProfileView{p, a.membersOf(p.ID)}
}

// ProfileFilter narrows a list of profiles. Empty fields do not.
type ProfileFilter struct {
	// Query is looked for in id and name, case-insensitively.
	Query string
	// After is the id after which the page starts; Limit its size (default 100, at most 500).
	After string
	Limit int
}

// Profiles lists profiles by id; next is the cursor of the following page, or "".
func (h *Host) Profiles(f ProfileFilter) (items []ProfileView, next string) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	members := map[string]int{}
	for _, m := range a.members {
		if m.Profile != nil {
			members[*m.Profile]++
		}
	}
	q := strings.ToLower(f.Query)
	return page(slices.Sorted(maps.Keys(a.profiles)), f.After, f.Limit, func(id string) (ProfileView, bool) {
		p := a.profiles[id]
		p.Plugins = append([]string{}, p.Plugins...)
		return ProfileView{p, members[id]}, strings.Contains(strings.ToLower(id+"\n"+p.Name), q)
	})
}
