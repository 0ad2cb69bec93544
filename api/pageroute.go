package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// ownPrefix is where a plugin's page finds what the host itself has for it. Nothing of the plugin is served below it.
const ownPrefix = "/.appzone/"

// pageHandler answers a request of an open page. actorOf(c) is who opened it.
type pageHandler func(*fiber.Ctx, *openPage) error

// pageRoutes are the paths of a plugin's origin that the host answers by itself, for who has a page of the plugin open. They win
// over the plugin's own files and routes.
func (s *Server) pageRoutes() map[string]pageHandler {
	table := map[string]pageHandler{ownPrefix + "page": s.getPageFacts, ownPrefix + "events": s.followDesktop}
	for name := range sdkTypes {
		table[sdkPrefix+name] = func(c *fiber.Ctx, _ *openPage) error { return serveSDK(c) }
	}
	return table
}

// routeOf is the handler of a path below a page's base, nil for what is the plugin's.
func (s *Server) routeOf(path string) pageHandler {
	if handle := s.pageTable[path]; handle != nil {
		return handle
	}
	if strings.HasPrefix(path, ownPrefix) {
		return func(*fiber.Ctx, *openPage) error { return fiber.ErrNotFound }
	}
	return nil
}
