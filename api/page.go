package api

import (
	"errors"
	"html"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

// pagesPrefix is where sandboxed pages are: /pages/{id}/{pass}/...
const pagesPrefix = "/pages/"

// openPage is the page that a request comes from.
type openPage struct {
	site *host.Site
	pass host.Pass
	// base is how paths of the plugin begin: "" on an origin of its own.
	base string
	// origin is the page's, "null" for a sandboxed one.
	origin string
}

// ownOrigins answers what is asked of plugins' own origins. Nothing of the console or its interface is there.
func (s *Server) ownOrigins(c *fiber.Ctx) error {
	id, ok, err := s.pluginOf(c)
	if !ok || err != nil {
		if err == nil {
			err = c.Next()
		}
		return err
	}
	c.Locals(keyRoute, "page")
	c.Locals(keyPlugin, id)
	if id == "" {
		return s.pageError(c, fault.New(fault.NotFound, "plugin_not_found", "there is no plugin at this address"))
	}
	if c.Path() == launchPath {
		return s.pageError(c, s.redeem(c, id))
	}
	origin := strings.Clone(s.scheme(c) + "://" + s.authority(c))
	return s.pageError(c, s.servePage(c, &openPage{origin: origin}, id, cookies(c, s.pageCookie(c, id))))
}

// sandboxedPage answers what is asked of pages that share the console's host.
func (s *Server) sandboxedPage(c *fiber.Ctx) error {
	c.Locals(keyRoute, "page")
	id, rest := strings.Clone(c.Params("id")), c.Params("*")
	c.Locals(keyPlugin, id)
	if rest == "launch" {
		return s.pageError(c, s.redeem(c, id))
	}
	sealed, _, below := strings.Cut(rest, "/")
	if !below {
		return s.pageError(c, errNoPage())
	}
	sealed = strings.Clone(sealed)
	return s.pageError(c, s.servePage(c, &openPage{origin: "null", base: pagesPrefix + id + "/" + sealed}, id, []string{sealed}))
}

// codePageEnded is the code for who comes to a page without a pass that counts.
const codePageEnded = "page_ended"

func errNoPage() error {
	return fault.New(fault.Unauthorized, codePageEnded, "this page is not open; open it from the console")
}

// servePage serves a plugin's content to its own page.
func (s *Server) servePage(c *fiber.Ctx, p *openPage, id string, passes []string) error {
	err := errNoPage()
	for _, sealed := range passes {
		var actor host.Actor
		if p.pass, actor, p.site, err = s.host.ByPass(s.ctx, id, sealed, s.originOf(c)); actor.User != "" {
			c.Locals(keyActor, actor)
		}
		if err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	if err := p.check(c); err != nil {
		return err
	}
	if c.Get("Service-Worker") != "" {
		return fault.New(fault.Forbidden, "worker_refused", "pages have no service workers: one would stay in browsers when its name or port is another plugin's")
	}
	if p.preflight(c) {
		return nil
	}
	path := c.Path()[len(p.base):]
	if handle := s.routeOf(path); handle != nil {
		s.setDataHeaders(c)
		err = handle(c, p)
	} else {
		err = s.serveContent(c, p.site, p.base, p.pass.View)
	}
	if err != nil {
		return err
	}
	s.setPageHeaders(c, p)
	return nil
}

// check refuses what other pages do with this page's cookie, since it is sent to this host whoever asks: only navigations may come
// from elsewhere, and a socket tells its origin always (rows C4, D8).
func (p *openPage) check(c *fiber.Ctx) error {
	origin := c.Get(fiber.HeaderOrigin)
	from := c.Get("Sec-Fetch-Site")
	switch {
	case c.Get(fiber.HeaderUpgrade) != "" && origin != p.origin:
		return errPageOrigin()
	case p.origin == "null": // a sandboxed page is of no site, and its address is what it has to show
		if origin != "" && origin != "null" {
			return errPageOrigin()
		}
	case from == "same-origin" || from == "none":
	case from == "" && (origin == "" || origin == p.origin):
	case from != "" && c.Method() == fiber.MethodGet && c.Get("Sec-Fetch-Mode") == "navigate":
	default:
		return errPageOrigin()
	}
	return nil
}

func errPageOrigin() error {
	return fault.New(fault.Forbidden, "wrong_origin", "a page counts only for requests that it makes itself")
}

// preflight answers what a browser asks before a sandboxed page's request: such a page is of another origin than its own program.
func (p *openPage) preflight(c *fiber.Ctx) bool {
	if p.origin != "null" || c.Method() != fiber.MethodOptions || c.Get(fiber.HeaderAccessControlRequestMethod) == "" {
		return false
	}
	h := &c.Response().Header
	letPageRead(c)
	h.Set(fiber.HeaderAccessControlAllowMethods, c.Get(fiber.HeaderAccessControlRequestMethod))
	if asked := c.Get(fiber.HeaderAccessControlRequestHeaders); asked != "" {
		h.Set(fiber.HeaderAccessControlAllowHeaders, asked)
	}
	h.Set(fiber.HeaderAccessControlMaxAge, "600")
	h.Set(fiber.HeaderVary, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
	c.Status(fiber.StatusNoContent)
	return true
}

// setPageHeaders says what the page may do, beside what the plugin itself says about it.
func (s *Server) setPageHeaders(c *fiber.Ctx, p *openPage) {
	own := p.origin != "null"
	h := &c.Response().Header
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Del(headerOpenerPolicy) // a plugin's own: with a sandbox, browsers refuse the page for it
	h.Set("Permissions-Policy", featurePolicy(p.site.Grants))
	s.setTransportHeader(c)
	if own {
		h.Add(fiber.HeaderContentSecurityPolicy, "sandbox "+sandboxOf(p.site.Grants, own)+"; frame-ancestors 'self' "+p.pass.Console)
		if s.inForeignFrames(c) {
			frameCookies(h)
		}
		// Not "no-referrer", for which browsers send forms without an origin.
		h.Set(fiber.HeaderReferrerPolicy, "same-origin")
		h.Set(headerResourcePolicy, "same-origin")
		h.Add(fiber.HeaderVary, fiber.HeaderCookie) // which says whose answer it is (row C8)
		return
	}
	// A frame within such a page has no origin that could be named, and who knows the address has the page.
	h.Add(fiber.HeaderContentSecurityPolicy, "sandbox "+sandboxOf(p.site.Grants, own))
	h.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	h.Set(headerResourcePolicy, "cross-origin")
	h.DelAllCookies() // they would lie on the console's host
	h.Del(fiber.HeaderAccessControlAllowOrigin)
	h.Del(fiber.HeaderAccessControlAllowCredentials)
	letPageRead(c)
	h.Add(fiber.HeaderVary, fiber.HeaderOrigin)
}

// letPageRead lets a sandboxed page read an answer of its own address. Its requests may ask for cookies to be sent, as those of any page, and
// no cookie counts here.
func letPageRead(c *fiber.Ctx) {
	if c.Get(fiber.HeaderOrigin) == "null" {
		c.Set(fiber.HeaderAccessControlAllowOrigin, "null")
		c.Set(fiber.HeaderAccessControlAllowCredentials, "true")
	}
}

// pageError answers a failed request of a page: who reads it in a frame sees a line of text, programs get the problem document.
func (s *Server) pageError(c *fiber.Ctx, err error) error {
	if err == nil {
		return nil
	}
	if !readByPerson(c) {
		if s.sandboxed() {
			letPageRead(c)
		}
		return err
	}
	s.noteDenied(c, err)
	var own *fault.Error
	text := "This page cannot be shown."
	if errors.As(err, &own) && own.Kind != fault.Internal {
		text = own.Message
	}
	p := s.problemOf(c, err)
	c.Response().Header.DelAllCookies()
	s.setDataHeaders(c)
	c.Response().Header.Del(fiber.HeaderXFrameOptions)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Status(p.Status)
	return c.SendString("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>" + html.EscapeString(p.Code) + "</title>\n<p>" +
		html.EscapeString(text) + "</p>\n</html>\n")
}

// readByPerson tells whether the answer is shown in a window or a frame.
func readByPerson(c *fiber.Ctx) bool {
	if mode := c.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML)
}
