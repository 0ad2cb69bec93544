package egress

import (
	"net/http"
	"net/netip"
)

// ParseTarget gives the canonical form of what a plugin asks for.
func ParseTarget(text string) (string, error) {
	t, err := parseTarget(text)
	return t.String(), err
}

// Allows tells whether p lets a plugin that knows addr by names connect to port.
func (p Policy) Allows(names []string, addr netip.Addr, port uint16) bool {
	return p.rule(names, addr, port).allowed
}

// Refusal is why p does not let a plugin that knows addr by names connect to port.
func (p Policy) Refusal(names []string, addr netip.Addr, port uint16) string {
	return p.rule(names, addr, port).reason
}

// MayResolve tells whether p lets a name be looked up.
func (p Policy) MayResolve(name string, port uint16) bool { return p.mayResolve(name, port) }

// UsesMax is how many targets are counted one by one.
const UsesMax = usesMax

// Judge is why a request would not be sent to the first address of its host, nil if it would.
func (o *Outward) Judge(r *http.Request) error {
	t, err := receiver(r.URL.Hostname())
	if err != nil {
		return err
	}
	if port := r.URL.Port(); port != "" {
		if err := t.setPort(port); err != nil {
			return err
		}
	}
	addrs, err := o.addresses(r.Context(), t)
	if err != nil {
		return err
	}
	return t.admits(addrs[0].Unmap(), r.URL.Scheme == "https")
}
