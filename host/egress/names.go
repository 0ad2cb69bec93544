package egress

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

const (
	// nameLife is how long an address that was given out may be dialled in its name's place.
	nameLife = 10 * time.Minute
	// namesMax bounds the addresses that are remembered.
	namesMax = 1024
)

// names remembers which addresses were given out for which names, for programs that look up first and then dial the address.
type names struct {
	mu    sync.Mutex // guards known
	known map[netip.Addr][]nameOf
}

type nameOf struct {
	name  string
	until time.Time
}

func newNames() *names { return &names{known: map[netip.Addr][]nameOf{}} }

func (n *names) remember(name string, addrs []netip.Addr) {
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known)+len(addrs) > namesMax {
		for addr, of := range n.known {
			if of = slices.DeleteFunc(of, func(k nameOf) bool { return k.until.Before(now) }); len(of) == 0 {
				delete(n.known, addr)
			}
		}
	}
	for _, addr := range addrs {
		of := slices.DeleteFunc(n.known[addr], func(k nameOf) bool { return k.name == name || k.until.Before(now) })
		if (len(of) == 0 && len(n.known) >= namesMax) || len(of) >= 16 {
			continue
		}
		n.known[addr] = append(of, nameOf{name, now.Add(nameLife)})
	}
}

func (n *names) of(addr netip.Addr) []string {
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []string
	for _, k := range n.known[addr] {
		if k.until.After(now) {
			out = append(out, k.name)
		}
	}
	return out
}
