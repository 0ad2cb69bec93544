package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"

	"appzone/cmd/appzone/certificate"
)

// portWait is how long an address that is taken is waited for: a child that a host was starting when it was killed has what the host had open
// until it has become a program of its own, and whoever looks after the host has started it again by then.
const (
	portWait  = 2 * time.Second
	portAgain = 10 * time.Millisecond
)

// listen opens the address.
func listen(cfg config) (net.Listener, error) {
	ln, err := net.Listen("tcp", cfg.Addr)
	for began := time.Now(); errors.Is(err, syscall.EADDRINUSE) && time.Since(began) < portWait; ln, err = net.Listen("tcp", cfg.Addr) {
		time.Sleep(portAgain)
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is taken by another program; stop that one, or choose another address with XC_ADDR", cfg.Addr)
	}
	if err != nil {
		return nil, fmt.Errorf("address %s cannot be opened; check XC_ADDR: %w", cfg.Addr, err)
	}
	return ln, nil
}

// certificates is where those of the listener come from.
type certificates interface {
	Config() *tls.Config
	// Watch does what has to be done from time to time, until ctx ends.
	Watch(ctx context.Context)
	// Reload is what SIGHUP asks for.
	Reload()
}

// openCertificates finds the certificates that the configuration names, nil for none. Names of which also says so may have one, too.
func openCertificates(cfg config, data string, also func(name string) bool, log *slog.Logger) (certificates, error) {
	switch {
	case len(cfg.TLSAutocert) > 0:
		return autoCertificates(cfg, data, also, log)
	case cfg.TLSCert == "":
		return nil, nil
	}
	files, err := certificate.ReadFiles(cfg.TLSCert, cfg.TLSKey, log)
	if err != nil {
		return nil, fmt.Errorf("certificate of XC_TLS_CERT and XC_TLS_KEY: %w", err)
	}
	return files, nil
}

// autoCertificates are got from an authority, which is reached as everything at public addresses is.
func autoCertificates(cfg config, data string, also func(name string) bool, log *slog.Logger) (certificates, error) {
	roots, err := trustedRoots(cfg.CAFile)
	if err != nil {
		return nil, err
	}
	proxy := (&httpproxy.Config{HTTPSProxy: cfg.HTTPProxy, NoProxy: first(os.Getenv("NO_PROXY"), os.Getenv("no_proxy"))}).ProxyFunc()
	return certificate.NewAuto(certificate.AutoOptions{Names: cfg.TLSAutocert, Also: also, Email: cfg.TLSAutocertEmail, Directory: cfg.TLSAutocertDirectory,
		Roots: roots, Proxy: func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }, Dir: filepath.Join(data, "acme"), Logger: log})
}

// trustedRoots are the system's certificates and those of the file, nil for the system's alone.
func trustedRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	more, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("XC_CA_FILE: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(more) {
		return nil, fmt.Errorf("XC_CA_FILE: %s has no certificate (PEM)", file)
	}
	return roots, nil
}

// tendTLS looks after the certificates until ctx ends.
func (a *app) tendTLS(ctx context.Context, background *sync.WaitGroup, certs certificates, stop func()) {
	background.Go(func() { certs.Watch(ctx) })
	background.Go(func() { reloadOnHangup(ctx, a.errOut, certs.Reload, stop) })
}

// withTLS puts TLS on the console's listener and on those of pages.
func withTLS(certs certificates, ln net.Listener, pages []net.Listener) (net.Listener, []net.Listener) {
	cfg := certs.Config()
	all := make([]net.Listener, 0, len(pages))
	for _, page := range pages {
		all = append(all, tls.NewListener(page, cfg))
	}
	return tls.NewListener(ln, cfg), all
}

// reloadOnHangup reloads for each SIGHUP until ctx ends. A host that was started on a terminal and has lost it stops instead,
// as it would without certificates.
func reloadOnHangup(ctx context.Context, out io.Writer, reload, stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	defer signal.Stop(signals)
	onTerminal := isTerminal(out)
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			if onTerminal && !isTerminal(out) {
				stop()
				return
			}
			reload()
		}
	}
}
