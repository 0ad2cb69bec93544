package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func webhookID(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

func (s *Server) listWebhooks(c *fiber.Ctx) error {
	f := host.WebhookFilter{Query: query(c, "q"), After: query(c, "cursor")}
	var err error
	if f.Limit, err = queryInt(c, "limit", 1, pageMax, 0); err != nil {
		return err
	}
	items, next, err := s.host.Webhooks(s.ctx, f)
	return reply(c, listOf(items, next), err)
}

func (s *Server) createWebhook(c *fiber.Ctx) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	w, err := s.host.CreateWebhook(s.ctx, body, actorOf(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, v1+"/webhooks/"+w.ID)
	setRevision(c, w.Revision)
	return send(c, fiber.StatusCreated, w)
}

func (s *Server) getWebhook(c *fiber.Ctx) error {
	w, err := s.host.Webhook(s.ctx, webhookID(c))
	return sendWebhook(c, w, err)
}

func sendWebhook(c *fiber.Ctx, w host.WebhookView, err error) error {
	if err != nil {
		return err
	}
	setRevision(c, w.Revision)
	return send(c, fiber.StatusOK, w)
}

func (s *Server) editWebhook(c *fiber.Ctx) error {
	patch, revision, err := readPatch(c)
	if err != nil {
		return err
	}
	w, err := s.host.EditWebhook(s.ctx, webhookID(c), patch, revision, actorOf(c))
	return sendWebhook(c, w, err)
}

func (s *Server) deleteWebhook(c *fiber.Ctx) error {
	revision, _, err := ifMatch(c)
	if err != nil {
		return err
	}
	return done(c, s.host.DeleteWebhook(s.ctx, webhookID(c), revision, actorOf(c)))
}

func (s *Server) rotateWebhookSecret(c *fiber.Ctx) error {
	revision, _, err := ifMatch(c)
	if err != nil {
		return err
	}
	w, err := s.host.RotateWebhookSecret(s.ctx, webhookID(c), revision, actorOf(c))
	if err != nil {
		return err
	}
	setRevision(c, w.Revision)
	return send(c, fiber.StatusOK, w)
}

func (s *Server) testWebhook(c *fiber.Ctx) error {
	a, err := s.host.TestWebhook(s.ctx, webhookID(c), actorOf(c))
	return reply(c, a, err)
}

func (s *Server) listWebhookDeliveries(c *fiber.Ctx) error {
	items, err := s.host.WebhookAttempts(s.ctx, webhookID(c))
	return reply(c, listOf(items, ""), err)
}
