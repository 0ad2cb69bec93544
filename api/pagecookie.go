package api

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// foreignFrame are the attributes with which browsers keep a cookie of a page that another site frames; they keep it apart for each such site.
const foreignFrame = "; Secure; SameSite=None; Partitioned"

// pageCookie is the name of the cookie of the plugin's page.
func (s *Server) pageCookie(c *fiber.Ctx, id string) string {
	if s.secure(c) {
		return "__Host-appzone_page_" + id
	}
	return "appzone_page_" + id
}

// setPageCookie gives the browser the pass of this plugin and member. It is sent to the plugin's host alone, and no script sees it.
func (s *Server) setPageCookie(c *fiber.Ctx, id, sealed string) {
	attributes := "; Path=/; HttpOnly; SameSite=Lax"
	if s.inForeignFrames(c) {
		attributes = "; Path=/; HttpOnly" + foreignFrame
	}
	c.Response().Header.Add(fiber.HeaderSetCookie, s.pageCookie(c, id)+"="+sealed+attributes)
}

// inForeignFrames tells whether cookies can be kept in frames of another site: under TLS, and on names below localhost, which browsers trust.
func (s *Server) inForeignFrames(c *fiber.Ctx) bool {
	return s.secure(c) || s.o.AppsDomain == domainLocalhost
}

// frameCookies lets a plugin's own cookies live in the console's frame, which is of another site than the page. What SameSite was to keep out
// does not reach the plugin: [openPage.check] refuses it.
func frameCookies(h *fasthttp.ResponseHeader) {
	var all []string
	for _, value := range h.Cookies() {
		all = append(all, framedCookie(value))
	}
	if len(all) == 0 {
		return
	}
	h.DelAllCookies()
	for _, value := range all {
		h.Add(fiber.HeaderSetCookie, value)
	}
}

// framedCookie writes a Set-Cookie with the attributes of foreignFrame in the place of its own.
func framedCookie(value []byte) string {
	var b strings.Builder
	for k, part := range bytes.Split(value, []byte{';'}) {
		name, _, _ := bytes.Cut(bytes.TrimSpace(part), []byte{'='})
		switch strings.ToLower(string(bytes.TrimSpace(name))) {
		case "samesite", "secure", "partitioned":
			if k > 0 {
				continue
			}
		}
		if k > 0 {
			b.WriteByte(';')
		}
		b.Write(part)
	}
	return b.String() + foreignFrame
}
