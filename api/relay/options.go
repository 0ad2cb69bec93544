package relay

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// Identity is who makes a request, as the plugin is told. Empty fields are not sent.
type Identity struct {
	// User becomes X-AppZone-User.
	User string
	// Role becomes X-AppZone-Role.
	Role string
	// Credential names what the request was admitted by, for Options.Holds. No plugin is told.
	Credential string
	// Token, a signed statement of both, becomes X-AppZone-Identity.
	Token string
}

// Forwarded is what the X-Forwarded headers tell about the client's connection.
type Forwarded struct {
	// For is the client's address.
	For string
	// Proto is "http" or "https".
	Proto string
	// Host is the authority that the client asked for.
	Host string
}

// Options configure a [Relay].
type Options struct {
	// Acquire gives a ready instance of the plugin and a function that says when the request
	// is through, or has become a stream that is cut once the instance drains. It may wait
	// for one; ctx ends when the client leaves or access is revoked.
	// Its errors are returned by Handle as they are. Required.
	Acquire func(ctx context.Context, plugin string) (up host.Upstream, release func(), err error)

	// Holds tells whether a request that is under way may go on. It is asked twice a second, so that access which is revoked, or
	// a credential that ends, cuts streams and sockets within a second. It must neither keep the strings nor call the relay.
	// By default everything may.
	Holds func(Request) bool

	// ReservedCookies are how the names of the host's own cookies begin, in any case: never sent
	// to a plugin, never set by one.
	ReservedCookies []string
	// DropResponse names further headers that no answer of a plugin may carry.
	DropResponse []string
	// Forwarded tells about the client where a proxy that is trusted stands in front; by
	// default it is the connection.
	Forwarded func(c *fiber.Ctx) Forwarded
	// RequestID gives the id that becomes X-Request-Id; by default none is sent.
	RequestID func(c *fiber.Ctx) string

	// DialTimeout bounds the connection to an instance; default 5 s.
	DialTimeout time.Duration
	// HeaderTimeout is how long a plugin may take from the end of the request to the head of
	// its answer, 504 after it; default 60 s.
	HeaderTimeout time.Duration
	// IdleTimeout is how long either side may keep a body waiting; default 2 min.
	IdleTimeout time.Duration
	// StreamIdleTimeout is the same for upgraded connections and event streams; default 1 h.
	StreamIdleTimeout time.Duration
	// KeepAlive is how long a connection to an instance is kept unused; default and most 4 s.
	KeepAlive time.Duration
	// MaxHeaderBytes is the largest head of an answer, 502 above it; default 64 KiB.
	MaxHeaderBytes int
	// MaxRequests bounds the requests under way; default 10000. 503 above it.
	MaxRequests int
	// MaxPluginRequests bounds them for one plugin; default 2000, of which a quarter at most are of nobody, without an Identity.User. 503
	// above it.
	MaxPluginRequests int

	// Logger gets what a plugin did wrong; default slog.Default.
	Logger *slog.Logger
}

const (
	maxKeepAlive  = 4 * time.Second
	maxIdlePooled = 64
	// maxInformational bounds 1xx answers to one request.
	maxInformational = 16
	// lowerSize is the longest header name that is compared with those that do not pass.
	lowerSize = 64
)

func (o Options) withDefaults() Options {
	o.DialTimeout = cmp.Or(o.DialTimeout, 5*time.Second)
	o.HeaderTimeout = cmp.Or(o.HeaderTimeout, time.Minute)
	o.IdleTimeout = cmp.Or(o.IdleTimeout, 2*time.Minute)
	o.StreamIdleTimeout = cmp.Or(o.StreamIdleTimeout, time.Hour)
	o.KeepAlive = min(cmp.Or(o.KeepAlive, maxKeepAlive), maxKeepAlive)
	o.MaxHeaderBytes = max(cmp.Or(o.MaxHeaderBytes, 64<<10), readBuffer)
	o.MaxRequests = cmp.Or(o.MaxRequests, 10_000)
	o.MaxPluginRequests = cmp.Or(o.MaxPluginRequests, 2_000)
	o.Logger = cmp.Or(o.Logger, slog.Default())
	return o
}

// lowered is a set of header names in lower case.
func lowered(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, n := range names {
		set[strings.ToLower(n)] = true
	}
	return set
}

// reservedNames are beginnings of cookies' names, in lower case.
type reservedNames []string

func reserve(beginnings []string) (r reservedNames) {
	for _, b := range beginnings {
		r = append(r, strings.ToLower(b))
	}
	return r
}

// has tells whether the cookie of this name is the host's. Browsers tell names apart by case, and compare the case of prefixes such as
// __Host- in different ways, so that no spelling of a name of the host's passes.
func (r reservedNames) has(name []byte) bool {
	for _, b := range r {
		if len(name) >= len(b) && strings.EqualFold(string(name[:len(b)]), b) {
			return true
		}
	}
	return false
}
