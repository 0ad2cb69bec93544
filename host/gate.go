package host

import (
	"context"
	"net"
	"slices"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
	"appzone/host/manifest"
)

// networkUses is the record of what a plugin reached and was refused.
type networkUses struct {
	Uses      []egress.Use `json:"uses"`
	UpdatedAt time.Time    `json:"updatedAt"`
}

const (
	// usesFlush is how often counters are written that have changed.
	usesFlush = 30 * time.Second
	// watchInterval is how soon an observation that is over is ended.
	watchInterval = time.Second
)

// gate is a plugin's way out, with what the host knows of it.
type gate struct {
	*egress.Gate
	written uint64 // version of the counters in the store; used by one goroutine
}

// gateOf is the plugin's way out, which is made when it is asked for first and outlives instances.
func (h *Host) gateOf(ctx context.Context, p Plugin) (*gate, error) {
	h.mu.Lock()
	g := h.gates[p.ID]
	h.mu.Unlock()
	if g != nil {
		return g, nil
	}
	var known networkUses
	err := h.view(ctx, func(r Reader) (err error) {
		known, _, err = tableUses.find(r, p.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if g := h.gates[p.ID]; g != nil {
		return g, nil
	}
	id := p.ID
	g = &gate{Gate: egress.New(egress.Options{
		Policy: policyOf(p.Grants), Resolver: h.cfg.Resolver, Proxy: h.cfg.EgressProxy, Known: known.Uses,
		DialPlugin: func(ctx context.Context, other string) (net.Conn, error) { return h.dialPlugin(ctx, id, other) },
		Denied: func(u egress.Use, e *egress.Error) {
			h.publish(System, "egress.denied", id, map[string]any{"target": u.Target, "count": u.Denied, "reason": e.Message})
		},
	})}
	h.gates[id] = g
	return g, nil
}

// knownGate is the plugin's way out, nil if it has not been asked for since boot.
func (h *Host) knownGate(id string) *gate {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.gates[id]
}

// forgetGate lets go of a plugin's way out and of what was counted there.
func (h *Host) forgetGate(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.gates, id)
}

// policyOf is what grants mean at the way out.
func policyOf(g *Grants) egress.Policy {
	var p egress.Policy
	if g == nil {
		return p
	}
	p.PublicUntil, p.Plugins = g.ObserveUntil, g.Plugins
	outbound := g.Network.Outbound
	if g.UnrestrictedNetwork {
		outbound = append([]string{"0.0.0.0/0:*", "[::/0]:*"}, outbound...)
	}
	for _, pattern := range outbound {
		if o, err := manifest.ParseOutbound(pattern); err == nil { // which was checked when it was granted
			p.Outbound = append(p.Outbound, o)
		}
	}
	return p
}

// ConnectPlugins tells the host how a plugin is connected to another one. It is called before the first plugin starts.
func (h *Host) ConnectPlugins(connect func(ctx context.Context, from, to string) (net.Conn, error)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.connectPlugins = connect
}

// dialPlugin connects a plugin to another one, if the other names it, too.
func (h *Host) dialPlugin(ctx context.Context, from, to string) (net.Conn, error) {
	p, _, err := h.installed(ctx, to)
	switch {
	case isNotInstalled(err):
		return nil, &egress.Error{Code: egress.UnknownName, Message: "there is no installed plugin " + to}
	case err != nil:
		return nil, err
	case !p.Grants.admits(from):
		return nil, &egress.Error{Code: egress.Denied, Message: "plugin " + to + " was not granted to talk with plugin " + from + ": both have to name each other in permissions.plugins, and have it granted"}
	}
	h.mu.Lock()
	connect := h.connectPlugins
	h.mu.Unlock()
	if connect == nil {
		return nil, &egress.Error{Code: egress.Unreachable, Message: "this host connects no plugins"}
	}
	return connect(ctx, from, to)
}

// regulate makes the ways out follow the plugin's grants, as they are recorded: its own, and those of others that lead to it.
func (h *Host) regulate(ctx context.Context, id string) error {
	h.regulating.Lock() // so that an older reading never replaces a newer one
	defer h.regulating.Unlock()
	var granted *Grants
	err := h.view(ctx, func(r Reader) error {
		p, _, err := tablePlugins.find(r, id)
		if p.Installed != "" {
			granted = p.Grants
		}
		return err
	})
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if own := h.gates[id]; own != nil {
		policy, beside := policyOf(granted), policyOf(h.beside[id])
		policy.Outbound, policy.Plugins = append(policy.Outbound, beside.Outbound...), slices.Concat(policy.Plugins, beside.Plugins)
		if beside.PublicUntil.After(policy.PublicUntil) {
			policy.PublicUntil = beside.PublicUntil
		}
		own.SetPolicy(policy)
	}
	for from, other := range h.gates {
		if !granted.admits(from) {
			other.CutPlugin(id)
		}
	}
	return nil
}

// regulateAfter is regulate where what it follows has happened already and cannot fail any more.
func (h *Host) regulateAfter(ctx context.Context, id string) {
	if err := h.regulate(context.WithoutCancel(ctx), id); err != nil {
		h.log.Error("the ways out do not follow the grants", "plugin", id, "error", err)
	}
}

// watchGates ends observations that are over, and writes counters down, until the host closes.
func (h *Host) watchGates() {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	flushed := time.Now()
	for {
		select {
		case <-tick.C:
		case <-h.ctx.Done():
			h.flushUses(context.WithoutCancel(h.ctx))
			return
		}
		h.endObservations()
		if time.Since(flushed) >= usesFlush {
			h.flushUses(h.ctx)
			flushed = time.Now()
		}
	}
}

func (h *Host) eachGate(fn func(id string, g *gate)) {
	h.mu.Lock()
	all := make(map[string]*gate, len(h.gates))
	for id, g := range h.gates {
		all[id] = g
	}
	h.mu.Unlock()
	for id, g := range all {
		fn(id, g)
	}
}

// flushUses writes the counters that have changed.
func (h *Host) flushUses(ctx context.Context) {
	h.eachGate(func(id string, g *gate) {
		uses, version := g.Uses()
		if version == g.written {
			return
		}
		err := h.update(ctx, func(w Writer) error {
			if _, ok, err := tablePlugins.find(w, id); err != nil || !ok || h.knownGate(id) != g {
				return err // it was removed, or uninstalled with its data, meanwhile
			}
			return tableUses.put(w, id, networkUses{Uses: uses, UpdatedAt: time.Now().UTC()})
		})
		if err != nil {
			h.log.Warn("what a plugin reached is not written down", "plugin", id, "error", err)
			return
		}
		g.written = version
	})
}

// endObservations takes back what observations that are over had allowed. Where the program shared an observed network alone, it is
// started again without.
func (h *Host) endObservations() {
	h.eachGate(func(id string, g *gate) {
		if p := g.Policy(); p.PublicUntil.IsZero() || p.Observes() {
			return
		}
		_, err := h.PutGrants(h.ctx, id, GrantChoice{endObservation: true}, 0, System)
		if err != nil && fault.From(err).Kind != fault.Conflict && h.ctx.Err() == nil { // a job of the plugin is under way: soon
			h.log.Warn("an observation is over and still recorded", "plugin", id, "error", err)
		}
	})
}
