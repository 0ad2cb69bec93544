package api

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

// The names of the cookies: of the session, and of a browser that logged in. Under TLS the prefix binds them to this host and to TLS.
const (
	cookieSession = "appzone_session"
	cookieDevice  = "appzone_device"
	prefixSecure  = "__Host-"
)

// reservedCookies are how the names of the host's own cookies begin, in any case: no plugin gets one or sets one.
var reservedCookies = []string{"appzone_", "__Host-appzone_", "__Secure-appzone_"}

// What a request carries from one step to the next.
const (
	keyActor   = "appzone.actor"
	keyRoute   = "appzone.route"
	keyPlugin  = "appzone.plugin"
	keyMeter   = "appzone.meter"
	keyRequest = "appzone.request_id"
	keyBody    = "appzone.body"
)

// codeAnonymous is the code for who brings no credentials at all.
const codeAnonymous = "unauthenticated"

// actorOf is who makes the request; set by authenticate.
func actorOf(c *fiber.Ctx) host.Actor {
	a, _ := c.Locals(keyActor).(host.Actor)
	return a
}

// authenticate finds out who makes the request: by bearer token, else by session cookie. A session counts for a request
// that changes something only if it comes from the console's own origin (row H2).
func (s *Server) authenticate(c *fiber.Ctx) (host.Actor, error) {
	from := s.originOf(c)
	if header := c.Get(fiber.HeaderAuthorization); header != "" {
		secret, ok := bearer(header)
		if !ok {
			return host.Actor{}, s.unauthorized(c, "unsupported_authorization", `send "Authorization: Bearer" with a token; other schemes are not supported`, "invalid_request")
		}
		actor, ok := s.host.ByToken(secret, from)
		if !ok {
			return host.Actor{}, s.unauthorized(c, "token_invalid", "the token is unknown, expired or revoked; create another one", "invalid_token")
		}
		c.Locals(keyActor, actor)
		return actor, nil
	}
	secret := s.sessionCookie(c)
	if secret == "" {
		return host.Actor{}, s.unauthorized(c, codeAnonymous, "log in with POST /api/v1/session, or send a bearer token", "")
	}
	if changes(c) {
		if err := s.checkOrigin(c); err != nil {
			return host.Actor{}, err
		}
	}
	actor, ok := s.host.BySession(secret, from)
	if !ok {
		return host.Actor{}, s.unauthorized(c, "session_ended", "the session has ended; log in again", "")
	}
	c.Locals(keyActor, actor)
	return actor, nil
}

// originOf is where the request came from.
func (s *Server) originOf(c *fiber.Ctx) host.Origin {
	return host.Origin{Address: s.clientAddress(c), RequestID: requestID(c)}
}

// bearer cuts the token out of an Authorization header. The copy outlives the request's buffer.
func bearer(header string) (string, bool) {
	scheme, rest, ok := strings.Cut(header, " ")
	rest = strings.TrimSpace(rest)
	return strings.Clone(rest), ok && strings.EqualFold(scheme, "Bearer") && rest != ""
}

// unauthorized is 401 with the challenge that RFC 6750 asks for.
func (s *Server) unauthorized(c *fiber.Ctx, code, message, bearerError string) error {
	challenge := `Bearer realm="appzone"`
	if bearerError != "" {
		challenge += `, error="` + bearerError + `"`
	}
	c.Set(fiber.HeaderWWWAuthenticate, challenge)
	return fault.New(fault.Unauthorized, code, "%s", message)
}

// changes tells whether the request may change something: by its method, or because it opens a channel.
func changes(c *fiber.Ctx) bool {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Get(fiber.HeaderUpgrade) != ""
	}
	return true
}

// cookieName is what a cookie is called on this connection.
func (s *Server) cookieName(c *fiber.Ctx, name string) string {
	if s.secure(c) {
		return prefixSecure + name
	}
	return name
}

// sessionCookie is the value of the session's cookie. A page on another port, or without TLS on another name of the same site, can add
// cookies of the same name; they must not hide the one that counts.
func (s *Server) sessionCookie(c *fiber.Ctx) string {
	all := cookies(c, s.cookieName(c, cookieSession))
	for _, secret := range all {
		if len(all) == 1 {
			return secret
		}
		if _, ok := s.host.BySession(secret, s.originOf(c)); ok {
			return secret
		}
	}
	return strings.Join(all, " ") // which is none
}

// cookies are the values of every cookie of the name, as copies that outlive the request.
func cookies(c *fiber.Ctx, name string) (values []string) {
	for key, value := range c.Request().Header.Cookies() {
		if string(key) == name && len(value) > 0 {
			values = append(values, string(value))
		}
	}
	return values
}

// cookie is the value of one of the host's own cookies, "" without it.
func (s *Server) cookie(c *fiber.Ctx, name string) string {
	return strings.Clone(c.Cookies(s.cookieName(c, name)))
}

// setSession gives the browser the session's cookie, or takes it away when secret is "".
func (s *Server) setSession(c *fiber.Ctx, secret string) {
	cookie := s.newCookie(c, cookieSession, secret)
	if secret == "" {
		cookie.Expires = time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

// setDevice makes the browser known for the account that it logged in to. It stays so after the session's end.
func (s *Server) setDevice(c *fiber.Ctx, user string) error {
	sealed, err := s.host.NewDevice(user, s.cookie(c, cookieDevice))
	if err != nil {
		return err
	}
	cookie := s.newCookie(c, cookieDevice, sealed)
	cookie.MaxAge = int(host.DeviceLife.Seconds())
	c.Cookie(cookie)
	return nil
}

// newCookie is a cookie for the console's own pages alone.
func (s *Server) newCookie(c *fiber.Ctx, name, value string) *fiber.Cookie {
	return &fiber.Cookie{Name: s.cookieName(c, name), Value: value, Path: "/", HTTPOnly: true, Secure: s.secure(c), SameSite: fiber.CookieSameSiteStrictMode}
}
