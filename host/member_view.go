package host

import (
	"context"
	"maps"
	"slices"
	"strings"

	"appzone/host/manifest"
)

// MemberView is a member with the plugins that the member has after all.
type MemberView struct {
	Member
	// EffectivePlugins are by id.
	EffectivePlugins []EffectivePlugin `json:"effectivePlugins"`
}

// EffectivePlugin is one plugin that a member has.
type EffectivePlugin struct {
	ID string `json:"id"`
	// Why the member has it: by "role", by "profile", as an "own" one, or several of these.
	Why []string `json:"why"`
	// Opens tells whether the member can use it: it is installed, and its sidebar setting shows it on the member's side.
	Opens bool `json:"opens"`
}

// MemberFilter narrows a list of members. Empty fields do not.
type MemberFilter struct {
	// Query is looked for in the user name, case-insensitively.
	Query string
	// After is the user name after which the page starts; Limit its size (default 100, at most 500).
	After string
	Limit int
}

// Members lists members by user name; next is the cursor of the following page, or "".
func (h *Host) Members(f MemberFilter) (items []Member, next string) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	q := strings.ToLower(f.Query)
	names := slices.Sorted(maps.Keys(a.members))
	return page(names, f.After, f.Limit, func(name string) (Member, bool) {
		return a.members[name].shown(), strings.Contains(strings.ToLower(name), q)
	})
}

// page is the part of a list in order that follows after; next is the key of its last item if there are more.
func page[T any](keys []string, after string, limit int, item func(key string) (T, bool)) (items []T, next string) {
	limit, items = PageSize(limit), []T{}
	last := ""
	for _, key := range keys {
		if key <= after {
			continue
		}
		v, ok := item(key)
		if !ok {
			continue
		}
		if len(items) == limit {
			return items, last
		}
		items, last = append(items, v), key
	}
	return items, ""
}

// Member shows one member.
func (h *Host) Member(ctx context.Context, username string) (MemberView, error) {
	a := h.accounts
	a.mu.Lock()
	m, err := a.member(username, 0)
	if err != nil {
		a.mu.Unlock()
		return MemberView{}, err
	}
	actor := a.whole(m)
	var profile []string
	if m.Profile != nil {
		profile = a.profiles[*m.Profile].Plugins
	}
	a.mu.Unlock()
	view := MemberView{Member: m.shown(), EffectivePlugins: []EffectivePlugin{}}
	own, ofProfile := setOf(m.Plugins), setOf(profile)
	err = h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(id string, p Plugin) (bool, error) {
			why := reasons(m.Role == RoleAdmin, ofProfile[id], own[id])
			if len(why) == 0 {
				return true, nil
			}
			manifest, err := installedManifest(r, p)
			opens := manifest != nil && actor.Opens(id, manifest.Sidebar)
			view.EffectivePlugins = append(view.EffectivePlugins, EffectivePlugin{id, why, opens})
			return true, err
		})
	})
	return view, err
}

// reasons are those of an EffectivePlugin.
func reasons(role, profile, own bool) (why []string) {
	if role {
		why = append(why, "role")
	}
	if profile {
		why = append(why, "profile")
	}
	if own {
		why = append(why, "own")
	}
	return why
}

// SidebarOf is what GET /me/sidebar shows the member.
func (h *Host) SidebarOf(ctx context.Context, username string) ([]SidebarEntry, error) {
	a := h.accounts
	a.mu.Lock()
	m, err := a.member(username, 0)
	if err != nil {
		a.mu.Unlock()
		return nil, err
	}
	actor := a.whole(m)
	a.mu.Unlock()
	return h.Sidebar(ctx, actor)
}

// whole is a member with all that the member may do. The caller holds mu.
func (a *accounts) whole(m memberRecord) Actor {
	return Actor{User: m.Username, Role: m.Role, given: a.givenTo(m)}
}

// installedManifest is the manifest of the installed version with the administrator's edits, nil for a plugin that is not installed.
func installedManifest(r Reader, p Plugin) (*manifest.Manifest, error) {
	if p.Installed == "" {
		return nil, nil
	}
	v, err := tableVersions.get(r, versionKey(p.ID, p.Installed))
	if err != nil {
		return nil, err
	}
	m := p.Edits.apply(v.Manifest)
	return &m, nil
}
