package egress

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

const (
	// outwardHeadMax bounds the head of an answer to the host itself.
	outwardHeadMax = 64 << 10
	// outwardPatience bounds what is done until a connection can be used. A transport goes on with it although who asked has left.
	outwardPatience = 10 * time.Second
)

// OutwardOptions say how an [Outward] finds its way.
type OutwardOptions struct {
	// Resolver looks names up; default the system's.
	Resolver Resolver
	// Proxy is the organisation's HTTP proxy, through which public addresses are reached; nil for none.
	Proxy *url.URL
	// Roots are the authorities of certificates; nil: the system's.
	Roots *x509.CertPool
	// Patience bounds a look-up with the dial after it, and a TLS handshake; default 10 s each.
	Patience time.Duration
}

// Outward makes the host's own requests to what administrators wrote down, and goes where they meant: to public addresses; to private ones,
// if the address itself is written, if the name can only be one of this organisation's, or if a certificate proves the name; to this machine, if it is
// written as such. It never goes to the machine's link, where clouds keep their metadata. What is judged is the address that is dialled (rows
// E2, E3, E6). It follows no redirects, as no transport does. Safe for concurrent use.
type Outward struct {
	o             OutwardOptions
	plain, secure *http.Transport
}

// NewOutward makes one. It has no goroutines of its own but those of its connections, which CloseIdleConnections ends.
func NewOutward(o OutwardOptions) *Outward {
	if o.Resolver == nil {
		o.Resolver = &net.Resolver{PreferGo: true}
	}
	o.Patience = cmp.Or(o.Patience, outwardPatience)
	out := &Outward{o: o}
	out.plain, out.secure = out.transport(false), out.transport(true)
	return out
}

func (o *Outward) transport(proven bool) *http.Transport {
	return &http.Transport{
		DialContext:            func(ctx context.Context, _, address string) (net.Conn, error) { return o.dial(ctx, address, proven) },
		TLSClientConfig:        &tls.Config{RootCAs: o.o.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    o.o.Patience,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: outwardHeadMax,
	}
}

// RoundTrip implements [http.RoundTripper].
func (o *Outward) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return o.secure.RoundTrip(r)
	}
	return o.plain.RoundTrip(r)
}

// CloseIdleConnections closes what waits for further requests.
func (o *Outward) CloseIdleConnections() {
	o.plain.CloseIdleConnections()
	o.secure.CloseIdleConnections()
}

// CheckReceiver says what is wrong with where a URL leads, as far as it can be told before its name is looked up: nil, or an [*Error].
func CheckReceiver(u *url.URL) error {
	t, err := receiver(u.Hostname())
	if err == nil && u.Port() != "" {
		err = t.setPort(u.Port())
	}
	if err == nil && t.addr.IsValid() {
		err = t.admits(t.addr, u.Scheme == "https")
	}
	return err
}

// receiver reads a host strictly, as plugins' targets are read.
func receiver(host string) (t target, err error) {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if err := t.setHost(host); err != nil {
		return t, err
	}
	if t.plugin != "" {
		return t, &Error{Denied, "plugins have no names here: use the address of this host and /hooks/" + t.plugin + "/"}
	}
	return t, nil
}

// dial connects to one of the addresses that the target stands for, and that may be called.
func (o *Outward) dial(ctx context.Context, address string, proven bool) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, o.o.Patience)
	defer cancel()
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	t, err := receiver(host)
	if err != nil {
		return nil, err
	}
	if err := t.setPort(port); err != nil {
		return nil, err
	}
	if o.o.Proxy != nil && t.outside() {
		conn, err := connectThrough(ctx, o.o.Proxy, t.String())
		if err != nil {
			return nil, throughProxy(t, err)
		}
		return conn, nil
	}
	addrs, err := o.addresses(ctx, t)
	if err != nil {
		return nil, err
	}
	return dialFirst(ctx, t, addrs, proven)
}

// addresses are those that the target stands for.
func (o *Outward) addresses(ctx context.Context, t target) ([]netip.Addr, error) {
	if t.addr.IsValid() {
		return []netip.Addr{t.addr}, nil
	}
	addrs, err := o.o.Resolver.LookupNetIP(ctx, "ip", t.name)
	if err != nil {
		return nil, &Error{dialCode(err), "look up " + t.name + ": " + plain(err)}
	}
	return addrs[:min(len(addrs), addressesMax)], nil
}

// dialFirst connects to the first of the addresses that may be called and answers.
func dialFirst(ctx context.Context, t target, addrs []netip.Addr, proven bool) (net.Conn, error) {
	var failed error = &Error{UnknownName, t.String() + " has no address"}
	for _, addr := range addrs {
		addr = addr.Unmap()
		if failed = t.admits(addr, proven); failed != nil {
			continue
		}
		conn, err := dialAddress(ctx, addr, t.port)
		if err == nil {
			return conn, nil
		}
		failed = &Error{dialCode(err), "connect to " + t.String() + ": " + plain(err)}
	}
	return nil, failed
}

// admits says why the host itself does not call an address of the target, nil if it does. proven: a certificate will have to prove the name.
func (t target) admits(addr netip.Addr, proven bool) error {
	written := t.addr.IsValid()
	at := reachOf(addr)
	switch {
	case at == public,
		at == private && (written || proven || insideName(t.name) && !ownMachine(t.name)),
		at == inward && addr.IsLoopback() && (written || ownMachine(t.name)):
		return nil
	case at == private:
		return &Error{Denied, t.name + " is at " + addr.String() + ", which is private, and nothing proves that it is meant: use https, or write the address itself"}
	case addr.IsLoopback():
		return &Error{Denied, t.name + " is at " + addr.String() + ", which is this machine: write localhost or the address itself, if that is meant"}
	default:
		return &Error{Denied, addr.String() + " is the machine's link, where clouds keep their metadata, or no single host: nothing is sent there"}
	}
}
