package nethttp

import (
	"net/http"
	"time"

	guest "appzone/sandbox/guest/go"
)

// Bounds of a transport. Each open connection is one of the plugin's descriptors.
const (
	maxConnsPerHost = 32
	maxIdleConns    = 16
	idleTimeout     = 60 * time.Second
	tlsTimeout      = 10 * time.Second
	clientTimeout   = 60 * time.Second
)

// Transport returns a transport of its own that dials with [guest.DialContext]: HTTP/1.1, HTTPS and
// HTTP/2, at most 32 connections to one address. It knows no proxy: the host is the way out.
// Certificates are checked against the file that SSL_CERT_FILE names.
func Transport() *http.Transport {
	return &http.Transport{
		DialContext:         guest.DialContext,
		ForceAttemptHTTP2:   true,
		MaxConnsPerHost:     maxConnsPerHost,
		MaxIdleConns:        maxIdleConns,
		IdleConnTimeout:     idleTimeout,
		TLSHandshakeTimeout: tlsTimeout,
	}
}

// Client returns a client over a new [Transport]; a request takes a minute at most, body included.
func Client() *http.Client { return &http.Client{Transport: Transport(), Timeout: clientTimeout} }
