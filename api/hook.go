package api

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/api/httpguard"
	"appzone/api/relay"
	"appzone/host/fault"
)

const (
	hooksPrefix = "/hooks/"
	// hookBodyMax bounds the body of a request to a public route, in bytes.
	hookBodyMax = 1 << 20
	// credentialHook is the start of what admits a request to a public route: its grant.
	credentialHook = "hook:"
)

// hook passes a request of anybody to a route that the plugin's grants make public: without identity, within limits. The answer has the
// headers of one that is data, since a browser would show it as the console's own (row C4).
func (s *Server) hook(c *fiber.Ctx) error {
	c.Locals(keyRoute, "hook")
	id := strings.Clone(c.Params("id"))
	raw := string(c.Request().Header.RequestURI())
	path, query, asked := strings.Cut(strings.TrimPrefix(raw, hooksPrefix+id), "?")
	method := strings.Clone(c.Method())
	site, route, err := s.host.Hook(s.ctx, id, method, path)
	if err != nil {
		return err
	}
	if c.Get(fiber.HeaderUpgrade) != "" {
		return fault.New(fault.Malformed, "upgrade_refused", "a public route takes no upgrade; sockets are for members")
	}
	if err := s.throttleHook(c, id); err != nil {
		return err
	}
	// What the plugin gets is the path that was granted, however it was spelled (row C3).
	target := hooksPrefix + id + (&url.URL{Path: route}).EscapedPath()
	if asked {
		target += "?" + query
	}
	c.Request().Header.SetRequestURI(target)
	httpguard.LimitBody(c, hookBodyMax)
	c.Locals(keyMeter, site.Meter)
	return s.relay.Handle(c, site.Plugin, hooksPrefix+id, relay.Identity{Credential: credentialHook + method + " " + route})
}

// hookHolds tells whether the grant that admitted a request is still there.
func (s *Server) hookHolds(plugin, credential string) bool {
	method, route, _ := strings.Cut(strings.TrimPrefix(credential, credentialHook), " ")
	_, _, err := s.host.Hook(s.ctx, plugin, method, (&url.URL{Path: route}).EscapedPath())
	return fault.CodeOf(err) != "plugin_not_found"
}
