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
	// policyContent is for what programs get: no browser shows it as the console's own (row C4).
	policyContent = "sandbox; frame-ancestors 'none'"
)

// registerApps puts plugin content into the app: every method, everything below the plugin's id.
func (s *Server) registerApps(app *fiber.App) {
	app.All("/apps/:id", s.content(redirectToRoot))
	app.All("/apps/:id/*", s.content(s.serveApp))
	if s.sandboxed() {
		app.All(pagesPrefix+":id/*", s.sandboxedPage)
	}
	app.All(hooksPrefix+":id/*", s.hook)
	for path := range pages {
		if path != frontPath { // which is the console's
			app.Get(path, s.page(path))
		}
	}
	for name := range sdkTypes {
		app.Get(sdkPrefix+name, serveSDK)
	}
}

// content admits programs that may use the plugin. Who may not is told what a stranger is told: there is no such plugin. The console's
// cookie counts for nothing here: a page of a plugin has an address of its own.
func (s *Server) content(handle func(*fiber.Ctx, *host.Site) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(keyRoute, "plugin")
		if c.Get(fiber.HeaderAuthorization) == "" {
			return s.unauthorized(c, codeAnonymous, "plugin content at this address is for programs with a bearer token; a page is opened with POST /api/v1/plugins/{id}/launch", "")
		}
		actor, err := s.authenticate(c)
		if err != nil {
			return s.throttleRefused(c, err)
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

// leadTo sends a browser on, to an address that stands for itself: what it asked is done.
func leadTo(c *fiber.Ctx, to string) error {
	c.Set(fiber.HeaderLocation, to)
	c.Status(fiber.StatusSeeOther)
	return nil
}

// serveApp serves a plugin's content to a program.
func (s *Server) serveApp(c *fiber.Ctx, site *host.Site) error {
	if err := s.serveContent(c, site, appsPrefix+site.Plugin, host.ViewOf(actorOf(c).Role)); err != nil {
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

// serveContent serves a file of the version, leads to the page of the view, or asks the plugin's process. base is how the path begins
// that the plugin does not see.
func (s *Server) serveContent(c *fiber.Ctx, site *host.Site, base, view string) error {
	c.Locals(keyMeter, site.Meter)
	path := strings.TrimPrefix(c.Path()[len(base):], "/")
	err := s.serveSite(c, site, path)
	switch {
	case !isMissing(err):
		return err
	case site.Script:
		return s.passOn(c, site, base)
	case path == "" && host.PageOf(site.Views, view) != "":
		return redirect(c, fiber.StatusFound, pageAddress(base, host.PageOf(site.Views, view)))
	}
	return err
}

func isMissing(err error) bool { return fault.CodeOf(err) == "file_not_found" }

// serveSite serves a file of the version; file_not_found where the path is not one.
func (s *Server) serveSite(c *fiber.Ctx, site *host.Site, path string) error {
	reads := c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead
	if site.Script && (len(site.Files) == 0 || !reads) {
		return fault.New(fault.NotFound, "file_not_found", "not a file")
	}
	return s.static.Serve(c, site, path)
}

// holds tells whether a request to a plugin that is under way may go on. What was admitted by no credential is not ended by one.
func (s *Server) holds(r relay.Request) bool {
	if strings.HasPrefix(r.Credential, credentialHook) {
		return s.hookHolds(r.Plugin, r.Credential)
	}
	return r.Credential == "" || s.host.Holds(s.ctx, r.Credential, r.Plugin)
}

// passOn gives the request to the plugin's process.
func (s *Server) passOn(c *fiber.Ctx, site *host.Site, base string) error {
	actor := actorOf(c)
	who, err := s.whoAsks(site.Plugin, actor.User, string(actor.Role))
	if err != nil {
		return err
	}
	who.Credential = actor.Credential
	return s.relay.Handle(c, site.Plugin, base, who)
}
