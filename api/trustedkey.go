package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// keyOf is the id of the path, in the letters that ids have.
func keyOf(c *fiber.Ctx) string { return strings.ToUpper(strings.Clone(c.Params("id"))) }

func (s *Server) listTrustedKeys(c *fiber.Ctx) error {
	f := host.TrustedKeyFilter{Query: query(c, "q"), After: query(c, "cursor")}
	var err error
	if f.Limit, err = queryInt(c, "limit", 1, pageMax, 0); err != nil {
		return err
	}
	items, next, err := s.host.TrustedKeys(s.ctx, f)
	return reply(c, listOf(items, next), err)
}

func (s *Server) trustKey(c *fiber.Ctx) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	k, err := s.host.TrustKey(s.ctx, body, actorOf(c))
	if err == nil {
		c.Set(fiber.HeaderLocation, v1+"/trusted-keys/"+k.ID)
	}
	return sendTrustedKey(c, fiber.StatusCreated, k, err)
}

func (s *Server) getTrustedKey(c *fiber.Ctx) error {
	k, err := s.host.TrustedKey(s.ctx, keyOf(c))
	return sendTrustedKey(c, fiber.StatusOK, k, err)
}

func sendTrustedKey(c *fiber.Ctx, status int, k host.TrustedKeyView, err error) error {
	if err != nil {
		return err
	}
	setRevision(c, k.Revision)
	return send(c, status, k)
}

func (s *Server) editTrustedKey(c *fiber.Ctx) error {
	patch, revision, err := readPatch(c)
	if err != nil {
		return err
	}
	k, err := s.host.EditTrustedKey(s.ctx, keyOf(c), patch, revision, actorOf(c))
	return sendTrustedKey(c, fiber.StatusOK, k, err)
}

func (s *Server) removeTrustedKey(c *fiber.Ctx) error {
	revision, _, err := ifMatch(c)
	if err != nil {
		return err
	}
	return done(c, s.host.RemoveTrustedKey(s.ctx, keyOf(c), revision, actorOf(c)))
}
