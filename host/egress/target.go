package egress

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"appzone/host/manifest"
)

// pluginDomain holds the names of plugins. No name server is ever asked about them.
const pluginDomain = ".appzone.internal"

// target is what a plugin asks to be connected to, in its one canonical form.
type target struct {
	// One of these is set: a DNS name in lower case without a trailing dot, an address, or a plugin's id.
	name   string
	addr   netip.Addr
	plugin string
	port   uint16
}

// parseTarget reads "host:port" strictly: whatever two readers could take for two hosts is refused (row E3).
func parseTarget(text string) (target, error) {
	var t target
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return t, malformed("%q names no port", clip(text))
	}
	if err := t.setPort(text[colon+1:]); err != nil {
		return t, err
	}
	return t, t.setHost(text[:colon])
}

func (t *target) setPort(text string) error {
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil || text[0] == '0' {
		return malformed("%q is no port from 1 to 65535", clip(text))
	}
	t.port = uint16(port)
	return nil
}

func (t *target) setHost(host string) error {
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		addr, err := netip.ParseAddr(inner)
		if !closed || err != nil || !addr.Is6() || addr.Zone() != "" {
			return malformed("%q is not an IPv6 address in brackets", clip(host))
		}
		t.addr = addr.Unmap()
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil && addr.Is4() {
		t.addr = addr
		return nil
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	switch {
	case !manifest.ValidHost(name):
		return malformed("%q is not a host name", clip(host))
	case manifest.LooksNumeric(name):
		return malformed("%q is an address in an unusual form: write it as four numbers", clip(host))
	}
	if id, ok := strings.CutSuffix(name, pluginDomain); ok {
		t.plugin = id
	} else {
		t.name = name
	}
	return nil
}

// String is the canonical form.
func (t target) String() string {
	port := ""
	if t.port != 0 { // of a look-up there is none
		port = ":" + strconv.Itoa(int(t.port))
	}
	switch {
	case t.plugin != "":
		return t.plugin + pluginDomain + port
	case t.name != "":
		return t.name + port
	default:
		return netip.AddrPortFrom(t.addr, t.port).String()
	}
}

func malformed(format string, args ...any) *Error {
	return &Error{Code: Malformed, Message: fmt.Sprintf(format, args...)}
}

func clip(s string) string {
	if len(s) > 64 {
		return s[:64] + "..."
	}
	return s
}
