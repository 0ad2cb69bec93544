package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

func profileID(c *fiber.Ctx) string { return strings.Clone(c.Params("id")) }

func (s *Server) listProfiles(c *fiber.Ctx) error {
	f := host.ProfileFilter{Query: query(c, "q"), After: query(c, "cursor")}
	var err error
	if f.Limit, err = queryInt(c, "limit", 1, pageMax, 0); err != nil {
		return err
	}
	items, next := s.host.Profiles(f)
	return send(c, fiber.StatusOK, listOf(items, next))
}

func (s *Server) createProfile(c *fiber.Ctx) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	p, err := s.host.CreateProfile(s.ctx, body, actorOf(c))
	if err == nil {
		c.Set(fiber.HeaderLocation, v1+"/profiles/"+p.ID)
	}
	return sendProfile(c, fiber.StatusCreated, p, err)
}

func (s *Server) getProfile(c *fiber.Ctx) error {
	p, err := s.host.Profile(profileID(c))
	return sendProfile(c, fiber.StatusOK, p, err)
}

func sendProfile(c *fiber.Ctx, status int, p host.ProfileView, err error) error {
	if err != nil {
		return err
	}
	setRevision(c, p.Revision)
	return send(c, status, p)
}

func (s *Server) editProfile(c *fiber.Ctx) error {
	patch, revision, err := readPatch(c)
	if err != nil {
		return err
	}
	p, err := s.host.EditProfile(s.ctx, profileID(c), patch, revision, actorOf(c))
	return sendProfile(c, fiber.StatusOK, p, err)
}

func (s *Server) deleteProfile(c *fiber.Ctx) error {
	revision, _, err := ifMatch(c)
	if err != nil {
		return err
	}
	return done(c, s.host.DeleteProfile(s.ctx, profileID(c), revision, actorOf(c)))
}
