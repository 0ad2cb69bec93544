package sso

import (
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"
)

const (
	// answerMax is the largest answer of the provider in bytes.
	answerMax = 1 << 20
	// answerTime bounds one request to the provider.
	answerTime = 10 * time.Second
)

// errTooLong is what reading an endless answer ends with.
var errTooLong = errors.New("the provider's answer is longer than 1 MiB")

// newHTTPClient makes the client of all requests to the provider.
func newHTTPClient(o Options) *http.Client {
	t := &http.Transport{
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2:      true,
		MaxConnsPerHost:        atOnce,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
	}
	if o.Proxy != nil {
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			if loopback(r.URL.Hostname()) {
				return nil, nil
			}
			return o.Proxy, nil
		}
	}
	return &http.Client{Transport: bounded{t}, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// loopback tells whether the name is this machine's, which needs no TLS and no proxy.
func loopback(name string) bool {
	a, err := netip.ParseAddr(name)
	return name == "localhost" || (err == nil && a.IsLoopback())
}

// bounded ends answers that are too long.
type bounded struct{ *http.Transport }

// RoundTrip implements http.RoundTripper.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.Transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &limitedBody{body: res.Body, left: answerMax}
	return res, nil
}

// limitedBody fails, where a mere limit would make a short answer of a long one.
type limitedBody struct {
	body io.ReadCloser
	left int64
}

// Read implements io.Reader.
func (l *limitedBody) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, errTooLong
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.body.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// Close implements io.Closer.
func (l *limitedBody) Close() error { return l.body.Close() }
