package egress_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/egress"
	"appzone/host/manifest"
)

// granting is a policy of patterns.
func granting(t testing.TB, patterns ...string) egress.Policy {
	t.Helper()
	var p egress.Policy
	for _, text := range patterns {
		o, err := manifest.ParseOutbound(text)
		require.NoError(t, err)
		p.Outbound = append(p.Outbound, o)
	}
	return p
}

// E2, E3, E6: what counts is the address that is dialled, in whatever form; a name leads where it says, and not inward.
func TestAddressesAreJudged(t *testing.T) {
	const any = "0.0.0.0/0:* [::/0]:*"
	tests := map[string]struct {
		granted string
		name    string // "" for an address that the plugin named itself
		addr    string
		port    uint16
		want    bool
	}{
		"a name at a public address":                {"api.example.com:443", "api.example.com", "93.184.216.34", 443, true},
		"another port":                              {"api.example.com:443", "api.example.com", "93.184.216.34", 80, false},
		"any port":                                  {"api.example.com:*", "api.example.com", "93.184.216.34", 80, true},
		"another name":                              {"api.example.com:443", "example.com", "93.184.216.34", 443, false},
		"a name with the granted one in front":      {"api.example.com:443", "api.example.com.evil.example", "93.184.216.34", 443, false},
		"below a wildcard":                          {"*.line.me:443", "a.b.line.me", "93.184.216.34", 443, true},
		"a wildcard's own name":                     {"*.line.me:443", "line.me", "93.184.216.34", 443, false},
		"a name that ends alike":                    {"*.line.me:443", "evilline.me", "93.184.216.34", 443, false},
		"a name rebound to this machine":            {"api.example.com:443", "api.example.com", "127.0.0.1", 443, false},
		"a name rebound to the cloud's metadata":    {"api.example.com:80", "api.example.com", "169.254.169.254", 80, false},
		"a name rebound to a private address":       {"api.example.com:443", "api.example.com", "10.0.0.5", 443, false},
		"the same, granted besides":                 {"api.example.com:443 10.0.0.0/8:443", "api.example.com", "10.0.0.5", 443, true},
		"a name of the house at a private address":  {"pbx.corp:5038", "pbx.corp", "10.0.0.5", 5038, true},
		"a name of the house at this machine":       {"pbx.corp:5038", "pbx.corp", "127.0.0.1", 5038, false},
		"a name without dots at a private address":  {"mssql:1433", "mssql", "192.168.1.7", 1433, true},
		"localhost by name":                         {"localhost:5432", "localhost", "127.0.0.1", 5432, true},
		"localhost that leads elsewhere":            {"localhost:5432", "localhost", "10.0.0.1", 5432, false},
		"an address":                                {"192.0.2.9:25", "", "192.0.2.9", 25, true},
		"an address of a range":                     {"10.0.0.0/8:5038", "", "10.9.8.7", 5038, true},
		"an address beside the range":               {"10.0.0.0/8:5038", "", "11.0.0.1", 5038, false},
		"loopback by address":                       {"127.0.0.1:6379", "", "127.0.0.1", 6379, true},
		"loopback by range":                         {"127.0.0.0/8:6379", "", "127.0.0.9", 6379, true},
		"loopback is not in all addresses":          {any, "", "127.0.0.1", 80, false},
		"metadata is not in all addresses":          {any, "", "169.254.169.254", 80, false},
		"nor is that of a cloud at 168.63.129.16":   {any, "", "168.63.129.16", 80, false},
		"nor that of a cloud at 100.100.100.200":    {any, "", "100.100.100.200", 80, false},
		"nor is it in a range that is wider":        {"169.0.0.0/8:80", "", "169.254.169.254", 80, false},
		"private is in all addresses":               {any, "", "10.0.0.1", 80, true},
		"public is in all addresses":                {any, "", "93.184.216.34", 80, true},
		"loopback in IPv6":                          {any, "", "::1", 80, false},
		"mapped loopback":                           {any, "", "::ffff:127.0.0.1", 80, false},
		"mapped is what it maps":                    {"127.0.0.1:80", "", "::ffff:127.0.0.1", 80, true},
		"compatible loopback":                       {any, "", "::127.0.0.1", 80, false},
		"translated loopback":                       {any, "", "64:ff9b::7f00:1", 80, false},
		"6to4 loopback":                             {any, "", "2002:7f00:1::", 80, false},
		"Teredo that ends at loopback":              {any, "", "2001:0:0:0:0:0:80ff:fffe", 80, false},
		"unspecified":                               {any, "", "0.0.0.0", 80, false},
		"unspecified in IPv6":                       {any, "", "::", 80, false},
		"link-local in IPv6":                        {any, "", "fe80::1", 80, false},
		"multicast":                                 {any, "", "224.0.0.1", 80, false},
		"broadcast":                                 {any, "", "255.255.255.255", 80, false},
		"metadata in IPv6":                          {any, "", "fd00:ec2::254", 80, false},
		"a private address behind a public name":    {"api.example.com:80", "api.example.com", "fd00::1", 80, false},
		"a translated private address under a name": {"api.example.com:80", "api.example.com", "64:ff9b::a00:1", 80, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var names []string
			if test.name != "" {
				names = []string{test.name}
			}
			policy := granting(t, strings.Fields(test.granted)...)
			assert.Equal(t, test.want, policy.Allows(names, netip.MustParseAddr(test.addr), test.port))
		})
	}
}

// A refusal names what has to be granted, and nothing that would not help.
func TestARefusalNamesWhatHelps(t *testing.T) {
	for name, test := range map[string]struct{ name, addr, want string }{
		"localhost":        {"localhost", "::1", "localhost:80 is not granted: name it in permissions.network.outbound, and have it granted"},
		"a rebound name":   {"api.example.com", "127.0.0.1", "api.example.com is at 127.0.0.1:80, which is not public: grant 127.0.0.1:80 besides the name"},
		"loopback":         {"", "127.0.0.1", "127.0.0.1:80 is this machine, its link, or many hosts: it has to be named by its address in permissions.network.outbound, and granted"},
		"a public address": {"", "192.0.2.1", "192.0.2.1:80 is not granted: name it in permissions.network.outbound, and have it granted"},
		"localhost astray": {"localhost", "10.0.0.1", "localhost is at 10.0.0.1:80, which is not public: grant 10.0.0.1:80 besides the name"},
	} {
		t.Run(name, func(t *testing.T) {
			var names []string
			if test.name != "" {
				names = []string{test.name}
			}
			assert.Equal(t, test.want, granting(t, "api.example.com:80").Refusal(names, netip.MustParseAddr(test.addr), 80))
		})
	}
}

func TestAnObservationAllowsPublicAddresses(t *testing.T) {
	p := egress.Policy{PublicUntil: time.Now().Add(time.Minute)}
	assert.True(t, p.Allows(nil, netip.MustParseAddr("93.184.216.34"), 80))
	assert.True(t, p.MayResolve("example.com", 80))
	for _, addr := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1"} {
		assert.False(t, p.Allows([]string{"example.com"}, netip.MustParseAddr(addr), 80), addr)
	}
	p.PublicUntil = time.Now().AddDate(10, 0, 0) // F7: it was begun while the clock was ahead
	assert.False(t, p.Allows(nil, netip.MustParseAddr("1.1.1.1"), 443), "an observation lasts a week at most")
	p.PublicUntil = time.Now().Add(-time.Second)
	assert.False(t, p.Allows(nil, netip.MustParseAddr("93.184.216.34"), 80))
	assert.False(t, p.MayResolve("example.com", 80))
}

// A look-up of any name can carry data to whoever serves its zone.
func TestNamesAreLookedUpOnlyIfGranted(t *testing.T) {
	p := granting(t, "api.example.com:443", "*.line.me:443", "10.0.0.0/8:5038")
	assert.True(t, p.MayResolve("api.example.com", 443))
	assert.True(t, p.MayResolve("api.example.com", 0))
	assert.True(t, p.MayResolve("x.line.me", 0))
	assert.False(t, p.MayResolve("api.example.com", 80))
	assert.False(t, p.MayResolve("secret.evil.example", 5038))
	assert.False(t, p.MayResolve("secret.evil.example", 0))
	assert.True(t, granting(t, "0.0.0.0/0:443").MayResolve("anything.example", 443))
}

// E3: one canonical form for every target; what could be read in two ways is refused.
func TestTargetsAreReadStrictly(t *testing.T) {
	for text, want := range map[string]string{
		"example.com:80": "example.com:80", "EXAMPLE.com.:80": "example.com:80", "192.0.2.1:1": "192.0.2.1:1", "[2001:db8::1]:443": "[2001:db8::1]:443",
		"[::ffff:127.0.0.1]:80": "127.0.0.1:80", "inbox.appzone.internal:80": "inbox.appzone.internal:80", "_x.example.com:1": "_x.example.com:1",
		"xn--bcher-kva.example:80": "xn--bcher-kva.example:80",
	} {
		got, err := egress.ParseTarget(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
	}
	for _, text := range []string{"", ":", ":80", "a", "a:", "a:0", "a:080", "a:65536", "a:-1", "a:+1", "2130706433:80", "0x7f000001:80", "0177.0.0.1:80", "127.1:80",
		"0x7f.1:80", "1.2.3.4.:80", "::1:80", "[127.0.0.1]:80", "[fe80::1%eth0]:80", "[::1:80", "a b:80", "a\r\nb:80", "bücher.example:80", "a..b:80", ".a:80", "-a:80",
		"user@host:80", "http://a:80", strings.Repeat("a.", 130) + "a:80", "a%00b:80", "a/b:80"} {
		_, err := egress.ParseTarget(text)
		assert.Error(t, err, "%q", text)
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{"example.com:80", "[::1]:443", "127.0.0.1:1", "inbox.appzone.internal:80", "0x7f.1:80", "a:65535"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := egress.ParseTarget(text)
		if err != nil {
			return
		}
		again, err := egress.ParseTarget(got)
		require.NoError(t, err, "the canonical form of %q is %q", text, got)
		require.Equal(t, got, again)
		require.Equal(t, -1, strings.IndexFunc(got, func(r rune) bool { return r <= ' ' || r > '~' }))
	})
}
