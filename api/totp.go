package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// passwordCheck is the body of what takes the password again.
type passwordCheck struct {
	Password string `json:"password"`
}

// beginTOTP makes a secret for an authenticator app, for which it takes the password.
func (s *Server) beginTOTP(c *fiber.Ctx) error {
	var in passwordCheck
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	actor := actorOf(c)
	var p host.PendingTOTP
	err := s.attempt(c, actor.User, false, func() (err error) {
		p, err = s.host.BeginTOTP(in.Password, actor)
		return err
	})
	return reply(c, p, err)
}

// confirmTOTP turns the second factor on.
func (s *Server) confirmTOTP(c *fiber.Ctx) error {
	var in struct {
		Code string `json:"code"`
	}
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	codes, err := s.host.ConfirmTOTP(s.ctx, in.Code, actorOf(c))
	return reply(c, map[string][]string{"recoveryCodes": codes}, err)
}

// endTOTP turns it off, for which it takes the password.
func (s *Server) endTOTP(c *fiber.Ctx) error {
	var in passwordCheck
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	actor := actorOf(c)
	return done(c, s.attempt(c, actor.User, false, func() error { return s.host.EndTOTP(s.ctx, in.Password, actor) }))
}

// resetTOTP turns a member's off.
func (s *Server) resetTOTP(c *fiber.Ctx) error {
	return done(c, s.host.ResetTOTP(s.ctx, username(c), actorOf(c)))
}
