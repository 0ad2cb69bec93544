package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

// usernameMax bounds what is remembered of a name that somebody tries.
const usernameMax = 200

// login opens a session. An attempt costs a hash of a tenth of a second, so attempts are limited.
func (s *Server) login(c *fiber.Ctx) error {
	if err := s.checkOrigin(c); err != nil {
		return err
	}
	var in struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	if len(in.Username) > usernameMax {
		in.Username = in.Username[:usernameMax]
	}
	keys := []string{s.addressKey(c), "account " + in.Username}
	if wait := s.logins.Take(time.Now(), keys...); wait > 0 {
		e := fault.New(fault.TooMany, "too_many_logins", "too many attempts to log in; wait and try again")
		e.RetryAfter = wait
		return e
	}
	secret, actor, err := s.host.Login(s.ctx, in.Username, in.Password, s.originOf(c))
	if err != nil {
		return err
	}
	s.logins.Refund(time.Now(), keys...)
	if old := s.sessionCookie(c); old != "" {
		if err := s.host.Logout(s.ctx, old, s.originOf(c)); err != nil {
			return err
		}
	}
	c.Locals(keyActor, actor)
	s.setSession(c, secret)
	return c.SendStatus(fiber.StatusNoContent)
}

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
}

func (s *Server) getMe(c *fiber.Ctx) error {
	a := actorOf(c)
	m := me{User: a.User, Kind: a.Kind(), Role: a.Role, Profile: a.Profile(), View: host.ViewOf(a.Role), Scopes: a.Scopes}
	if m.Scopes == nil {
		m.Scopes = []string{host.ScopeAll}
	}
	if a.Token != "" {
		m.Token = &a.Token
	}
	return send(c, fiber.StatusOK, m)
}

func (s *Server) getMySidebar(c *fiber.Ctx) error {
	entries, err := s.host.Sidebar(s.ctx, actorOf(c))
	return reply(c, listOf(entries, ""), err)
}

// credential tells, for a stream that goes on, whether its credentials still hold.
func (s *Server) credential(c *fiber.Ctx) func() bool {
	credential := actorOf(c).Credential
	return func() bool { _, ok := s.host.ByCredential(credential); return ok }
}
