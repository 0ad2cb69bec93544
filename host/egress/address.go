package egress

import (
	"net/netip"
	"slices"
	"strings"

	"appzone/host/manifest"
)

// reach tells where an address leads.
type reach int

const (
	public  reach = iota
	private       // this organisation's networks
	inward        // this machine, its link, or no single host
)

// privateRanges are networks that are not routed on the internet: RFC 1918, RFC 6598 (carriers), RFC 4193, and the deprecated site-local one.
var privateRanges = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10")

// inwardRanges lead to this machine or its link (where clouds keep their metadata), to the metadata of clouds that keep it elsewhere (Azure's
// 168.63.129.16, Alibaba's 100.100.100.200, fd00:ec2::), to many hosts at once, or nowhere: RFC 6890.
var inwardRanges = prefixes("168.63.129.16/32", "100.100.100.200/32", "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.88.99.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/127", "fe80::/10", "ff00::/8", "100::/64", "fd00:ec2::/32")

// reachOf tells where addr leads. Addresses that carry an IPv4 address (mapped, translated, 6to4, Teredo) lead where that one
// leads, since something on the way may take it out (row E3).
func reachOf(addr netip.Addr) reach {
	addr = addr.Unmap().WithZone("")
	if inner, ok := embedded(addr); ok {
		return max(reachOf(inner), classify(addr))
	}
	return classify(addr)
}

func classify(addr netip.Addr) reach {
	switch {
	case contains(inwardRanges, addr):
		return inward
	case contains(privateRanges, addr):
		return private
	default:
		return public
	}
}

// embedded is the IPv4 address inside an IPv6 one: ::a.b.c.d, ::ffff:0:a.b.c.d (RFC 2765), 64:ff9b::/96 and /48 (RFC 6052, 8215), 2002::/16 (RFC 3056), and Teredo's client,
// whose bits are turned (RFC 4380).
func embedded(addr netip.Addr) (netip.Addr, bool) {
	if !addr.Is6() {
		return addr, false
	}
	b := addr.As16()
	four := func(at int) netip.Addr { return netip.AddrFrom4([4]byte(b[at : at+4])) }
	switch {
	case netip.MustParsePrefix("::/96").Contains(addr) && !netip.MustParsePrefix("::/127").Contains(addr):
		return four(12), true
	case netip.MustParsePrefix("::ffff:0:0:0/96").Contains(addr), netip.MustParsePrefix("64:ff9b::/32").Contains(addr):
		return four(12), true
	case netip.MustParsePrefix("2002::/16").Contains(addr):
		return four(2), true
	case netip.MustParsePrefix("2001::/32").Contains(addr):
		return netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}), true
	}
	return addr, false
}

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

func contains(ranges []netip.Prefix, addr netip.Addr) bool {
	for _, p := range ranges {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// Reach is where a pattern leads, for people who decide about it.
type Reach int

// What patterns lead to.
const (
	OneHost  Reach = iota // a public host, or a few public addresses
	Names                 // every host below a name
	Private               // this organisation's networks
	Inward                // this machine or its link
	Anywhere              // every address
)

// ReachOf tells where a pattern leads.
func ReachOf(o manifest.Outbound) Reach {
	switch {
	case o.Host != "" && ownMachine(o.Host):
		return Inward
	case o.Host != "" && insideName(o.Host):
		return Private
	case o.Subdomains:
		return Names
	case o.Host != "":
		return OneHost
	case o.Prefix.Bits() <= 1:
		return Anywhere
	case namesInward(o.Prefix) && reachOf(o.Prefix.Addr()) == inward:
		return Inward
	case reachOf(o.Prefix.Addr()) == private || slices.ContainsFunc(privateRanges, o.Prefix.Overlaps): // as 8.0.0.0/5 does
		return Private
	default:
		return OneHost
	}
}

// insideEndings are the ends of names that nobody can register on the internet: RFC 6761, 6762, 8375, 9476, ICANN's .internal, and
// what organisations use without asking. Who grants such a name means a machine of their own.
var insideEndings = []string{".local", ".internal", ".lan", ".corp", ".home", ".intranet", ".private", ".localdomain", ".home.arpa", ".test", ".alt"}

// insideName tells whether a name can only be one of this organisation's.
func insideName(name string) bool {
	if !strings.Contains(name, ".") {
		return true
	}
	for _, end := range insideEndings {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// ownMachine tells whether a name is this machine's by definition (RFC 6761).
func ownMachine(name string) bool {
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
