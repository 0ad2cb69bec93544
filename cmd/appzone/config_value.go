package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"appzone/host/manifest"
	"appzone/host/process"
)

// lenientBool is a switch as people write it.
type lenientBool bool

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *lenientBool) UnmarshalText(text []byte) error {
	switch strings.ToLower(strings.TrimSpace(string(text))) {
	case "", "0", "false", "no", "off":
		*b = false
	case "1", "true", "yes", "on":
		*b = true
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

// prefixes is a list of networks, "10.0.0.0/8, 192.168.1.7".
type prefixes []netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *prefixes) UnmarshalText(text []byte) error {
	*p = nil
	for item := range strings.SplitSeq(string(text), ",") {
		if item = strings.TrimSpace(item); item == "" {
			continue
		}
		one, err := netip.ParsePrefix(item)
		if err != nil {
			a, bad := netip.ParseAddr(item)
			if bad != nil {
				return fmt.Errorf("%q is neither a network such as 10.0.0.0/8 nor an address", item)
			}
			one = netip.PrefixFrom(a, a.BitLen())
		}
		*p = append(*p, one)
	}
	return nil
}

// wallNames is a list of walls, "network, files".
type wallNames []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *wallNames) UnmarshalText(text []byte) error {
	*w = nil
	known := process.WallNames()
	for item := range strings.SplitSeq(string(text), ",") {
		switch item = strings.ToLower(strings.TrimSpace(item)); {
		case item == "" || slices.Contains(*w, item):
		case !slices.Contains(known, item):
			return fmt.Errorf("%q is not a wall; the walls are %s", item, strings.Join(known, ", "))
		default:
			*w = append(*w, item)
		}
	}
	return nil
}

// publicNames is a list of names that everybody can resolve, "zone.example.org, www.example.org".
type publicNames []string

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *publicNames) UnmarshalText(text []byte) error {
	*n = nil
	for item := range strings.SplitSeq(string(text), ",") {
		switch item = strings.ToLower(strings.TrimSpace(item)); {
		case item == "" || slices.Contains(*n, item):
		case !manifest.ValidHost(item) || manifest.LooksNumeric(item) || !strings.Contains(item, ".") || strings.HasSuffix(item, ".localhost"):
			return fmt.Errorf("%q is no public name such as zone.example.org (international names are written as xn--...)", item)
		default:
			*n = append(*n, item)
		}
	}
	return nil
}
