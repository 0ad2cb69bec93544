package sandbox_test

import (
	"context"
	"net"
	"net/netip"

	"github.com/stretchr/testify/require"

	"appzone/host/egress"
	"appzone/host/manifest"
	"appzone/host/process"
)

// grant lets the plugin out to what the patterns name, through a gate as the host has one. Names are looked up in a
// resolver of their own: each is this machine.
func (p *plugin) grant(names []string, patterns ...string) *egress.Gate {
	p.t.Helper()
	var policy egress.Policy
	for _, pattern := range patterns {
		o, err := manifest.ParseOutbound(pattern)
		require.NoError(p.t, err)
		policy.Outbound = append(policy.Outbound, o)
	}
	var err error
	p.way, err = process.NewSocket(p.path("."))
	require.NoError(p.t, err)
	p.launch.Egress = p.way.Path
	gate := egress.New(egress.Options{Policy: policy, Resolver: here(names)})
	door := gate.Open(p.way)
	p.t.Cleanup(func() {
		door.Close()
		_ = p.way.Close()
	})
	return gate
}

// here resolves its names to this machine.
type here []string

func (h here) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	for _, name := range h {
		if name+"." == host {
			return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1})}, nil
		}
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}
