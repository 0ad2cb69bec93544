package egress

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"
)

// The defaults and bounds of a gate.
const (
	// DefaultMaxConnections is how many connections a plugin may have at once.
	DefaultMaxConnections = 256
	// headTimeout is how long a connection may take to say what it wants, headMax how long that may be.
	headTimeout = 10 * time.Second
	headMax     = 8 << 10
	// turnAwayTimeout is how long one that has no place holds up those behind it.
	turnAwayTimeout = 100 * time.Millisecond
	// dialTimeout bounds a look-up and all dials of one request, oneDialTimeout the dial of one address.
	dialTimeout    = 30 * time.Second
	oneDialTimeout = 10 * time.Second
	// addressesMax bounds the addresses of one name that are tried or given out.
	addressesMax = 16
)

// Resolver looks names up; [net.Resolver] is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Options of a [Gate].
type Options struct {
	// Policy is what may be reached at first.
	Policy Policy
	// MaxConnections bounds the connections at once, until [Gate.SetMaxConnections]; default [DefaultMaxConnections].
	MaxConnections int
	// Resolver looks names up; default the system's.
	Resolver Resolver
	// Proxy is the organisation's HTTP proxy, through which public addresses are reached; nil for none.
	Proxy *url.URL
	// DialPlugin connects to another plugin on behalf of this one. It decides whether that one agrees. Nil: no plugin can be reached.
	DialPlugin func(ctx context.Context, id string) (net.Conn, error)
	// Denied is told of refused attempts, on the goroutine of the connection: the first of each target, and then each power of ten;
	// at most about ten a minute.
	Denied func(Use, *Error)
	// Known are counters of before.
	Known []Use
}

// Gate is one plugin's way out. Its methods may be called from any goroutine.
type Gate struct {
	o     Options
	uses  *uses
	names *names

	mu     sync.Mutex // guards what follows
	policy Policy
	most   int // connections at once
	open   map[*passage]bool
	alarm  bucket
}

// New makes a gate. It has no goroutines of its own.
func New(o Options) *Gate {
	if o.MaxConnections <= 0 {
		o.MaxConnections = DefaultMaxConnections
	}
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{PreferGo: true}
	}
	if o.Denied == nil {
		o.Denied = func(Use, *Error) {}
	}
	return &Gate{o: o, uses: newUses(o.Known), names: newNames(), policy: o.Policy, most: o.MaxConnections,
		open: map[*passage]bool{}, alarm: bucket{level: alarmBurst}}
}

// Policy is what may be reached now.
func (g *Gate) Policy() Policy {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.policy
}

// SetPolicy changes what may be reached, and cuts connections to what no longer may be.
func (g *Gate) SetPolicy(p Policy) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.policy = p
	for x := range g.open {
		if !x.allowed(p) {
			x.cut()
		}
	}
}

// SetMaxConnections changes how many connections there may be at once. Those that are open stay.
func (g *Gate) SetMaxConnections(most int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.most = most
}

// CutPlugin ends connections to another plugin, which does not agree any more.
func (g *Gate) CutPlugin(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for x := range g.open {
		if x.target.plugin == id {
			x.cut()
		}
	}
}

// Uses tells what was reached and refused, by target, and a number that grows with every change of it.
func (g *Gate) Uses() ([]Use, uint64) { return g.uses.snapshot() }

// enter takes a place for one connection.
func (g *Gate) enter(x *passage) *Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.open) >= g.most {
		return &Error{TooMany, "the plugin has as many connections at once as it may have; close some, or raise limits.openFiles"}
	}
	g.open[x] = true
	return nil
}

func (g *Gate) leave(x *passage) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, x)
}

// aim notes which plugin x is about to be connected to, so that CutPlugin ends it even before it is.
func (g *Gate) aim(x *passage, t target) {
	g.mu.Lock()
	defer g.mu.Unlock()
	x.target = t
}

// settle notes what x is connected to, unless the policy has changed so that it may not be any more.
func (g *Gate) settle(x *passage, t target, names []string, remote netip.Addr, far net.Conn) *Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	x.target, x.names, x.remote = t, names, remote
	if !x.allowed(g.policy) {
		return &Error{Denied, t.String() + " is not granted any more"}
	}
	x.far = far
	return nil
}

func (g *Gate) count(t target, change func(*Use)) Use {
	return g.uses.count(t.String(), func(u *Use) {
		u.Plugin = t.plugin
		change(u)
	})
}

// deny counts a refusal and tells of it now and then.
func (g *Gate) deny(t target, e *Error) *Error {
	use := g.count(t, func(u *Use) { u.Denied++ })
	if isPowerOfTen(use.Denied) {
		g.mu.Lock()
		tell := g.alarm.take(time.Now())
		g.mu.Unlock()
		if tell {
			g.o.Denied(use, e)
		}
	}
	return e
}

func isPowerOfTen(n uint64) bool {
	for n > 1 && n%10 == 0 {
		n /= 10
	}
	return n == 1
}

// bucket lets a few alarms through at once and then one every alarmEvery.
type bucket struct {
	level float64
	last  time.Time
}

const (
	alarmBurst = 20
	alarmEvery = 6 * time.Second
)

func (b *bucket) take(now time.Time) bool {
	if !b.last.IsZero() {
		b.level = min(alarmBurst, b.level+now.Sub(b.last).Seconds()/alarmEvery.Seconds())
	}
	b.last = now
	if b.level < 1 {
		return false
	}
	b.level--
	return true
}

// resolve looks a name up. It remembers what it gives out.
func (g *Gate) resolve(ctx context.Context, name, network string) ([]netip.Addr, error) {
	if ownMachine(name) {
		own := []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}
		return slices.DeleteFunc(own, func(a netip.Addr) bool { return network == "ip4" && a.Is6() || network == "ip6" && a.Is4() }), nil
	}
	addrs, err := g.o.Resolver.LookupNetIP(ctx, network, name+".")
	if err != nil {
		return nil, &Error{dialCode(err), "look up " + name + ": " + plain(err)}
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap().WithZone("")
	}
	addrs = slices.Compact(addrs[:min(len(addrs), addressesMax)])
	if len(addrs) == 0 {
		return nil, &Error{UnknownName, name + " has no address"}
	}
	g.names.remember(name, addrs)
	return addrs, nil
}
