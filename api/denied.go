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
	switch {
	case f.Code == codeAnonymous: // whatever they wanted
		act.Subject = ""
		s.host.Counted(actor.Origin, act)
	case f.Code == codePageEnded && actor.User == "":
		act.Plugin = deniedPlugin(c)
		s.host.Counted(actor.Origin, act)
	default:
		act.Plugin = deniedPlugin(c)
		s.host.Refused(actor, act)
	}
}

// deniedPlugin is the plugin that the request was for, "" for none.
func deniedPlugin(c *fiber.Ctx) string {
	id, ok := c.Locals(keyPlugin).(string)
	if !ok && pluginRoutes(c.Path()) {
		id = strings.Clone(c.Params("id"))
	}
	if !manifest.ValidID(id) {
		return ""
	}
	return id
}

// denied tells whether an error is a refusal, and not a mistake of the request. A log-in that failed is noted where it is known
// who tried.
func denied(f *fault.Error, route string) bool {
	switch f.Kind {
	case fault.Unauthorized:
		return route != idLogin
	case fault.Forbidden:
		return route != idFinishOIDC
	case fault.NotFound:
		return errors.Is(f, host.ErrNotGiven)
	case fault.Invalid:
		return errors.Is(f, host.ErrExceeds)
	case fault.TooMany:
		return route == idLogin || f.Code == codeManyAttempts
	}
	return false
}

// pluginRoutes tells whether the {id} of the path is a plugin's.
func pluginRoutes(path string) bool {
	return strings.HasPrefix(path, v1+"/plugins/") || strings.HasPrefix(path, appsPrefix)
}
