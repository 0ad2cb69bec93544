package egress

import (
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"appzone/host/manifest"
)

// Policy is what a plugin may reach. The zero value is nothing.
type Policy struct {
	// Outbound are the patterns that were granted.
	Outbound []manifest.Outbound
	// PublicUntil is until when every public address may be reached besides, by name or not: a plugin is being observed. Zero: not at all.
	PublicUntil time.Time
	// Plugins are the ids of the plugins that it may call.
	Plugins []string
}

// ObservationMax is the longest that a plugin is observed. One that would last longer was begun while the clock was ahead, and is over.
const ObservationMax = 7 * 24 * time.Hour

// Observes tells whether every public address may be reached now.
func (p Policy) Observes() bool {
	left := time.Until(p.PublicUntil)
	return left > 0 && left <= ObservationMax
}

// ruling is the answer of a policy about one address.
type ruling struct {
	allowed bool
	// pattern is the granted pattern that allows it; empty when only the observation does.
	pattern string
	// reason says why not.
	reason string
}

// byName finds the pattern that grants a name on a port.
func (p Policy) byName(name string, port uint16) (string, bool) {
	for _, o := range p.Outbound {
		if o.Host != "" && portFits(o, port) && nameFits(o, name) {
			return o.String(), true
		}
	}
	return "", false
}

func portFits(o manifest.Outbound, port uint16) bool { return o.Port == 0 || o.Port == port }

func nameFits(o manifest.Outbound, name string) bool {
	if o.Subdomains {
		return strings.HasSuffix(name, "."+o.Host)
	}
	return name == o.Host
}

// byAddress finds the pattern that grants an address on a port. A range names what leads inward only if nothing else is in it:
// 0.0.0.0/0 does not mean this machine.
func (p Policy) byAddress(addr netip.Addr, port uint16) (string, bool) {
	for _, o := range p.Outbound {
		if o.Host == "" && portFits(o, port) && o.Prefix.Contains(addr) && (reachOf(addr) != inward || namesInward(o.Prefix)) {
			return o.String(), true
		}
	}
	return "", false
}

func namesInward(prefix netip.Prefix) bool {
	return prefix.IsSingleIP() || slices.ContainsFunc(inwardRanges, func(r netip.Prefix) bool {
		return r.Bits() <= prefix.Bits() && r.Contains(prefix.Addr())
	})
}

// everywhere tells whether a pattern grants all public addresses on the port: then names tell nothing that the plugin could not
// send anyway, and any may be looked up.
func (p Policy) everywhere(port uint16) bool {
	return p.Observes() || slices.ContainsFunc(p.Outbound, func(o manifest.Outbound) bool {
		return o.Host == "" && o.Prefix.Bits() == 0 && portFits(o, port)
	})
}

// mayResolve tells whether a name may be looked up, for a connection to port; port 0 stands for any.
func (p Policy) mayResolve(name string, port uint16) bool {
	if port != 0 {
		_, ok := p.byName(name, port)
		return ok || p.everywhere(port)
	}
	return p.Observes() || slices.ContainsFunc(p.Outbound, func(o manifest.Outbound) bool {
		return (o.Host != "" && nameFits(o, name)) || (o.Host == "" && o.Prefix.Bits() == 0)
	})
}

// rule decides about one address. names are those by which the plugin knows it; empty: it named the address itself.
func (p Policy) rule(names []string, addr netip.Addr, port uint16) ruling {
	addr = addr.Unmap()
	if pattern, ok := p.byAddress(addr, port); ok {
		return ruling{allowed: true, pattern: pattern}
	}
	at := reachOf(addr)
	for _, name := range names {
		pattern, ok := p.byName(name, port)
		if ok && (at == public || at == private && insideName(name) && !ownMachine(name) || at == inward && ownMachine(name) && addr.IsLoopback()) {
			return ruling{allowed: true, pattern: pattern}
		}
	}
	if at == public && p.Observes() {
		return ruling{allowed: true}
	}
	target := netip.AddrPortFrom(addr, port).String()
	switch {
	case len(names) > 0 && ownMachine(names[0]) && addr.IsLoopback():
		return ruling{reason: net.JoinHostPort(names[0], strconv.Itoa(int(port))) + " is not granted: name it in permissions.network.outbound, and have it granted"}
	case len(names) > 0 && at != public:
		return ruling{reason: names[0] + " is at " + target + ", which is not public: grant " + target + " besides the name"}
	case at == inward:
		return ruling{reason: target + " is this machine, its link, or many hosts: it has to be named by its address in permissions.network.outbound, and granted"}
	default:
		return ruling{reason: target + " is not granted: name it in permissions.network.outbound, and have it granted"}
	}
}
