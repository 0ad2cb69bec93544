package host

import (
	"context"
	"strconv"
	"strings"
	"time"

	"appzone/host/fault"
)

// passLife ends a pass whatever is done with it, as a session has an absolute end.
const passLife = sessionMax

// Pass is what an open page of one plugin goes by. It is good for the content of that plugin alone, and as long as the credential that it
// was made from is good and its owner has the plugin: nothing of it is stored, and nothing needs to be revoked.
type Pass struct {
	// Plugin is whose page it is.
	Plugin string
	// Credential is what the member came in with, as in [Actor].
	Credential string
	// View is admin or agent.
	View string
	// Console is the origin that the page was opened from, and may be framed by.
	Console string
	// IssuedAt is when the page was opened, to the second.
	IssuedAt time.Time
}

// seal makes the text that a browser keeps. It opens for the pass's plugin alone.
func (h *Host) seal(p Pass) (string, error) {
	text := strings.Join([]string{p.Credential, p.View, p.Console, strconv.FormatInt(p.IssuedAt.Unix(), 10)}, "\n")
	return h.secrets.Seal([]byte(text), passContext(p.Plugin))
}

func passContext(plugin string) string { return "page/" + plugin }

func errPassEnded() error {
	return fault.New(fault.Unauthorized, "page_ended", "this page is not open any more: the session behind it has ended, or there was none; open it again from the console")
}

// openPass reads what seal made.
func (h *Host) openPass(plugin, sealed string) (Pass, error) {
	text, err := h.secrets.Open(sealed, passContext(plugin))
	if err != nil {
		return Pass{}, errPassEnded()
	}
	parts := strings.Split(string(text), "\n")
	if len(parts) != 4 {
		return Pass{}, errPassEnded()
	}
	issued, err := strconv.ParseInt(parts[3], 10, 64)
	if err != nil {
		return Pass{}, errPassEnded()
	}
	p := Pass{Plugin: plugin, Credential: parts[0], View: parts[1], Console: parts[2], IssuedAt: time.Unix(issued, 0)}
	if time.Since(p.IssuedAt) > passLife {
		return Pass{}, errPassEnded()
	}
	return p, nil
}

// ByPass returns who has a page of the plugin open, and the plugin's files. Using a page is a use of the session that it was opened from.
// The error is page_ended for a pass that is none, or not this plugin's, or whose credential has ended, or whose view is not the member's any more, and plugin_not_found for
// a member who does not have the plugin any more.
func (h *Host) ByPass(ctx context.Context, plugin, sealed string, from Origin) (Pass, Actor, *Site, error) {
	p, err := h.openPass(plugin, sealed)
	if err != nil {
		return Pass{}, Actor{}, nil, err
	}
	actor, site, err := h.admitPass(ctx, p, from)
	return p, actor, site, err
}

// admitPass holds a pass against what is true now.
func (h *Host) admitPass(ctx context.Context, p Pass, from Origin) (Actor, *Site, error) {
	actor, ok := h.useCredential(p.Credential, from)
	if !ok {
		return Actor{}, nil, errPassEnded()
	}
	if !actor.hasView(p.View) { // the member changed sides
		return actor, nil, errPassEnded()
	}
	site, err := h.Open(ctx, p.Plugin, actor)
	return actor, site, err
}

// hasView tells whether a view of plugins is for the actor: administrators have both, others that of their side.
func (a Actor) hasView(view string) bool { return a.Role == RoleAdmin || view == ViewOf(a.Role) }

// PageOfView decides which page of a plugin an actor gets: view, or by default the one of the actor's role. page is a path of the plugin,
// "" for the root of a script, or the absolute URL of another site. Errors: plugin_not_found, view_unknown, view_denied for the
// other side's view (administrators have both), and view_not_found for a plugin without one.
func (h *Host) PageOfView(ctx context.Context, id, view string, actor Actor) (site *Site, of, page string, err error) {
	if site, err = h.Open(ctx, id, actor); err != nil {
		return nil, "", "", err
	}
	own := ViewOf(actor.Role)
	if view == "" {
		view = own
	}
	switch {
	case view != ViewAdmin && view != ViewAgent:
		return nil, "", "", fault.New(fault.Invalid, "view_unknown", "a plugin has the views admin and agent").WithField("view", "must be admin or agent")
	case !actor.hasView(view):
		return nil, "", "", fault.New(fault.Forbidden, "view_denied", "the view %s is not for your role; yours is %s", view, own)
	}
	page = PageOf(site.Views, view)
	if page == "" && !site.Script {
		return nil, "", "", fault.New(fault.NotFound, "view_not_found", "the plugin %q has no page for the view %s", id, view)
	}
	return site, view, page, nil
}

// HasSite tells whether a plugin of this id is installed.
func (h *Host) HasSite(ctx context.Context, id string) bool {
	_, err := h.Open(ctx, id, System)
	return err == nil || fault.From(err).Kind == fault.Unavailable // which has a page that says so
}
