package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// logout ends the session of the request's cookie. A token has none, and stays.
func (s *Server) logout(c *fiber.Ctx) error {
	if actorOf(c).Token == "" {
		if err := s.host.Logout(s.ctx, s.sessionCookie(c), s.originOf(c)); err != nil {
			return err
		}
		s.setSession(c, "")
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// me is who makes the request.
type me struct {
	User string    `json:"user"`
	Kind host.Kind `json:"kind"`
	Role host.Role `json:"role"`
	// Profile is the id of the profile whose plugins this member has, null for none.
	Profile *string `json:"profile"`
	// View is which view of a plugin this member sees: admin or agent.
	View string `json:"view"`
	// Scopes are the rights of these credentials; "*" is all that the role may do.
	Scopes []string `json:"scopes"`
	// Token is the id of the token that was used, null for a session.
	Token *string `json:"token"`
	// TOTP tells whether this member's log-ins need a code.
	TOTP bool `json:"totp"`
}

func (s *Server) getMe(c *fiber.Ctx) error {
	a := actorOf(c)
	m := me{User: a.User, Kind: a.Kind(), Role: a.Role, Profile: a.Profile(), View: host.ViewOf(a.Role), Scopes: a.Scopes,
		TOTP: s.host.HasTOTP(a.User)}
	if m.Scopes == nil {
		m.Scopes = []string{host.ScopeAll}
	}
	if a.Token != "" {
		m.Token = &a.Token
	}
	return send(c, fiber.StatusOK, m)
}

// credential tells, for a stream that goes on, whether its credentials still hold and their owner has the role that it was opened with.
func (s *Server) credential(c *fiber.Ctx) func() bool {
	actor := actorOf(c)
	return func() bool { return s.host.Unchanged(actor) }
}
