package api

import (
	"encoding/json"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/api/sso"
	"appzone/host"
	"appzone/host/fault"
)

const (
	// cookieAttempt holds a login on its way.
	cookieAttempt = "appzone_oidc"
	oidcPath      = v1 + "/session/oidc"
	// sealAttempt is what the cookie is sealed for.
	sealAttempt = "oidc"
	// returnMax is the longest path to return to, in bytes.
	returnMax = 512
	// policyRefused is for a page that runs nothing.
	policyRefused = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

// pageRefused tells a person why there is no session. It escapes what it shows.
var pageRefused = template.Must(template.ParseFS(pageFiles, "pages/refused.html"))

// sessionMethods are the ways to log in.
type sessionMethods struct {
	Password bool `json:"password"`
	// OIDC is single sign-on, null where there is none.
	OIDC *sessionLink `json:"oidc"`
}

// sessionLink is where a login begins, for a browser to go to.
type sessionLink struct {
	URL string `json:"url"`
}

func (s *Server) getSessionMethods(c *fiber.Ctx) error {
	m := sessionMethods{Password: true}
	if s.o.SSO != nil {
		m.OIDC = &sessionLink{URL: oidcPath}
	}
	return send(c, fiber.StatusOK, m)
}

// beginOIDC sends the browser to the provider.
func (s *Server) beginOIDC(c *fiber.Ctx) error {
	to, err := s.beginAttempt(c)
	if err != nil {
		return s.refuseLogin(c, err)
	}
	return leadTo(c, to)
}

// beginAttempt begins a login, whose cookie the browser gets, and returns where it goes on.
func (s *Server) beginAttempt(c *fiber.Ctx) (string, error) {
	if s.o.SSO == nil {
		return "", errNoOIDC()
	}
	returnTo, err := returnPath(c.Query("returnTo", "/"))
	if err != nil {
		return "", err
	}
	// The provider leads to the public name, where this name's cookie is not sent. A proxy may hide the name that the browser knows.
	if s.authority(c) != s.public.Host && c.Query("public") == "" {
		return s.public.String() + oidcPath + "?public=true&returnTo=" + url.QueryEscape(returnTo), nil
	}
	a, to, err := s.o.SSO.Begin(s.ctx, s.public.String()+oidcPath+"/callback", returnTo)
	if err != nil {
		s.log.Warn("single sign-on cannot begin", "request_id", requestID(c), "error", shortened(err.Error(), 1000))
		return "", err
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return "", err
	}
	sealed, err := s.host.Seal(plain, sealAttempt)
	if err != nil {
		return "", err
	}
	s.setAttempt(c, sealed)
	return to, nil
}

// finishOIDC takes what the browser brings back from the provider, and opens the session.
func (s *Server) finishOIDC(c *fiber.Ctx) error {
	if s.o.SSO == nil {
		return s.refuseLogin(c, errNoOIDC())
	}
	key := "oidc " + s.addressKey(c) // of its own: links to this page in others' pages must not keep passwords out
	if wait := s.logins.passwords.Take(time.Now(), key); wait > 0 {
		return s.refuseLogin(c, errManyAttempts(wait))
	}
	who, returnTo, err := s.cameBack(c)
	if err != nil {
		from := s.originOf(c)
		s.log.Warn("login by single sign-on failed", "address", from.Address, "request_id", from.RequestID, "error", shortened(err.Error(), 1000))
		s.host.Refused(host.Actor{Origin: from}, host.Act{Kind: host.KindLoginRefused, Code: fault.CodeOf(err), Data: map[string]any{"by": "oidc"}})
		return s.refuseLogin(c, err)
	}
	secret, actor, err := s.host.LoginExternal(s.ctx, who, s.loginOrigin(c))
	if err != nil {
		return s.refuseLogin(c, err)
	}
	s.logins.passwords.Refund(time.Now(), key)
	c.Locals(keyActor, actor)
	if err := s.replaceSession(c, secret); err != nil {
		return s.refuseLogin(c, err)
	}
	return leadTo(c, returnTo)
}

// cameBack holds what the browser brings to the attempt in its cookie, which ends with it, and finds out who it is.
func (s *Server) cameBack(c *fiber.Ctx) (who host.External, returnTo string, err error) {
	sealed := s.cookie(c, cookieAttempt)
	s.setAttempt(c, "")
	var a sso.Attempt
	plain, err := s.host.Unseal(sealed, sealAttempt)
	if err != nil || json.Unmarshal(plain, &a) != nil {
		return who, "", sso.ErrAttempt()
	}
	who, err = s.o.SSO.Finish(s.ctx, a, sso.Answer{State: query(c, "state"), Code: query(c, "code"), Error: query(c, "error"),
		Description: query(c, "error_description"), Issuer: query(c, "iss")})
	return who, a.ReturnTo, err
}

func errNoOIDC() error {
	return fault.New(fault.NotFound, "oidc_not_configured", "this host has no single sign-on; log in with a password")
}

// returnPath is a path of the console's own that a login may lead to. Browsers take a backslash for a slash and drop tabs and line
// ends, so that much that looks like a path leads elsewhere.
func returnPath(text string) (string, error) {
	u, err := url.Parse(text)
	strange := strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f })
	if err != nil || strange || len(text) > returnMax || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, v1+"/") {
		return "", fault.New(fault.Invalid, "return_to_invalid", "returnTo must be a path of this host's pages, such as /plugins, of at most %d bytes", returnMax)
	}
	return u.String(), nil
}

// setAttempt gives the browser the cookie, or takes it away when sealed is "". The provider leads back from another site, which
// SameSite=Lax allows and Strict does not.
func (s *Server) setAttempt(c *fiber.Ctx, sealed string) {
	cookie := s.newCookie(c, cookieAttempt, sealed)
	cookie.SameSite, cookie.MaxAge = fiber.CookieSameSiteLaxMode, int(sso.AttemptMax.Seconds())
	if sealed == "" {
		cookie.MaxAge, cookie.Expires = 0, time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

// refuseLogin answers a browser with a page and a program with the problem.
func (s *Server) refuseLogin(c *fiber.Ctx, err error) error {
	if !readByPerson(c) {
		return err
	}
	p := s.problemOf(c, err)
	p.RequestID = requestID(c)
	c.Set(fiber.HeaderContentSecurityPolicy, policyRefused)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Status(p.Status)
	return pageRefused.Execute(c, p)
}

// shortened bounds what a log line holds of somebody else's text.
func shortened(text string, bytes int) string {
	if len(text) > bytes {
		return text[:bytes] + "…"
	}
	return text
}
