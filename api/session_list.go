package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

func (s *Server) listMySessions(c *fiber.Ctx) error {
	return send(c, fiber.StatusOK, listOf(s.host.Sessions(actorOf(c)), ""))
}

func (s *Server) endMySession(c *fiber.Ctx) error {
	actor := actorOf(c)
	if err := s.host.EndSession(s.ctx, strings.Clone(c.Params("id")), actor); err != nil {
		return err
	}
	if _, ok := s.host.ByCredential(actor.Credential); !ok { // it was the one that asks
		s.setSession(c, "")
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// endMySessions signs out everywhere.
func (s *Server) endMySessions(c *fiber.Ctx) error {
	actor := actorOf(c)
	err := s.host.EndSessions(s.ctx, actor.User, actor)
	s.setSession(c, "")
	return done(c, err)
}

func (s *Server) endMemberSessions(c *fiber.Ctx) error {
	return done(c, s.host.EndSessions(s.ctx, username(c), actorOf(c)))
}
