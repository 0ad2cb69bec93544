package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"golang.org/x/net/http/httpproxy"

	"appzone/host/doctor"
	"appzone/nodebridge"
)

// reachTimeout bounds one attempt.
const reachTimeout = 10 * time.Second

// network tries to reach what the configuration names, as the host would.
func (x *examination) network(ctx context.Context) ([]doctor.Finding, error) {
	roots, err := trustedRoots(x.cfg.CAFile)
	if err != nil {
		return []doctor.Finding{doctor.NetworkUnreachable.Bad("XC_CA_FILE cannot be used", err.Error(), "name a file of certificates (PEM) with XC_CA_FILE")}, nil
	}
	proxy := (&httpproxy.Config{HTTPProxy: x.cfg.HTTPProxy, HTTPSProxy: x.cfg.HTTPProxy, NoProxy: first(os.Getenv("NO_PROXY"), os.Getenv("no_proxy"))}).ProxyFunc()
	transport := &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		Proxy: func(r *http.Request) (*url.URL, error) { return proxy(r.URL) }}
	defer transport.CloseIdleConnections()
	c := &http.Client{Transport: transport, Timeout: reachTimeout}
	var out []doctor.Finding
	for _, to := range x.destinations(ctx) {
		if err := reach(ctx, c, to.url); err != nil {
			out = append(out, doctor.NetworkUnreachable.Bad(to.what+" is not reached", err.Error(), to.fix))
			continue
		}
		out = append(out, doctor.NetworkOK.Good(to.what+" is reached", ""))
	}
	return out, nil
}

// destination is something that the host asks over the network.
type destination struct{ what, url, fix string }

func (x *examination) destinations(ctx context.Context) []destination {
	var all []destination
	registry := x.cfg.NPMRegistry
	if registry == "" {
		registry, _ = nodebridge.Registry(ctx, x.cfg.NodePath) // without npm, which others tell, nothing is asked there
	}
	if registry != "" {
		all = append(all, destination{"the package registry", registry,
			"check names (getent hosts), the way out (XC_HTTP_PROXY), certificates (XC_CA_FILE) and XC_NPM_REGISTRY; plugins that bring their packages need none"})
	}
	if x.cfg.OIDCIssuer != "" {
		all = append(all, destination{"the provider of single sign-on", x.cfg.OIDCIssuer, "check XC_OIDC_ISSUER, XC_HTTP_PROXY and XC_CA_FILE; without it nobody logs in by single sign-on"})
	}
	if len(x.cfg.TLSAutocert) > 0 {
		all = append(all, destination{"the authority of the certificates", cmp.Or(x.cfg.TLSAutocertDirectory, "https://acme-v02.api.letsencrypt.org/directory"),
			"check XC_TLS_AUTOCERT_DIRECTORY, XC_HTTP_PROXY and XC_CA_FILE; without it certificates are not renewed"})
	}
	return all
}

// reach makes a request; any answer will do. The error names the host alone: a URL may hold a password.
func reach(ctx context.Context, c *http.Client, to string) error {
	u, err := url.Parse(to)
	if err != nil {
		return fmt.Errorf("the address is no URL")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return fmt.Errorf("the address is no URL")
	}
	res, err := c.Do(req)
	if err != nil {
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = e.Err
		}
		return fmt.Errorf("%s: %w", u.Hostname(), err)
	}
	_, _ = io.CopyN(io.Discard, res.Body, 1<<10)
	return res.Body.Close()
}
