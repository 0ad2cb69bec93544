package api

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// username is the {username} of the path. What is badly encoded is nobody's name.
func username(c *fiber.Ctx) string {
	name, err := url.PathUnescape(strings.Clone(c.Params("username")))
	if err != nil {
		return ""
	}
	return name
}

func (s *Server) listStaff(c *fiber.Ctx) error {
	f := host.MemberFilter{Query: query(c, "q"), After: query(c, "cursor")}
	var err error
	if f.Limit, err = queryInt(c, "limit", 1, pageMax, 0); err != nil {
		return err
	}
	items, next := s.host.Members(f)
	return send(c, fiber.StatusOK, listOf(items, next))
}

func (s *Server) createMember(c *fiber.Ctx) error {
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	m, err := s.host.CreateMember(s.ctx, body, actorOf(c))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderLocation, v1+"/staff/"+url.PathEscape(m.Username))
	return s.sendMember(c, fiber.StatusCreated, m.Username)
}

func (s *Server) getMember(c *fiber.Ctx) error {
	return s.sendMember(c, fiber.StatusOK, username(c))
}

func (s *Server) sendMember(c *fiber.Ctx, status int, name string) error {
	view, err := s.host.Member(s.ctx, name)
	if err != nil {
		return err
	}
	setRevision(c, view.Revision)
	return send(c, status, view)
}

func (s *Server) editMember(c *fiber.Ctx) error {
	patch, revision, err := readPatch(c)
	if err != nil {
		return err
	}
	m, err := s.host.EditMember(s.ctx, username(c), patch, revision, actorOf(c))
	if err != nil {
		return err
	}
	return s.sendMember(c, fiber.StatusOK, m.Username)
}

func (s *Server) deleteMember(c *fiber.Ctx) error {
	revision, _, err := ifMatch(c)
	if err != nil {
		return err
	}
	return done(c, s.host.DeleteMember(s.ctx, username(c), revision, actorOf(c)))
}

// getMemberSidebar shows what GET /me/sidebar shows the member.
func (s *Server) getMemberSidebar(c *fiber.Ctx) error {
	entries, err := s.host.SidebarOf(s.ctx, username(c))
	return reply(c, listOf(entries, ""), err)
}
