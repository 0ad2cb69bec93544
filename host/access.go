package host

import (
	"context"
	"errors"
	"slices"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// given is what one member was given. It never changes: a change makes another one.
type given struct {
	plugins map[string]bool
	kind    Kind
	// profile is the id of the member's, nil for none.
	profile *string
}

// Kind tells whether the actor is a person or a service; the host itself is neither.
func (a Actor) Kind() Kind {
	if a.given == nil {
		return ""
	}
	return a.given.kind
}

// Profile is the id of the profile whose plugins the actor has, nil for none.
func (a Actor) Profile() *string {
	if a.given == nil {
		return nil
	}
	return a.given.profile
}

// givenTo works out what a member has: the profile's plugins and the member's own. The caller holds mu.
func (a *accounts) givenTo(m memberRecord) *given {
	if g := a.given[m.Username]; g != nil {
		return g
	}
	g := &given{plugins: map[string]bool{}, kind: m.Kind, profile: m.Profile}
	for _, id := range m.Plugins {
		g.plugins[id] = true
	}
	if m.Profile != nil {
		for _, id := range a.profiles[*m.Profile].Plugins {
			g.plugins[id] = true
		}
	}
	a.given[m.Username] = g
	return g
}

// Opens is the one place that decides who may use a plugin: its page, its routes, its sockets, and its entry in the sidebar.
// Administrators have every plugin. Other persons have what they were given, as far as the plugin's sidebar setting shows it on their
// side; services, which have no sidebar, what they were given. A token narrows that to the plugins that its scopes name.
func (a Actor) Opens(plugin, sidebar string) bool {
	if !a.scoped(scopeAppsPrefix+plugin) && (a.Role != RoleAdmin || !a.scoped(ScopePluginsManage)) {
		return false
	}
	switch {
	case a.Role == RoleAdmin:
		return true
	case a.given == nil || !a.given.plugins[plugin]:
		return false
	}
	return a.given.kind == KindService || shows(sidebar, ViewOf(a.Role))
}

// scoped tells whether the actor's credentials are not narrower than the scope.
func (a Actor) scoped(scope string) bool {
	return a.Scopes == nil || slices.Contains(a.Scopes, ScopeAll) || slices.Contains(a.Scopes, scope)
}

// ErrNotGiven is inside the error of [Host.Open] for a plugin that is there and that the actor may not use. Nobody outside is told.
var ErrNotGiven = errors.New("the plugin is there, and the actor may not use it")

// Open returns the installed plugin's files for an actor who may use it. Who may not is told what a stranger is told: there is
// no such plugin. Who may is told why it is not served, if it is not: quarantined, files_changed.
func (h *Host) Open(ctx context.Context, id string, actor Actor) (*Site, error) {
	if !manifest.ValidID(id) {
		return nil, errNoSite(id)
	}
	site, err := h.siteOf(ctx, id)
	if err == nil && !actor.Opens(id, site.Sidebar) {
		refused := errNoSite(id)
		refused.Err = ErrNotGiven
		err = refused
	}
	if err == nil {
		err = site.refusal()
	}
	if err != nil {
		return nil, err
	}
	return site, nil
}

// Holds tells whether a credential is good and its owner may still use the plugin.
func (h *Host) Holds(ctx context.Context, credential, plugin string) bool {
	actor, ok := h.ByCredential(credential)
	if !ok {
		return false
	}
	_, err := h.Open(ctx, plugin, actor)
	return err == nil || fault.CodeOf(err) != codeNoPlugin // what cannot be read now is no revocation
}

func errNoSite(id string) *fault.Error {
	if len(id) > 64 {
		id = id[:64] + "…"
	}
	return fault.New(fault.NotFound, codeNoPlugin, "there is no installed plugin %q", id)
}
