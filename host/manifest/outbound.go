package manifest

import (
	"errors"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Outbound is one address pattern of [Network.Outbound], parsed. Exactly one of Host and Prefix is set.
type Outbound struct {
	// Host is a lower-case DNS name without a trailing dot.
	Host string
	// Subdomains makes Host stand for the names below it, at any depth, and not for itself ("*.line.me").
	Subdomains bool
	// Prefix holds addresses; a single address is a prefix of its full length.
	Prefix netip.Prefix
	// Port is 1 to 65535, or 0 for any ("*").
	Port uint16
}

var hostPattern = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// ParseOutbound reads "host:port", "*.host:port", "address:port" or "cidr:port"; an IPv6 address or
// prefix stands in brackets ("[fd00::/8]:443"). The port may be "*". There is no pattern for every host;
// whoever means it writes "0.0.0.0/0:443" and "[::/0]:443".
func ParseOutbound(pattern string) (Outbound, error) {
	var o Outbound
	colon := strings.LastIndexByte(pattern, ':')
	if colon < 0 {
		return o, errors.New(`names no port; write for example "api.example.com:443"`)
	}
	host, port := pattern[:colon], pattern[colon+1:]
	if port != "*" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 || port[0] == '0' || port[0] == '+' {
			return o, errors.New("has a port that is neither 1 to 65535 nor *")
		}
		o.Port = uint16(n)
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		if !ok || !strings.Contains(inner, ":") {
			return o, errors.New(`has brackets around something else than IPv6; write for example "[fd00::/8]:443"`)
		}
		return o, o.setPrefix(inner)
	}
	if strings.Contains(host, ":") {
		return o, errors.New(`holds an IPv6 address without brackets, or a URL; write "host:port"`)
	}
	if strings.Contains(host, "/") || LooksNumeric(host) {
		return o, o.setPrefix(host)
	}
	return o, o.setHost(host)
}

func (o *Outbound) setPrefix(s string) error {
	if !strings.Contains(s, "/") {
		address, err := netip.ParseAddr(s)
		if err != nil || address.Zone() != "" || address.Is4In6() {
			return errors.New("has an address that is not a plain IP address")
		}
		o.Prefix = netip.PrefixFrom(address, address.BitLen())
		return nil
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil || prefix.Addr().Is4In6() {
		return errors.New(`has an address range that is not like "10.0.0.0/8"`)
	}
	if prefix != prefix.Masked() {
		return errors.New("has an address range with bits beyond its length; write " + prefix.Masked().String())
	}
	o.Prefix = prefix
	return nil
}

func (o *Outbound) setHost(host string) error {
	name, sub := strings.CutPrefix(strings.ToLower(host), "*.")
	switch {
	case name == "*":
		return errors.New(`has * for every host; write "0.0.0.0/0:443" and "[::/0]:443" if that is meant`)
	case !ValidHost(name):
		return errors.New("has a host that is not a DNS name (international names are written as xn--...)")
	case sub && !strings.Contains(name, "."):
		return errors.New("has a * above a whole top-level domain; name at least two parts after it")
	case name == "appzone.internal" || strings.HasSuffix(name, ".appzone.internal"):
		return errors.New("names another plugin; list its id in permissions.plugins instead")
	}
	o.Host, o.Subdomains = name, sub
	return nil
}

// ValidHost tells whether name is a DNS name in lower case, without a trailing dot, of at most 253 bytes.
func ValidHost(name string) bool { return len(name) <= 253 && hostPattern.MatchString(name) }

// LooksNumeric tells whether resolvers could take a host for an address (E3: decimal, octal, hexadecimal).
func LooksNumeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Trim(last, "0123456789") == "" || strings.HasPrefix(strings.ToLower(last), "0x")
}

// String is the pattern in its canonical form.
func (o Outbound) String() string {
	port := "*"
	if o.Port != 0 {
		port = strconv.Itoa(int(o.Port))
	}
	host := o.Host
	switch {
	case o.Subdomains:
		host = "*." + host
	case o.Host == "" && o.Prefix.IsSingleIP():
		host = o.Prefix.Addr().String()
	case o.Host == "":
		host = o.Prefix.String()
	}
	if o.Host == "" && o.Prefix.Addr().Is6() {
		host = "[" + host + "]"
	}
	return host + ":" + port
}
