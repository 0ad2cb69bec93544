package api

import (
	"github.com/gofiber/fiber/v2"

	"appzone/api/relay"
)

const (
	// rolePlugin is the role of a plugin that calls another one.
	rolePlugin = "plugin"
	// userPlugin comes before the id of a plugin where a member's name would be: no member is called so.
	userPlugin = "plugin:"
	// keysMaxAge is how long a reader of the keys may keep them, in seconds. Who meets a token of an unknown key reads them again.
	keysMaxAge = "public, max-age=300"
)

// whoAsks is what plugin is told about who makes a request.
func (s *Server) whoAsks(plugin, user, role string) (relay.Identity, error) {
	token, err := s.host.IdentityToken(plugin, user, role)
	return relay.Identity{User: user, Role: role, Token: token}, err
}

func (s *Server) getIdentityKeys(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, keysMaxAge)
	c.Set(fiber.HeaderContentType, "application/jwk-set+json")
	return c.Send(s.host.IdentityKeys())
}

func (s *Server) rotateIdentityKeys(c *fiber.Ctx) error {
	var in struct {
		WithdrawOld bool `json:"withdrawOld"`
	}
	if err := decodeOptional(c, &in); err != nil {
		return err
	}
	key, err := s.host.RotateIdentityKeys(s.ctx, in.WithdrawOld, actorOf(c))
	if err != nil {
		return err
	}
	return send(c, fiber.StatusCreated, key)
}
