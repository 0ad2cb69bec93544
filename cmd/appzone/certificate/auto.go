package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

const (
	// waitingMax bounds the handshakes that wait for a certificate: strangers can begin many, and each takes memory.
	waitingMax = 256
	// After a failure nothing is asked for the name for retryFirst, then twice as long each time, up to retryMax: authorities
	// count failures, and lock out who has many.
	retryFirst = time.Minute
	retryMax   = 30 * time.Minute
	// authorityTimeout bounds one request to the authority.
	authorityTimeout = 30 * time.Second
)

// AutoOptions configure [Auto].
type AutoOptions struct {
	// Names are the public names, in lower case; the first one is also shown to who asks for none, such as a probe that comes
	// by address. At least one.
	Names []string
	// Also tells of other names, in lower case, whether they may have a certificate. It is asked at every handshake, by several
	// goroutines at once. Default: they may not.
	Also func(name string) bool
	// Email is the contact that the authority may write to; default none.
	Email string
	// Directory is the URL of an ACME directory; default Let's Encrypt's.
	Directory string
	// Roots are the authorities that the directory's own certificate is held to; default the system's.
	Roots *x509.CertPool
	// Proxy chooses the HTTP proxy on the way to the directory; default none.
	Proxy func(*http.Request) (*url.URL, error)
	// Dir is the folder in which certificates, keys and the account's key are kept, private to this user. Required.
	Dir string
	// Logger gets what happens. Required.
	Logger *slog.Logger
}

// Auto gets certificates from an ACME authority, each at the first handshake that asks for its name, and renews them. The
// authority checks the name through the listener itself (TLS-ALPN-01), which it must reach at port 443.
type Auto struct {
	o       AutoOptions
	manager *autocert.Manager

	mu sync.Mutex // guards what follows
	// waiting handshakes in all; names has those that were asked for, and may be.
	waiting int
	names   map[string]*nameState
}

// nameState is what happened to a name.
type nameState struct {
	waiting int
	// After it failed at the time, the authority is not asked for as long as wait.
	failed time.Time
	wait   time.Duration
	// warned is when the log said last that the certificate ends.
	warned time.Time
}

// NewAuto prepares for the first handshake, and asks the authority for nothing yet.
func NewAuto(o AutoOptions) (*Auto, error) {
	if len(o.Names) == 0 || o.Dir == "" || o.Logger == nil {
		return nil, errors.New("certificate: Names, Dir and Logger are required")
	}
	if o.Directory == "" {
		o.Directory = autocert.DefaultACMEDirectory
	}
	kept, err := openCache(folderOf(o.Dir, o.Directory), o.Logger)
	if err != nil {
		return nil, err
	}
	a := &Auto{o: o, names: map[string]*nameState{}}
	transport := &http.Transport{Proxy: o.Proxy, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots}, ForceAttemptHTTP2: true}
	a.manager = &autocert.Manager{Prompt: autocert.AcceptTOS, Cache: kept, HostPolicy: a.policy, Email: o.Email,
		Client: &acme.Client{DirectoryURL: o.Directory, UserAgent: "appzone",
			HTTPClient: &http.Client{Timeout: authorityTimeout, Transport: &observer{next: transport, log: o.Logger}}}}
	return a, nil
}

// Config is what a listener needs to serve the certificates, and to answer the authority.
func (a *Auto) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{protoHTTP, acme.ALPNProto}, GetCertificate: a.get}
}

// Watch returns when ctx ends: certificates are looked at when they are asked for.
func (a *Auto) Watch(ctx context.Context) { <-ctx.Done() }

// Reload forgets failures, so that the authority is asked again at the next handshake, a minute after the last one at the earliest.
func (a *Auto) Reload() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range a.names {
		n.wait = min(n.wait, retryFirst)
	}
}

// policy is asked before the authority is.
func (a *Auto) policy(_ context.Context, name string) error {
	if slices.Contains(a.o.Names, name) || a.o.Also != nil && a.o.Also(name) {
		return nil
	}
	return fmt.Errorf("no certificate for %q: the name is not one of this host", name)
}

// get is the certificate for a handshake.
func (a *Auto) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.TrimSuffix(strings.ToLower(hello.ServerName), ".")
	if name == "" {
		name = a.o.Names[0]
	}
	if err := a.policy(hello.Context(), name); err != nil {
		return nil, err
	}
	asked := *hello
	asked.ServerName = name
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) {
		return a.manager.GetCertificate(&asked) // the authority checks the name
	}
	first, err := a.begin(name)
	if err != nil {
		return nil, err
	}
	cert, err := a.manager.GetCertificate(&asked)
	a.end(name, first, cert, err)
	return cert, err
}

// begin counts a handshake. The first one for the name is the one that gets to know why there is no certificate.
func (a *Auto) begin(name string) (first bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.names[name]
	if n == nil {
		n = &nameState{}
		a.names[name] = n
	}
	if time.Since(n.failed) < n.wait {
		return false, fmt.Errorf("no certificate for %q: getting one has failed; the log has the cause", name)
	}
	if a.waiting >= waitingMax {
		return false, fmt.Errorf("no certificate for %q: too many connections wait for certificates", name)
	}
	a.waiting++
	n.waiting++
	return n.waiting == 1, nil
}

// end counts it out, and logs what is worth a line.
func (a *Auto) end(name string, first bool, cert *tls.Certificate, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	n, now := a.names[name], time.Now()
	a.waiting--
	n.waiting--
	switch {
	case err == nil:
		n.wait = 0
		if now.Sub(n.warned) >= warnAgain && warn(a.o.Logger, cert.Leaf, now, RenewalLate(cert.Leaf)) {
			n.warned = now
		}
	case first:
		n.wait = min(max(retryFirst, 2*n.wait), retryMax)
		n.failed = now
		a.o.Logger.Error("certificate not obtained", "name", name, "directory", a.o.Directory, "retry_seconds", int(n.wait.Seconds()), "error", err)
	}
}
