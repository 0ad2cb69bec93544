package host

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
	"appzone/host/manifest"
)

// Grants is what a plugin may do: what it asks for, or what was agreed to.
type Grants struct {
	manifest.Permissions
	// UnrestrictedNetwork is what a classic Node plugin asks for: every address.
	UnrestrictedNetwork bool `json:"unrestrictedNetwork,omitempty"`
	// ObserveUntil is when an observation ends: until then every public address may be reached, and what is reached is recorded.
	ObserveUntil time.Time `json:"observeUntil,omitzero"`
	// GrantedBy and GrantedAt tell who agreed, and when; empty in a request.
	GrantedBy string    `json:"grantedBy,omitempty"`
	GrantedAt time.Time `json:"grantedAt,omitzero"`
}

// asks is what a manifest requests. A Node plugin without permissions is a classic one, which was written
// for a host without walls and gets what it had there if an administrator agrees.
func asks(m *manifest.Manifest) Grants {
	r := m.Asks()
	return Grants{Permissions: r.Permissions, UnrestrictedNetwork: r.AnyOutbound}
}

// observed reports whether an observation is under way.
func (g *Grants) observed() bool {
	return g != nil && egress.Policy{PublicUntil: g.ObserveUntil}.Observes()
}

// reaches reports whether g lets the plugin reach any address or other plugin.
func (g *Grants) reaches() bool {
	return g != nil && (g.UnrestrictedNetwork || len(g.Network.Outbound) > 0 || len(g.Plugins) > 0 || g.observed())
}

// admits reports whether another plugin may call this one.
func (g *Grants) admits(plugin string) bool { return g != nil && slices.Contains(g.Plugins, plugin) }

// hears reports whether the plugin's pages get desktop events of this type.
func (g *Grants) hears(kind string) bool {
	return g != nil && slices.ContainsFunc(g.Desktop, func(pattern string) bool { return manifest.DesktopMatches(pattern, kind) })
}

// need is one permission in plain words.
type need struct {
	// Code groups it: network, listen, plugins, public, browser, desktop, installScripts.
	Code string `json:"code"`
	// Value is what it is about.
	Value string `json:"value"`
}

// list flattens g, so that two of them can be compared.
func (g *Grants) list() []need {
	var out []need
	if g == nil {
		return out
	}
	if g.UnrestrictedNetwork {
		out = append(out, need{"network", "*"})
	}
	if g.observed() {
		out = append(out, need{"network", "observe"})
	}
	for _, v := range g.Network.Outbound {
		out = append(out, need{"network", v})
	}
	for _, v := range g.Network.Listen {
		out = append(out, need{"listen", fmt.Sprint(v)})
	}
	for _, v := range g.Plugins {
		out = append(out, need{"plugins", v})
	}
	for _, v := range g.Public {
		for _, method := range v.Methods {
			out = append(out, need{"public", method + " " + v.Path})
		}
	}
	for _, v := range g.Browser {
		out = append(out, need{"browser", v})
	}
	for _, v := range g.Desktop {
		out = append(out, need{"desktop", v})
	}
	if g.InstallScripts {
		out = append(out, need{"installScripts", "true"})
	}
	return out
}

// beyond lists what g has and other has not.
func (g *Grants) beyond(other *Grants) []need {
	have := other.list()
	out := []need{}
	all := slices.Contains(have, need{"network", "*"})
	for _, n := range g.list() {
		covered := all && n.Code == "network" && !leadsInward(n.Value) || n.Code == "desktop" && other.hears(n.Value)
		longer := n == need{"network", "observe"} && other != nil && g.ObserveUntil.After(other.ObserveUntil)
		if !covered && (longer || !slices.Contains(have, n)) {
			out = append(out, n)
		}
	}
	return out
}

// leadsInward tells whether a pattern leads to this machine or its link, which "every address" does not mean.
func leadsInward(pattern string) bool {
	o, err := manifest.ParseOutbound(pattern)
	return err == nil && egress.ReachOf(o) == egress.Inward
}

// checkGrants holds grants that somebody wrote to the rules of a manifest's permissions.
func checkGrants(m manifest.Manifest, g *Grants) error {
	if g == nil {
		return nil
	}
	m.Parameters.Permissions = &g.Permissions
	_, err := m.Validate()
	if err == nil {
		return nil
	}
	e := fault.New(fault.Invalid, "grants_invalid", "the grants are not written as a manifest's permissions are")
	for _, f := range fault.From(err).Fields {
		e.WithField(strings.Replace(f.Field, "parameters.permissions", "grants", 1), "%s", f.Message)
	}
	return e
}

// keptGrants are the grants that an update keeps: without what the installed version asked for and the new one does not ask for any
// more. What an administrator gave beyond any request stays.
func keptGrants(r Reader, p Plugin, asked Grants) (*Grants, error) {
	if p.Grants == nil || p.Installed == "" {
		return p.Grants, nil
	}
	v, ok, err := tableVersions.find(r, versionKey(p.ID, p.Installed))
	if err != nil || !ok {
		return p.Grants, err
	}
	old := asks(&v.Manifest)
	return p.Grants.without(old.beyond(&asked)), nil
}

// without is g less what is in gone.
func (g *Grants) without(gone []need) *Grants {
	if len(gone) == 0 {
		return g
	}
	is := func(code, value string) bool { return slices.Contains(gone, need{code, value}) }
	kept := *g
	kept.UnrestrictedNetwork = g.UnrestrictedNetwork && !is("network", "*")
	kept.InstallScripts = g.InstallScripts && !is("installScripts", "true")
	kept.Network.Outbound = slices.DeleteFunc(slices.Clone(g.Network.Outbound), func(v string) bool { return is("network", v) })
	kept.Network.Listen = slices.DeleteFunc(slices.Clone(g.Network.Listen), func(v int) bool { return is("listen", fmt.Sprint(v)) })
	kept.Plugins = slices.DeleteFunc(slices.Clone(g.Plugins), func(v string) bool { return is("plugins", v) })
	kept.Browser = slices.DeleteFunc(slices.Clone(g.Browser), func(v string) bool { return is("browser", v) })
	kept.Desktop = slices.DeleteFunc(slices.Clone(g.Desktop), func(v string) bool { return is("desktop", v) })
	kept.Public = nil
	for _, route := range g.Public {
		route.Methods = slices.DeleteFunc(slices.Clone(route.Methods), func(m string) bool { return is("public", m+" "+route.Path) })
		if len(route.Methods) > 0 {
			kept.Public = append(kept.Public, route)
		}
	}
	return &kept
}
