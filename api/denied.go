package api

import (
	"errors"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/manifest"
)

// noteDenied puts a request that was refused into the audit trail. This is the one place that decides which errors are refusals.
func (s *Server) noteDenied(c *fiber.Ctx, err error) {
	f := fault.From(err)
	route, _ := c.Locals(keyRoute).(string)
	if !denied(f, route) {
		return
	}
	actor := actorOf(c)
	actor.Origin = s.originOf(c)
	act := host.Act{Kind: host.KindDenied, Subject: route, Code: f.Code}
	if f.Code == codeAnonymous {
		act.Subject = "" // whatever they wanted
		s.host.Counted(actor.Origin, act)
		return
	}
	if id := c.Params("id"); manifest.ValidID(id) && pluginRoutes(c.Path()) {
		act.Plugin = strings.Clone(id)
	}
	s.host.Refused(actor, act)
}

// denied tells whether an error is a refusal, and not a mistake of the request. A log-in that failed is noted by the host, which knows
// who tried.
func denied(f *fault.Error, route string) bool {
	switch f.Kind {
	case fault.Unauthorized:
		return route != idLogin
	case fault.Forbidden:
		return true
	case fault.NotFound:
		return errors.Is(f, host.ErrNotGiven)
	case fault.TooMany:
		return route == idLogin || f.Code == codeManyAttempts
	}
	return false
}

// pluginRoutes tells whether the {id} of the path is a plugin's.
func pluginRoutes(path string) bool {
	return strings.HasPrefix(path, v1+"/plugins/") || strings.HasPrefix(path, appsPrefix)
}
