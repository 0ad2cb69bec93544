package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/api/limit"
)

// Document is the OpenAPI document as it is served.
func Document() ([]byte, error) {
	d, err := loadDocument("test")
	if err != nil {
		return nil, err
	}
	return d.json, nil
}

// Operation is one line of the table of routes.
type Operation struct{ Method, Path, Access, ID string }

// Operations is the table of routes.
func (s *Server) Operations() []Operation {
	var out []Operation
	for _, r := range s.table {
		out = append(out, Operation{r.method, r.path, r.access, r.id})
	}
	return out
}

// Registered are the paths that the app really has, in Fiber's way, but for middlewares.
func (s *Server) Registered() map[string]bool {
	out := map[string]bool{}
	for _, r := range s.app.GetRoutes(true) {
		out[r.Method+" "+r.Path] = true
	}
	return out
}

// FiberPath writes an OpenAPI path in Fiber's way.
func FiberPath(path string) string { return fiberPath(path) }

// Kinds of access that are no scope.
const (
	AccessPublic = accessPublic
	AccessMember = accessMember
	// AccessSession is for persons alone.
	AccessSession = accessSession
)

// Boom adds a route that panics.
func (s *Server) Boom(path string) {
	s.app.Get(path, func(*fiber.Ctx) error { panic("boom") })
}

// SetLimits replaces what bounds requests of members and of strangers.
func (s *Server) SetLimits(members, strangers *limit.Limiter) {
	s.members, s.strangers = members, strangers
}

// SetHookLimits replaces what bounds requests to the public routes of a plugin, and those of one address.
func (s *Server) SetHookLimits(hooks, callers *limit.Limiter) { s.hooks, s.callers = hooks, callers }

// WithoutLimits lets a test ask as often as it likes.
func (s *Server) WithoutLimits() {
	s.SetLimits(limit.New(1<<30, time.Nanosecond), limit.New(1<<30, time.Nanosecond))
}

// Known are the addresses that are known for an account.
type Known struct{ a *attempts }

// NewKnown knows none.
func NewKnown() Known { return Known{newAttempts()} }

// Remember makes one known.
func (k Known) Remember(now time.Time, key string) { k.a.remember(now, key) }

// Knows tells whether it is.
func (k Known) Knows(now time.Time, key string) bool { return k.a.knows(now, key) }

// Len is how many are remembered.
func (k Known) Len() int { return len(k.a.known) }

// UnusedConnections counts the connections on which nothing was asked yet.
func (s *Server) UnusedConnections() (n int) {
	s.newConns.open.Range(func(any, any) bool { n++; return true })
	return n
}
