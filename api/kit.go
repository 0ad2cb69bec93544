package api

import (
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// pageFacts is what the page kit is told of the page that it is in.
type pageFacts struct {
	Member pageMember `json:"member"`
	Plugin pagePlugin `json:"plugin"`
	// Settings are the plugin's without secrets.
	Settings json.RawMessage `json:"settings"`
	// Events are the desktop events that the plugin was granted.
	Events []string `json:"events"`
	// Shell is the origin of the console, which alone may show the page.
	Shell string `json:"shell"`
}

type pageMember struct {
	User string    `json:"user"`
	Role host.Role `json:"role"`
	View string    `json:"view"`
}

type pagePlugin struct {
	ID      string `json:"id"`
	Version string `json:"version"`
}

// getPageFacts tells a plugin's page who has it open, and what the plugin's settings are.
func (s *Server) getPageFacts(c *fiber.Ctx, p *openPage) error {
	actor, site := actorOf(c), p.site
	settings, err := s.host.PageSettings(s.ctx, site.Plugin)
	if err != nil {
		return err
	}
	facts := pageFacts{Member: pageMember{actor.User, actor.Role, p.pass.View}, Plugin: pagePlugin{site.Plugin, site.Version}, Settings: settings,
		Events: []string{}, Shell: p.pass.Console}
	if site.Grants != nil {
		facts.Events = append(facts.Events, site.Grants.Desktop...)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return send(c, fiber.StatusOK, facts)
}
