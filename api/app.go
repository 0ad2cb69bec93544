package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/api/relay"
	"appzone/host"
	"appzone/host/fault"
)

const (
	appsPrefix = "/apps/"
	// policyContent keeps a plugin's page off the console's origin: it runs in an opaque one of its own (row C4).
	policyContent = "sandbox allow-scripts allow-forms allow-popups allow-downloads; frame-ancestors 'self'"
)

// registerApps puts plugin content into the app: every method, everything below the plugin's id.
func (s *Server) registerApps(app *fiber.App) {
	app.All("/apps/:id", s.content(redirectToRoot))
	app.All("/apps/:id/*", s.content(s.serveContent))
	app.All(hooksPrefix+":id/*", s.hook)
	for path := range pages {
		app.Get(path, page(path))
	}
}

// content admits who may use the plugin. Who may not is told what a stranger is told: there is no such plugin.
func (s *Server) content(handle func(*fiber.Ctx, *host.Site) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(keyRoute, "plugin")
		actor, err := s.authenticate(c)
		if err != nil {
			return err
		}
		site, err := s.host.Open(s.ctx, strings.Clone(c.Params("id")), actor)
		if err != nil {
			return err
		}
		return handle(c, site)
	}
}

// redirectToRoot adds the slash, which relative links need.
func redirectToRoot(c *fiber.Ctx, site *host.Site) error {
	return redirect(c, fiber.StatusTemporaryRedirect, appsPrefix+site.Plugin+"/")
}

// redirect keeps the query, and the method where status says so.
func redirect(c *fiber.Ctx, status int, to string) error {
	if q := c.Context().URI().QueryString(); len(q) > 0 && !strings.Contains(to, "?") {
		to += "?" + string(q)
	}
	c.Set(fiber.HeaderLocation, to)
	c.Status(status)
	return nil
}

func (s *Server) serveContent(c *fiber.Ctx, site *host.Site) error {
	err := s.serveFile(c, site)
	if site.Script && isMissing(err) {
		err = s.passOn(c, site)
	}
	if err != nil {
		return err
	}
	h := &c.Response().Header
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(headerResourcePolicy, "same-origin")
	h.Del(headerOpenerPolicy) // a plugin's own: with a sandbox, browsers refuse the page for it
	s.setTransportHeader(c)
	h.Add(fiber.HeaderContentSecurityPolicy, policyContent)
	return nil
}

func isMissing(err error) bool { return fault.CodeOf(err) == "file_not_found" }

// serveFile serves a file of the version, or leads to the member's page.
func (s *Server) serveFile(c *fiber.Ctx, site *host.Site) error {
	err := s.serveSite(c, site)
	if c.Params("*") == "" && !site.Script && isMissing(err) {
		return s.redirectToView(c, site, err)
	}
	return err
}

// serveSite serves a file of the version; file_not_found where the path is not one.
func (s *Server) serveSite(c *fiber.Ctx, site *host.Site) error {
	reads := c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead
	if site.Script && (len(site.Files) == 0 || !reads) {
		return fault.New(fault.NotFound, "file_not_found", "not a file")
	}
	return s.static.Serve(c, site, c.Params("*"))
}

// redirectToView leads from an html plugin's root to the page that this member sees.
func (s *Server) redirectToView(c *fiber.Ctx, site *host.Site, missing error) error {
	pageOf := host.PageOf(site.Views, host.ViewOf(actorOf(c).Role))
	if pageOf == "" {
		return missing
	}
	to, _ := host.PageURL(site.Plugin, pageOf)
	return redirect(c, fiber.StatusFound, to)
}

// holds tells whether a request to a plugin that is under way may go on. What was admitted by no credential is not ended by one.
func (s *Server) holds(r relay.Request) bool {
	if strings.HasPrefix(r.Credential, credentialHook) {
		return s.hookHolds(r.Plugin, r.Credential)
	}
	return r.Credential == "" || s.host.Holds(s.ctx, r.Credential, r.Plugin)
}

// passOn gives the request to the plugin's process.
func (s *Server) passOn(c *fiber.Ctx, site *host.Site) error {
	actor := actorOf(c)
	who, err := s.whoAsks(site.Plugin, actor.User, string(actor.Role))
	if err != nil {
		return err
	}
	who.Credential = actor.Credential
	return s.relay.Handle(c, site.Plugin, appsPrefix+site.Plugin, who)
}
