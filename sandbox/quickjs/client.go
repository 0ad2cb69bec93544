package quickjs

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"appzone/host/egress"
)

const (
	// maxFetches bounds the fetches that are under way at once; further ones are refused.
	maxFetches = 100
	// maxConnsPerHost and maxIdle bound the connections that are kept.
	maxConnsPerHost = 16
	maxIdle         = 16
	// maxRedirects is how many redirects a fetch follows.
	maxRedirects = 20
	// maxFetchedBytes bounds the body of an answer.
	maxFetchedBytes = 1 << 30
	headTimeout     = 60 * time.Second
)

// client makes the fetches of an instance. It belongs to who holds the instance's lock.
type client struct {
	instance *Instance
	http     *http.Client
	// running are the fetches whose answer, or its body, is not at its end.
	running map[int32]context.CancelFunc
	waiting int // how many of them have no answer yet
}

var errNoNetwork = &thrown{"EACCES", "the plugin has no network: ask for addresses in permissions.network.outbound"}

func newClient(i *Instance, dial func(context.Context, string) (net.Conn, error), certificates []byte) *client {
	c := &client{instance: i, running: map[int32]context.CancelFunc{}}
	trust := &tls.Config{MinVersion: tls.VersionTLS12}
	if len(certificates) > 0 && dial != nil {
		trust.RootCAs = x509.NewCertPool()
		trust.RootCAs.AppendCertsFromPEM(certificates)
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
				if dial == nil {
					return nil, errNoNetwork
				}
				return dial(ctx, address)
			},
			TLSClientConfig: trust, ForceAttemptHTTP2: true, MaxIdleConns: maxIdle, MaxConnsPerHost: maxConnsPerHost, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 20 * time.Second, ResponseHeaderTimeout: headTimeout, MaxResponseHeaderBytes: maxHeadBytes,
			ReadBufferSize: 4 << 10, WriteBufferSize: 4 << 10,
		},
	}
	return c
}

// order is one fetch.
type order struct {
	id       int32
	request  *http.Request
	redirect string
}

// hostFetch begins a fetch: number of the promise, method, address, headers, body or undefined, how to treat redirects.
func (c *client) hostFetch(a *arguments) (value, error) {
	id, err := a.id(0)
	if err != nil || c.running[id] != nil {
		return undefined, errArguments
	}
	if c.waiting >= maxFetches {
		return undefined, &thrown{"EAGAIN", "100 fetches are under way already, which is the most"}
	}
	var words [4]string
	for n, at := range []int{1, 2, 3, 5} {
		if words[n], err = a.text(at); err != nil {
			return undefined, err
		}
	}
	body, err := fetchBody(a)
	if err != nil {
		return undefined, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, words[0], words[1], body)
	if err != nil || req.URL.Host == "" || (req.URL.Scheme != "http" && req.URL.Scheme != "https") {
		cancel()
		return undefined, &thrown{"EINVAL", "this cannot be fetched: the method or the address is wrong"}
	}
	if err := setRequestHead(req, words[2]); err != nil {
		cancel()
		return undefined, err
	}
	c.running[id] = cancel
	c.waiting++
	go c.run(order{id: id, request: req, redirect: words[3]})
	return undefined, nil
}

// fetchBody copies the body out of the guest.
func fetchBody(a *arguments) (io.Reader, error) {
	switch body := a.list[4]; {
	case a.count <= 4 || body == undefined:
		return nil, nil
	case body.isString():
		return strings.NewReader(a.vm.text(body)), nil
	}
	b, err := a.bytes(4)
	if err != nil {
		return nil, err
	}
	return bytes.NewReader(bytes.Clone(b)), nil
}

// setRequestHead sets the headers of a fetch. Those of the connection are not the program's.
func setRequestHead(req *http.Request, raw string) error {
	if len(raw) > maxHeadBytes {
		return errHead
	}
	lines := strings.Split(raw, "\n")
	for n := 0; n+1 < len(lines); n += 2 {
		name, value := lines[n], lines[n+1]
		if !validName([]byte(name)) || !validValue([]byte(value)) {
			return errHead
		}
		if !connectionHeaders[name] && name != "host" {
			req.Header.Add(name, value)
		}
	}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "appzone-quickjs")
	}
	return nil
}

// run makes the exchange and hands its head over; the body is a source.
func (c *client) run(o order) {
	client := *c.http
	redirected := false
	client.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		switch {
		case o.redirect == "manual":
			return http.ErrUseLastResponse
		case o.redirect == "error":
			return &thrown{"ERR_REDIRECT", "the answer is a redirect"}
		case len(via) > maxRedirects:
			return &thrown{"ERR_REDIRECT", "there are more than 20 redirects"}
		}
		redirected = true
		return nil
	}
	res, err := client.Do(o.request)
	var small []byte
	if err == nil && res.ContentLength >= 0 && res.ContentLength <= prefetchBytes {
		small, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	i := c.instance
	i.turn(func() {
		cancel := c.running[o.id]
		delete(c.running, o.id)
		c.waiting--
		if cancel == nil { // aborted meanwhile: nobody waits
			if err == nil {
				_ = res.Body.Close()
			}
			return
		}
		if err == nil && len(i.sources) >= maxSources {
			err = &thrown{"EMFILE", "1000 bodies are open; read or cancel them"}
			_ = res.Body.Close()
		}
		if err != nil {
			cancel()
			i.refuse(o.id, fetchError(err))
			return
		}
		c.hand(o, res, redirected, c.body(o, res, small, cancel))
	})
}

// body is the body of an answer for the program: bytes where it is small and here, else the number of a source.
func (c *client) body(o order, res *http.Response, small []byte, cancel context.CancelFunc) value {
	i := c.instance
	if small != nil {
		cancel()
		return i.vm.newBytes(small)
	}
	s := &source{id: i.nextID(), reader: res.Body, limit: maxFetchedBytes}
	s.cancel = func() {
		cancel()
		go func() { _ = res.Body.Close() }() // which may wait for the network
	}
	s.over = func() { delete(c.running, o.id) }
	i.sources[s.id] = s
	c.running[o.id] = cancel // so that an abort ends the body too
	return integer(s.id)
}

// hand gives an answer to the program.
func (c *client) hand(o order, res *http.Response, redirected bool, body value) {
	i := c.instance
	var head []byte
	for name, values := range res.Header {
		for _, value := range values {
			head = append(append(append(append(head, strings.ToLower(name)...), '\n'), value...), '\n')
		}
	}
	v := i.vm
	_, statusText, _ := strings.Cut(res.Status, " ")
	args := []value{
		integer(o.id), integer(int32(res.StatusCode)), v.newString([]byte(statusText)), v.newString([]byte(res.Request.URL.String())),
		boolean(redirected), v.newString(head), body,
	}
	i.call(i.entries.fetched, args...)
	for _, a := range args {
		v.free(a)
	}
}

// hostAbort ends a fetch, or the body of its answer.
func (c *client) hostAbort(a *arguments) (value, error) {
	id, err := a.id(0)
	if err != nil {
		return undefined, err
	}
	if cancel := c.running[id]; cancel != nil {
		delete(c.running, id)
		cancel()
	}
	return undefined, nil
}

// fetchError is what a program gets to know of a failed exchange.
func fetchError(err error) error {
	var t *thrown
	if errors.As(err, &t) {
		return t
	}
	var refused *egress.Error
	if errors.As(err, &refused) {
		return &thrown{string(refused.Code), "fetch failed: " + refused.Message}
	}
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return &thrown{"ETIMEDOUT", "fetch failed: the other side did not answer in time"}
	}
	return &thrown{"ERR_NETWORK", "fetch failed: " + rootCause(err)}
}

// rootCause is the innermost error, without the address that package http puts before it.
func rootCause(err error) string {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err.Error()
		}
		err = inner
	}
}
