package host

import (
	"context"
	"strings"

	"appzone/host/manifest"
)

// SidebarEntry is one plugin as a member's sidebar shows it.
type SidebarEntry struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Icon string `json:"icon"`
	Type string `json:"type"`
	// View is admin or agent.
	View string `json:"view"`
	// URL of the page: absolute where the manifest names another site, else a path on this host.
	URL string `json:"url"`
	// External tells that URL is on another site.
	External bool  `json:"external"`
	State    State `json:"state"`
}

// The two views of a plugin.
const (
	ViewAdmin = "admin"
	ViewAgent = "agent"
)

// ViewOf is the view that a role sees: agents theirs, everybody else the administrators'.
func ViewOf(role Role) string {
	if role == RoleAgent {
		return ViewAgent
	}
	return ViewAdmin
}

// Sidebar lists the installed plugins that the actor's sidebar shows, by id. A service has none.
func (h *Host) Sidebar(ctx context.Context, actor Actor) ([]SidebarEntry, error) {
	out := []SidebarEntry{}
	if actor.Kind() == KindService {
		return out, nil
	}
	view := ViewOf(actor.Role)
	err := h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(_ string, p Plugin) (bool, error) {
			v, err := installedVersion(r, p)
			if err != nil || v == nil {
				return true, err
			}
			m := p.Edits.apply(v.Manifest)
			if !shows(m.Sidebar, view) || !actor.Opens(p.ID, m.Sidebar) {
				return true, nil
			}
			page := PageOf(m.Parameters.Views, view)
			if page == "" && m.Type == manifest.TypeHTML {
				return true, nil
			}
			e := SidebarEntry{ID: p.ID, Name: m.Name, Icon: m.Icon, Type: m.Type, View: view}
			if e.State, err = h.stateShown(r, p, *v); err != nil {
				return false, err
			}
			e.URL, e.External = PageURL(p.ID, page)
			out = append(out, e)
			return true, nil
		})
	})
	return out, err
}

// shows tells whether a sidebar setting shows the plugin on a view's sidebar.
func shows(sidebar, view string) bool {
	switch sidebar {
	case manifest.SidebarNever:
		return false
	case manifest.SidebarAdminOnly:
		return view == ViewAdmin
	case manifest.SidebarAgentOnly:
		return view == ViewAgent
	default:
		return true
	}
}

// PageURL is where a view's page is: the absolute URL that the manifest names, or a path on this host.
func PageURL(id, page string) (url string, external bool) {
	if strings.HasPrefix(page, "https://") || strings.HasPrefix(page, "http://") {
		return page, true
	}
	return "/apps/" + id + "/" + strings.TrimPrefix(page, "/"), false
}

// PageOf is the page of a view, "" without one: a script without a view is its own page.
func PageOf(v manifest.Views, view string) string {
	if view == ViewAgent {
		return v.Agent
	}
	return v.Admin
}
