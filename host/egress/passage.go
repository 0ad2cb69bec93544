package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
)

// passage is one connection of a plugin through its gate.
type passage struct {
	gate *Gate
	near net.Conn // to the child

	// Guarded by gate.mu from aim or settle on.
	target target
	names  []string
	remote netip.Addr // what was dialled; not of a plugin, nor of a name that the proxy looked up
	far    net.Conn
}

// allowed tells whether p still lets it through. It holds for a passage that has not got that far.
func (x *passage) allowed(p Policy) bool {
	switch {
	case x.target.plugin != "":
		return slices.Contains(p.Plugins, x.target.plugin)
	case x.remote.IsValid():
		return p.rule(x.names, x.remote, x.target.port).allowed
	case x.target.name != "":
		return p.ruleName(x.target.name, x.target.port).allowed
	default:
		return true
	}
}

// cut ends it from outside.
func (x *passage) cut() {
	_ = x.near.Close()
	if x.far != nil {
		_ = x.far.Close()
	}
}

// dial connects to what the plugin asks for, if it may. local says that the plugin takes a refusal of this machine's own
// addresses for "use your own".
func (x *passage) dial(ctx context.Context, t target, local bool) (net.Conn, netip.AddrPort, *Error) {
	if t.plugin != "" {
		return x.dialPlugin(ctx, t)
	}
	if x.gate.viaProxy(t) {
		return x.dialProxied(ctx, t)
	}
	names, addrs, failed := x.candidates(ctx, t)
	if failed != nil {
		return nil, netip.AddrPort{}, failed
	}
	policy := x.gate.Policy()
	var last *Error
	refused := ""
	for _, addr := range addrs {
		r := policy.rule(names, addr, t.port)
		if !r.allowed {
			refused = r.reason
			continue
		}
		conn, err := dialAddress(ctx, addr, t.port)
		if err != nil {
			last = &Error{dialCode(err), "connect to " + t.String() + ": " + plain(err)}
			continue
		}
		if e := x.gate.settle(x, t, names, addr, conn); e != nil {
			_ = conn.Close()
			return nil, netip.AddrPort{}, x.gate.deny(t, e)
		}
		x.gate.count(t, func(u *Use) {
			u.Connections++
			u.Pattern, u.Address = r.pattern, netip.AddrPortFrom(addr, t.port).String()
		})
		return conn, netip.AddrPortFrom(addr, t.port), nil
	}
	if last != nil {
		x.gate.count(t, func(u *Use) { u.Failed++ })
		return nil, netip.AddrPort{}, last
	}
	e := &Error{Denied, refused}
	if local && allLoopback(addrs) {
		return nil, netip.AddrPort{}, e
	}
	return nil, netip.AddrPort{}, x.gate.deny(t, e)
}

func allLoopback(addrs []netip.Addr) bool {
	return !slices.ContainsFunc(addrs, func(a netip.Addr) bool { return !a.IsLoopback() })
}

// candidates are the addresses that the target stands for, and the names by which the plugin may know them.
func (x *passage) candidates(ctx context.Context, t target) (names []string, addrs []netip.Addr, failed *Error) {
	if t.addr.IsValid() {
		return x.gate.names.of(t.addr), []netip.Addr{t.addr}, nil
	}
	if !ownMachine(t.name) && !x.gate.Policy().mayResolve(t.name, t.port) {
		return nil, nil, x.gate.deny(t, &Error{Denied, t.String() + " is not granted: name it in permissions.network.outbound, and have it granted"})
	}
	addrs, err := x.gate.resolve(ctx, t.name, "ip")
	if err != nil {
		x.gate.count(t, func(u *Use) { u.Failed++ })
		return nil, nil, asError(err)
	}
	return []string{t.name}, addrs, nil
}

func (x *passage) dialPlugin(ctx context.Context, t target) (net.Conn, netip.AddrPort, *Error) {
	none := netip.AddrPort{}
	g := x.gate
	switch {
	case !slices.Contains(g.Policy().Plugins, t.plugin):
		return nil, none, g.deny(t, &Error{Denied, "plugin " + clip(t.plugin) + " is not granted: name it in permissions.plugins, and have it granted"})
	case t.port != 80:
		return nil, none, &Error{Refused, "plugins are reached on port 80, by HTTP: http://" + t.plugin + pluginDomain + "/"}
	case g.o.DialPlugin == nil:
		return nil, none, &Error{Unreachable, "this host connects no plugins"}
	}
	g.aim(x, t) // before the other one is asked: from then on it can take its agreement back
	conn, err := g.o.DialPlugin(ctx, t.plugin)
	if err != nil {
		e := asError(err)
		if e.Code == Denied {
			return nil, none, g.deny(t, e)
		}
		g.count(t, func(u *Use) { u.Failed++ })
		return nil, none, e
	}
	if e := g.settle(x, t, nil, netip.Addr{}, conn); e != nil {
		_ = conn.Close()
		return nil, none, g.deny(t, e)
	}
	g.count(t, func(u *Use) { u.Connections++ })
	return conn, none, nil
}

// dialAddress dials exactly this address.
func dialAddress(ctx context.Context, addr netip.Addr, port uint16) (net.Conn, error) {
	d := net.Dialer{Timeout: oneDialTimeout}
	return d.DialContext(ctx, "tcp", net.JoinHostPort(addr.String(), strconv.Itoa(int(port))))
}

// plain is the innermost of an error's words: without addresses of the host's own.
func plain(err error) string {
	var own *Error
	var dns *net.DNSError
	var errno syscall.Errno
	switch {
	case errors.As(err, &own):
		return own.Message
	case errors.As(err, &dns):
		return dns.Err
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "it takes too long"
	}
	return err.Error()
}

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{dialCode(err), plain(err)}
}
