package egress

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"time"

	"appzone/host/manifest"
)

// usesMax bounds the targets that are counted one by one.
const usesMax = 512

// Use is what became of a plugin's attempts to reach one target.
type Use struct {
	// Target is "host:port" as the plugin named it, in canonical form.
	Target string `json:"target"`
	// Plugin is the id of the plugin that Target stands for; empty for an address.
	Plugin string `json:"plugin,omitempty"`
	// Pattern is the granted pattern that allowed it last; empty when it was never allowed, or by observation alone.
	Pattern string `json:"pattern,omitempty"`
	// Address is what was dialled last, "ip:port".
	Address string `json:"address,omitempty"`
	// Connections counts those that were made, Failed those that were allowed and did not come about, Denied the attempts that were refused.
	Connections uint64 `json:"connections"`
	Failed      uint64 `json:"failed"`
	Denied      uint64 `json:"denied"`
	// BytesOut and BytesIn were carried by connections that have ended.
	BytesOut uint64 `json:"bytesOut"`
	BytesIn  uint64 `json:"bytesIn"`
	// LastAt is the time of the last attempt.
	LastAt time.Time `json:"lastAt"`
}

// Needs are the patterns that have to be granted for what was reached, and no more.
func (u Use) Needs() []string {
	if u.Plugin != "" {
		return nil
	}
	t, err := parseTarget(u.Target)
	if err != nil {
		return nil
	}
	at, err := netip.ParseAddrPort(u.Address)
	if t.addr.IsValid() || err != nil {
		return []string{u.Target}
	}
	byName := Policy{Outbound: []manifest.Outbound{{Host: t.name, Port: t.port}}}
	if byName.rule([]string{t.name}, at.Addr(), t.port).allowed {
		return []string{u.Target}
	}
	return []string{u.Target, u.Address} // the name alone would not lead there
}

// uses counts by target.
type uses struct {
	mu       sync.Mutex // guards what follows
	byTarget map[string]*Use
	version  uint64
}

func newUses(known []Use) *uses {
	u := &uses{byTarget: map[string]*Use{}}
	for _, k := range known {
		if len(u.byTarget) < usesMax {
			u.byTarget[k.Target] = &k
		}
	}
	return u
}

// count lets change alter the target's counters and returns them. The target that was denied longest ago gives up its place to a
// new one: attempts at random must not push out what is really used.
func (u *uses) count(target string, change func(*Use)) Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	use := u.byTarget[target]
	if use == nil {
		if len(u.byTarget) >= usesMax {
			u.forgetOne()
		}
		use = &Use{Target: target}
		u.byTarget[target] = use
	}
	use.LastAt = time.Now().UTC()
	change(use)
	u.version++
	return *use
}

func (u *uses) forgetOne() {
	var oldest *Use
	for _, use := range u.byTarget {
		if oldest == nil || less(use, oldest) {
			oldest = use
		}
	}
	delete(u.byTarget, oldest.Target)
}

// less tells that a is the one to forget first.
func less(a, b *Use) bool {
	if (a.Connections == 0) != (b.Connections == 0) {
		return a.Connections == 0
	}
	return a.LastAt.Before(b.LastAt)
}

// snapshot returns all counters, by target, and a number that grows with every change.
func (u *uses) snapshot() ([]Use, uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	out := make([]Use, 0, len(u.byTarget))
	for _, use := range u.byTarget {
		out = append(out, *use)
	}
	slices.SortFunc(out, func(a, b Use) int { return cmp.Compare(a.Target, b.Target) })
	return out, u.version
}
