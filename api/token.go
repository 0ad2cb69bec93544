package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func (s *Server) listTokens(c *fiber.Ctx) error {
	f := host.TokenFilter{User: query(c, "user"), After: query(c, "cursor")}
	var err error
	if f.Limit, err = queryInt(c, "limit", 1, pageMax, 0); err != nil {
		return err
	}
	items, next := s.host.Tokens(f, actorOf(c))
	return send(c, fiber.StatusOK, listOf(items, next))
}

func (s *Server) createToken(c *fiber.Ctx) error {
	var in host.TokenRequest
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	token, err := s.host.CreateToken(s.ctx, in, actorOf(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, v1+"/tokens/"+token.ID)
	return send(c, fiber.StatusCreated, token)
}

func (s *Server) getToken(c *fiber.Ctx) error {
	token, err := s.host.Token(strings.Clone(c.Params("id")), actorOf(c))
	if err != nil {
		return err
	}
	setRevision(c, token.Revision)
	return send(c, fiber.StatusOK, token)
}

func (s *Server) editToken(c *fiber.Ctx) error {
	patch, revision, err := readPatch(c)
	if err != nil {
		return err
	}
	token, err := s.host.EditToken(s.ctx, strings.Clone(c.Params("id")), patch, revision, actorOf(c))
	if err != nil {
		return err
	}
	setRevision(c, token.Revision)
	return send(c, fiber.StatusOK, token)
}

func (s *Server) deleteToken(c *fiber.Ctx) error {
	return done(c, s.host.DeleteToken(s.ctx, strings.Clone(c.Params("id")), actorOf(c)))
}
