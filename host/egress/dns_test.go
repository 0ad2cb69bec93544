package egress_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"appzone/host/egress"
)

// nameServer is a DNS server on this machine. answer gives the addresses of a name; nil: there is no such name.
func nameServer(t *testing.T, answer func(name string) []netip.Addr) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Answers, m.Additionals = true, nil, nil
			addrs := answer(strings.TrimSuffix(q.Name.String(), "."))
			if addrs == nil {
				m.RCode = dnsmessage.RCodeNameError
			}
			for _, a := range addrs {
				head := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, Type: q.Type}
				if a.Is4() && q.Type == dnsmessage.TypeA {
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AResource{A: a.As4()}})
				} else if a.Is6() && q.Type == dnsmessage.TypeAAAA {
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: head, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
				}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		running.Wait()
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// E2: a name that answers with a harmless address when it is looked at, and with an inner one when it is used. Each connection is
// judged by the address that it is made to.
func TestRebindingLeadsNowhere(t *testing.T) {
	address, port := echo(t)
	var rebound atomic.Bool
	resolver := nameServer(t, func(name string) []netip.Addr {
		if name != "api.example.com" {
			return nil
		}
		if !rebound.Load() {
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("169.254.169.254")}
	})
	r := open(t, egress.Options{Policy: granting(t, "api.example.com:"+port), Resolver: resolver})
	assert.Contains(t, r.raw("GET /resolve?name=api.example.com HTTP/1.1\r\nHost: x\r\n\r\n"), "192.0.2.1")
	rebound.Store(true)
	_, err := r.dial("api.example.com:" + port)
	require.ErrorIs(t, err, syscall.EACCES)
	_, err = r.dial(address)
	require.ErrorIs(t, err, syscall.EACCES, "nor is the address that the name gave known by it")

	r.gate.SetPolicy(granting(t, "api.example.com:"+port, address))
	c, err := r.dial("API.example.com.:" + port)
	require.NoError(t, err)
	_ = c.Close()
	assert.Equal(t, address, r.use("api.example.com:"+port).Address)
}

func TestNamesThatAreNotThere(t *testing.T) {
	var asked []string
	var mu sync.Mutex
	resolver := nameServer(t, func(name string) []netip.Addr {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, name)
		return nil
	})
	r := open(t, egress.Options{Policy: granting(t, "gone.example.com:80"), Resolver: resolver})
	_, err := r.dial("gone.example.com:80")
	require.ErrorIs(t, err, syscall.ENOENT)
	_, err = r.dial("secret.evil.example:80")
	require.ErrorIs(t, err, syscall.EACCES)
	mu.Lock()
	defer mu.Unlock()
	assert.NotEmpty(t, asked)
	for _, name := range asked {
		assert.Equal(t, "gone.example.com", name, "what is not granted is not looked up")
	}
}
