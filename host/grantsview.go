package host

import (
	"context"
	"slices"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/process"
)

// GrantsView is what GET /plugins/{id}/grants shows.
type GrantsView struct {
	// Requested is what the installed version (or the one that was uploaded) asks for.
	Requested Grants `json:"requested"`
	// Granted is what was agreed to; null before the first installation.
	Granted *Grants `json:"granted"`
	// Missing is requested and not granted; Extra is granted and not requested.
	Missing []need `json:"missing"`
	Extra   []need `json:"extra"`
	// Permissions puts side by side what is asked for, granted and used.
	Permissions []PermissionView `json:"permissions"`
	// Network is what the plugin reached, and what it was refused, by target.
	Network  []egress.Use `json:"network"`
	Revision uint64       `json:"-"`
}

// PermissionView is one permission: who wants it, who has it, who needs it.
type PermissionView struct {
	need
	Asked   bool `json:"asked"`
	Granted bool `json:"granted"`
	// Origin of what is granted: "manifest", or "administrator" for what the manifest does not ask for.
	Origin string `json:"origin,omitempty"`
	// Used counts the connections that it allowed; null for what is not counted.
	Used *uint64 `json:"used"`
	// LastUsedAt is when it allowed one last.
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty"`
}

// Grants shows what the plugin may do.
func (h *Host) Grants(ctx context.Context, id string) (view GrantsView, err error) {
	err = h.view(ctx, func(r Reader) error {
		p, err := pluginOf(r, id)
		if err != nil {
			return err
		}
		v, err := shownVersion(r, p)
		if err != nil {
			return err
		}
		view = GrantsView{Requested: asks(&v.Manifest), Granted: p.Grants, Revision: p.Revision}
		view.Missing, view.Extra = view.Requested.beyond(p.Grants), p.Grants.beyond(&view.Requested)
		view.Network, err = h.usesOf(r, id)
		view.Permissions = view.sideBySide()
		return err
	})
	return view, err
}

// usesOf is what the plugin reached and was refused: as counted now, else as it was written down.
func (h *Host) usesOf(r Reader, id string) ([]egress.Use, error) {
	if g := h.knownGate(id); g != nil {
		uses, _ := g.Uses()
		return uses, nil
	}
	known, _, err := tableUses.find(r, id)
	return orEmpty(known.Uses), err
}

func (v *GrantsView) sideBySide() []PermissionView {
	out := []PermissionView{}
	granted := v.Granted.list()
	for _, n := range v.Requested.list() {
		out = append(out, PermissionView{need: n, Asked: true, Granted: slices.Contains(granted, n)})
	}
	for _, n := range granted {
		if !slices.ContainsFunc(out, func(p PermissionView) bool { return p.need == n }) {
			out = append(out, PermissionView{need: n, Granted: true})
		}
	}
	for i := range out {
		p := &out[i]
		switch {
		case p.Granted && p.Asked:
			p.Origin = originManifest
		case p.Granted:
			p.Origin = originAdministrator
		}
		p.count(v.Network)
	}
	return out
}

// count adds up the connections that the permission allowed.
func (p *PermissionView) count(uses []egress.Use) {
	if p.Code != "network" && p.Code != "plugins" {
		return
	}
	p.Used = new(uint64)
	for _, u := range uses {
		if u.Connections > 0 && p.allowed(u) {
			*p.Used += u.Connections
			if p.LastUsedAt == nil || p.LastUsedAt.Before(u.LastAt) {
				p.LastUsedAt = &u.LastAt
			}
		}
	}
}

func (p *PermissionView) allowed(u egress.Use) bool {
	switch {
	case p.Code == "plugins":
		return u.Plugin == p.Value
	case p.Value == "*":
		return u.Plugin == ""
	case p.Value == "observe":
		return u.Plugin == "" && u.Pattern == ""
	default:
		return u.Pattern == p.Value
	}
}

// The origins of a grant.
const (
	originManifest      = "manifest"
	originAdministrator = "administrator"
)

// narrowed is what of g has been used. Addresses become exactly those that were reached. What is not counted stays.
func (g *Grants) narrowed(uses []egress.Use) *Grants {
	n := Grants{}
	if g != nil {
		n = *g
	}
	n.UnrestrictedNetwork, n.ObserveUntil = false, time.Time{}
	n.Network.Outbound, n.Plugins = nil, nil
	for _, u := range uses {
		switch {
		case u.Connections == 0:
		case u.Plugin != "":
			if g.admits(u.Plugin) {
				n.Plugins = append(n.Plugins, u.Plugin)
			}
		default:
			n.Network.Outbound = append(n.Network.Outbound, u.Needs()...)
		}
	}
	slices.Sort(n.Network.Outbound)
	n.Network.Outbound = slices.Compact(n.Network.Outbound)
	return &n
}

// PutGrants replaces what the plugin may do. What it may reach changes at once, also for connections that are open; a running
// program is restarted if its walls have to be built anew. revision is the plugin's as the editor saw it; 0 takes any.
func (h *Host) PutGrants(ctx context.Context, id string, choice GrantChoice, revision uint64, actor Actor) (GrantsView, error) {
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return GrantsView{}, err
	}
	defer release()
	var before, after *Grants
	var m manifest.Manifest
	err = h.change(ctx, actor, Act{Kind: "plugin.grants", Plugin: id}, func(w Writer, act *Act) error {
		p, err := pluginOf(w, id)
		if err != nil {
			return err
		}
		if p.Installed == "" {
			return fault.New(fault.Conflict, codeNotInstalled, "plugin %q is not installed; grants are given with its installation", id)
		}
		if revision != 0 && revision != p.Revision {
			return errPluginChanged(id)
		}
		v, err := shownVersion(w, p)
		if err != nil {
			return err
		}
		before, m = p.Grants, v.Manifest
		if p.Grants, err = h.chooseGrants(w, p, v, choice, actor); err != nil {
			return err
		}
		after = p.Grants
		act.Before, act.After = before, after
		return h.savePlugin(w, &p)
	})
	if err != nil {
		return GrantsView{}, err
	}
	h.forgetSite(id)
	h.regulateAfter(ctx, id)
	if network := networkOf(&m, after); networkOf(&m, before) != network || !h.runsWith(id, network) {
		if err := h.restartIfRunning(ctx, id, actor); err != nil {
			return GrantsView{}, err
		}
	}
	return h.Grants(ctx, id)
}

// runsWith tells whether the plugin's running instance has this network; true where none runs. It may have another one than the
// grants of before gave: an observation that is over gives none any more, and the instance has it still.
func (h *Host) runsWith(id string, network process.Network) bool {
	s, err := h.supervisor(id)
	if err != nil {
		return true // no process
	}
	i := s.snap.Load().inst
	return i == nil || i.launch.network == network
}

// chooseGrants are the grants that a choice gives to an installed plugin.
func (h *Host) chooseGrants(r Reader, p Plugin, v Version, choice GrantChoice, actor Actor) (*Grants, error) {
	uses, err := h.usesOf(r, p.ID)
	if err != nil {
		return nil, err
	}
	granted := choice.resolve(asks(&v.Manifest), p.Grants, func() *Grants { return p.Grants.narrowed(uses) })
	g := Grants{}
	if granted != nil {
		g = *granted
	}
	if err := checkGrants(v.Manifest, &g); err != nil {
		return nil, err
	}
	if !choice.endObservation {
		g.GrantedBy, g.GrantedAt = actor.User, time.Now().UTC()
	}
	return &g, nil
}

func errPluginChanged(id string) error {
	return fault.New(fault.Precondition, "plugin_changed", "plugin %q was changed by somebody else since it was read; read it again", id)
}
