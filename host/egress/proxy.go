package egress

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

// viaProxy tells whether t is reached through the organisation's proxy: what is public. The proxy looks names up, so that a name is
// judged as such; where it leads is the proxy's to judge.
func (g *Gate) viaProxy(t target) bool {
	return g.o.Proxy != nil && t.plugin == "" && t.outside()
}

// outside tells whether t is public, as far as its name or address tells.
func (t target) outside() bool {
	if t.name != "" {
		return !insideName(t.name) && !ownMachine(t.name)
	}
	return reachOf(t.addr) == public
}

// ruleName decides about a name that the proxy will look up.
func (p Policy) ruleName(name string, port uint16) ruling {
	if pattern, ok := p.byName(name, port); ok {
		return ruling{allowed: true, pattern: pattern}
	}
	if p.everywhere(port) {
		return ruling{allowed: true}
	}
	return ruling{reason: name + " is not granted: name it in permissions.network.outbound, and have it granted"}
}

// dialProxied connects to t through the proxy.
func (x *passage) dialProxied(ctx context.Context, t target) (net.Conn, netip.AddrPort, *Error) {
	g := x.gate
	var r ruling
	if t.name != "" {
		r = g.Policy().ruleName(t.name, t.port)
	} else {
		r = g.Policy().rule(g.names.of(t.addr), t.addr, t.port)
	}
	if !r.allowed {
		return nil, netip.AddrPort{}, g.deny(t, &Error{Denied, r.reason})
	}
	conn, err := connectThrough(ctx, g.o.Proxy, t.String())
	if err != nil {
		g.count(t, func(u *Use) { u.Failed++ })
		return nil, netip.AddrPort{}, throughProxy(t, err)
	}
	if e := g.settle(x, t, nil, t.addr, conn); e != nil {
		_ = conn.Close()
		return nil, netip.AddrPort{}, g.deny(t, e)
	}
	g.count(t, func(u *Use) {
		u.Connections++
		u.Pattern = r.pattern
	})
	return conn, netip.AddrPort{}, nil
}

// throughProxy is why t was not reached through the proxy.
func throughProxy(t target, err error) *Error {
	return &Error{dialCode(err), "connect to " + t.String() + " through the proxy: " + plain(err)}
}

// connectThrough asks an HTTP proxy for a connection (RFC 9110, CONNECT).
func connectThrough(ctx context.Context, proxy *url.URL, address string) (net.Conn, error) {
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	d := net.Dialer{Timeout: oneDialTimeout}
	conn, err := d.DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if proxy.Scheme == "https" {
		conn = tls.Client(conn, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
	}
	header := ""
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		header = "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+password)) + "\r\n"
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	in, answer, err := shake(conn, address, header)
	if err == nil && answer.StatusCode != http.StatusOK { // its body is for people, in whatever form
		err = &Error{Unreachable, "the proxy answered " + answer.Status}
	}
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return &clientConn{Conn: conn, in: in}, nil
}
