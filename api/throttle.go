package api

import (
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

// How often something may be done: a burst at once, and one more in each interval after that.
const (
	// Requests to the interface with valid credentials, for each token and for the sessions of each member.
	memberBurst = 2000
	memberEvery = time.Second / 200
	// Requests to the interface without valid credentials, for each address.
	strangerBurst = 200
	strangerEvery = time.Second / 20
	// Requests to the public routes of a plugin: in all, and from each address.
	hookBurst   = 1000
	hookEvery   = time.Second / 200
	callerBurst = 200
	callerEvery = time.Second / 20
)

// addressKey is what the client's address counts as: of IPv6, a customer has a whole /64.
func (s *Server) addressKey(c *fiber.Ctx) string {
	at := s.client(c)
	if !at.Is6() {
		return "address " + at.String()
	}
	return "address " + netip.PrefixFrom(at.WithZone(""), 64).Masked().String()
}

// throttleMember counts a request with valid credentials.
func (s *Server) throttleMember(a host.Actor) error {
	key := "user " + a.User
	if a.Token != "" {
		key = "token " + a.Token
	}
	return tooMany(s.members.Take(time.Now(), key))
}

// throttleStranger counts a request without, whatever it asked for.
func (s *Server) throttleStranger(c *fiber.Ctx) error {
	return tooMany(s.strangers.Take(time.Now(), s.addressKey(c)))
}

// throttleRefused counts a request whose credentials were refused with err, and is what it is answered with.
func (s *Server) throttleRefused(c *fiber.Ctx, err error) error {
	wait := s.throttleStranger(c)
	if wait == nil {
		return err
	}
	c.Response().Header.Del(fiber.HeaderWWWAuthenticate)
	return wait
}

// throttleHook counts a request to a plugin's public routes.
func (s *Server) throttleHook(c *fiber.Ctx, plugin string) error {
	now := time.Now()
	if err := tooMany(s.callers.Take(now, plugin+" "+s.addressKey(c))); err != nil {
		return err
	}
	return tooMany(s.hooks.Take(now, plugin))
}

// tooMany refuses who must wait.
func tooMany(wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	return retryAfter(wait, "rate_limited", "too many requests; wait and try again")
}

// retryAfter is the error for who may try again when wait is over.
func retryAfter(wait time.Duration, code, message string) error {
	e := fault.New(fault.TooMany, code, "%s", message)
	e.RetryAfter = wait
	return e
}
