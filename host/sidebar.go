package host

import (
	"context"
	"strings"
	"time"

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
	External bool   `json:"external"`
	Version  string `json:"version"`
	State    State  `json:"state"`
	// Listening is false for a script that is alive and never called listen.
	Listening bool `json:"listening"`
	// Since is when State began, WaitingUntil when the host will start it by itself: after its boot, or again; nil where it will not.
	Since        time.Time  `json:"since"`
	WaitingUntil *time.Time `json:"waitingUntil"`
	// ReasonCode and Reason say why it is not to be used now, in words for members; empty for one that is, or is on its way.
	ReasonCode string `json:"reasonCode"`
	Reason     string `json:"reason"`
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
	all, err := h.shelved(ctx)
	if err != nil {
		return nil, err
	}
	view := ViewOf(actor.Role)
	for _, s := range all {
		m := s.manifest
		page := PageOf(m.Parameters.Views, view)
		if !shows(m.Sidebar, view) || !actor.Opens(s.plugin.ID, m.Sidebar) || page == "" && m.Type == manifest.TypeHTML {
			continue
		}
		out = append(out, h.sidebarEntry(s, view, page))
	}
	return out, nil
}

func (h *Host) sidebarEntry(s shelved, view, page string) SidebarEntry {
	m, st := s.manifest, h.statusShown(s.plugin, s.manifest, s.digest, s.bar)
	e := SidebarEntry{ID: s.plugin.ID, Name: m.Name, Icon: m.Icon, Type: m.Type, View: view, Version: s.version,
		State: st.State, Listening: st.Listening, Since: st.Since, WaitingUntil: st.WaitingUntil, ReasonCode: h.reasonOf(s, st)}
	e.Reason = reasonTexts[e.ReasonCode]
	e.URL, e.External = PageURL(e.ID, page)
	return e
}

// ChangesSidebars tells whether what e tells of may have changed what a sidebar shows.
func ChangesSidebars(e Event) bool {
	switch kind, _, _ := strings.Cut(e.Type, "."); kind {
	case "plugin", "member", "profile", "key":
		return true
	}
	return e.Type == "job.ended" || e.Type == "token.edited"
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
