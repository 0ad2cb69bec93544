package api

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/framing"
)

const (
	launchPath  = ownPrefix + "launch"
	ticketParam = "ticket"
)

// launched is how a page is shown.
type launched struct {
	// URL opens the page, once. Another site's stays.
	URL       string     `json:"url"`
	ExpiresAt *time.Time `json:"expiresAt"`
	View      string     `json:"view"`
	External  bool       `json:"external"`
	// Origin is whose messages come from the page, "null" for a sandboxed one.
	Origin string `json:"origin"`
	// Sandbox and Allow are what the frame's attributes of these names should say.
	Sandbox string `json:"sandbox"`
	Allow   string `json:"allow"`
	// Framing tells of another site's page whether a frame can show it; nil for a plugin's own.
	Framing *framing.Verdict `json:"framing"`
}

// launchPlugin gives the address of a plugin's page for the member who asks.
func (s *Server) launchPlugin(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	var in struct {
		View string `json:"view"`
	}
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	actor := actorOf(c)
	site, view, page, err := s.host.PageOfView(s.ctx, id, in.View, actor)
	if err != nil {
		return err
	}
	console := strings.Clone(s.scheme(c) + "://" + s.authority(c))
	out := launched{View: view, Sandbox: sandboxOf(site.Grants, !s.sandboxed())}
	if to, external := host.PageURL(id, page); external {
		if err := s.launchExternal(&out, site, to, console); err != nil {
			return err
		}
		return send(c, fiber.StatusOK, out)
	}
	base := console + pagesPrefix + id + "/launch"
	if out.Origin = "null"; !s.sandboxed() {
		if out.Origin, err = s.pageOrigin(id); err != nil {
			return err
		}
		base = out.Origin + launchPath
	}
	secret, until, err := s.host.NewTicket(host.Pass{Plugin: id, Credential: actor.Credential, View: view, Console: console}, actor.User)
	if err != nil {
		return err
	}
	out.URL, out.ExpiresAt, out.Allow = base+"?"+ticketParam+"="+secret, &until, allowOf(site.Grants, out.Origin)
	return send(c, fiber.StatusOK, out)
}

// launchExternal is the launch of a view on another site.
func (s *Server) launchExternal(out *launched, site *host.Site, view, console string) error {
	u, err := url.Parse(view)
	if err != nil {
		return fault.Wrap(err, fault.Internal, "internal", "the view's address cannot be read")
	}
	verdict := s.host.Framing(s.ctx, view, console)
	out.External, out.URL, out.Sandbox, out.Framing = true, view, sandboxOf(site.Grants, true), &verdict
	out.Origin = cmp.Or(host.ExternalOrigin(view), u.Scheme+"://"+u.Host)
	out.Allow = allowOf(site.Grants, out.Origin)
	return nil
}

// redeem trades the ticket for the page: its cookie on an origin of its own, else an address that holds the pass.
func (s *Server) redeem(c *fiber.Ctx, id string) error {
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	if c.Method() != fiber.MethodGet { // a ticket is gone once it is used, so that nothing but opening may use it
		c.Set(fiber.HeaderAllow, fiber.MethodGet)
		return fiber.ErrMethodNotAllowed
	}
	sealed, page, err := s.host.Redeem(s.ctx, id, query(c, ticketParam), s.originOf(c))
	if err != nil {
		return err
	}
	base := ""
	if s.sandboxed() {
		base = pagesPrefix + id + "/" + sealed
	} else {
		s.setPageCookie(c, id, sealed)
	}
	return leadTo(c, pageAddress(base, page))
}

// pageAddress is the path of a page of the plugin. A view that was changed to another site meanwhile leads to the plugin's root.
func pageAddress(base, page string) string {
	if strings.Contains(page, "://") {
		page = ""
	}
	return base + "/" + (&url.URL{Path: strings.TrimLeft(page, "/")}).EscapedPath()
}
