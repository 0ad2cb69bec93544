package sso

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"appzone/host/fault"
)

// atOnce bounds the logins that wait for the provider at the same time.
const atOnce = 32

// Options configure a [Client].
type Options struct {
	// Issuer is the provider, exactly as it names itself: https, or http on this machine. Required.
	Issuer string
	// ClientID and ClientSecret are what the provider knows this host by. Required.
	ClientID, ClientSecret string
	// Groups says who is let in as what. Required; who fits no rule is not let in.
	Groups GroupMap
	// GroupsClaim is where the provider puts a person's groups; default "groups".
	GroupsClaim string
	// Scopes are asked for; default openid, profile and email, and groups where the provider has that one. openid is always
	// among them.
	Scopes []string
	// Roots are the authorities that the provider's certificate is held to; default the system's.
	Roots *x509.CertPool
	// Proxy is the HTTP proxy of requests to the provider, but on this machine; nil for none.
	Proxy *url.URL
}

// Client knows one provider. Its methods are safe for concurrent use.
type Client struct {
	o    Options
	http *http.Client

	// slots has one place for each login that waits for the provider, turn one for who asks it what it is.
	slots, turn chan struct{}
	found       atomic.Pointer[provider]

	mu   sync.Mutex           // guards what follows
	used map[string]time.Time // the states that came back, until they end
}

// New makes a client. It asks the provider nothing yet. The error names what is wrong with the options.
func New(o Options) (*Client, error) {
	if o.GroupsClaim == "" {
		o.GroupsClaim = "groups"
	}
	switch {
	case o.ClientID == "" || o.ClientSecret == "":
		return nil, errors.New("single sign-on needs a client id and a client secret")
	case len(o.Groups) == 0:
		return nil, errors.New("single sign-on needs groups that are let in")
	}
	if err := checkURL(o.Issuer, false); err != nil {
		return nil, fmt.Errorf("issuer %q: %w", o.Issuer, err)
	}
	return &Client{o: o, http: newHTTPClient(o), slots: make(chan struct{}, atOnce), turn: make(chan struct{}, 1), used: map[string]time.Time{}}, nil
}

// Close drops the connections that are idle.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// enter takes a place among those who wait for the provider. The caller calls leave after it.
func (c *Client) enter() (leave func(), err error) {
	select {
	case c.slots <- struct{}{}:
		return func() { <-c.slots }, nil
	default:
		e := fault.New(fault.TooMany, "oidc_busy", "too many logins wait for the single sign-on provider; try again in a moment")
		e.RetryAfter = 5 * time.Second
		return nil, e
	}
}

// checkURL holds that a browser's or a host's way there cannot be listened to: it is https, or stays on this machine.
func checkURL(text string, query bool) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || strings.Contains(text, "#") || (u.RawQuery != "" && !query):
		return errors.New("must be a URL such as https://login.example.org")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return errors.New("must begin with https://; http is for this machine alone")
	}
	return nil
}
