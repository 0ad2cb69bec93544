package api

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// usernameMax bounds what is remembered of a name that somebody tries.
const usernameMax = 200

// login opens a session. An attempt costs a hash of a tenth of a second, so attempts are limited.
func (s *Server) login(c *fiber.Ctx) error {
	if err := s.checkOrigin(c); err != nil {
		return err
	}
	var in host.Credentials
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	if len(in.Username) > usernameMax {
		in.Username = in.Username[:usernameMax]
	}
	var secret string
	err := s.attempt(c, in.Username, in.Code != "", func() (err error) {
		var actor host.Actor
		secret, actor, err = s.host.Login(s.ctx, in, s.loginOrigin(c))
		c.Locals(keyActor, actor)
		return err
	})
	if err == nil {
		err = s.replaceSession(c, secret)
	}
	if err == nil {
		err = s.setDevice(c, in.Username)
	}
	return done(c, err)
}

// loginOrigin is where a log-in comes from, with the browser's name.
func (s *Server) loginOrigin(c *fiber.Ctx) host.Origin {
	from := s.originOf(c)
	from.Agent = strings.Clone(c.Get(fiber.HeaderUserAgent))
	return from
}

// replaceSession gives the browser the new session in the place of the one that it had.
func (s *Server) replaceSession(c *fiber.Ctx, secret string) error {
	if old := s.sessionCookie(c); old != "" {
		if err := s.host.Logout(s.ctx, old, s.originOf(c)); err != nil {
			return err
		}
	}
	s.setSession(c, secret)
	return nil
}

// putMyPassword changes the password of who is logged in.
func (s *Server) putMyPassword(c *fiber.Ctx) error {
	var in struct {
		Current  string `json:"current"`
		Password string `json:"password"`
	}
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	actor := actorOf(c)
	err := s.attempt(c, actor.User, false, func() error {
		return s.host.ChangePassword(s.ctx, in.Current, in.Password, actor)
	})
	if err == nil {
		err = s.setDevice(c, actor.User) // what it had was of the former password
	}
	return done(c, err)
}
