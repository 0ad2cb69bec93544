package framing

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	// askTime bounds all of what is done to find out about one page.
	askTime = 3 * time.Second
	// hopsMax bounds the redirects that are followed.
	hopsMax = 5
	// knownMax bounds the pages that are remembered: for knownFor, or failedFor where nothing was found out, or it led to a site that is not framed yet.
	knownMax  = 256
	knownFor  = 10 * time.Minute
	failedFor = time.Minute
	// atOnce bounds the pages that are asked at the same time.
	atOnce = 8
)

// Prober asks pages. It is safe for concurrent use.
type Prober struct {
	transport http.RoundTripper
	slots     chan struct{}

	mu    sync.Mutex // guards what follows
	known map[string]*found
}

// found is what a page said, once done is closed.
type found struct {
	done  chan struct{}
	until time.Time // guarded by Prober.mu; zero while it is being asked
	// page is where the redirects led; header the head of its answer.
	page   *url.URL
	header http.Header
	// verdict is what is known without any header: it could not be asked, or leads away.
	verdict Verdict
}

// New makes a prober. The transport decides where it may go; it keeps no cookies and follows no redirects.
func New(transport http.RoundTripper) *Prober {
	return &Prober{transport: transport, slots: make(chan struct{}, atOnce), known: map[string]*found{}}
}

// Ask tells whether the page can be shown in a frame of a page of the console's origin. sites are the origins to which it may be redirected.
// It takes at most three seconds, and nothing for a page that was asked in the last ten minutes.
func (p *Prober) Ask(ctx context.Context, page, console string, sites []string) Verdict {
	first, err := url.Parse(page)
	if err != nil {
		return Verdict{Unknown, "its address is not understood"}
	}
	if own, err := url.Parse(console); err == nil && mixed(own, first) {
		return Judge(first, nil, console) // whatever it says
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	f, mine := p.find(page)
	if mine {
		p.ask(ctx, f, first, sites)
	}
	select {
	case <-f.done:
	case <-ctx.Done():
		return Verdict{Unknown, "it did not answer in time"}
	}
	if f.verdict.State != "" {
		return f.verdict
	}
	return Judge(f.page, f.header, console)
}

// find returns what is known of the page; mine tells that the caller is the one to ask it.
func (p *Prober) find(page string) (f *found, mine bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if f := p.known[page]; f != nil && (f.until.IsZero() || now.Before(f.until)) {
		return f, false
	}
	f = &found{done: make(chan struct{})}
	for other, old := range p.known { // those whose time is over first, else any
		if len(p.known) < knownMax {
			break
		}
		if !old.until.IsZero() && now.After(old.until) {
			delete(p.known, other)
		}
	}
	for other, old := range p.known {
		if len(p.known) < knownMax {
			break
		}
		if !old.until.IsZero() {
			delete(p.known, other)
		}
	}
	if len(p.known) < knownMax {
		p.known[page] = f
	}
	return f, true
}

// ask fills f in.
func (p *Prober) ask(ctx context.Context, f *found, page *url.URL, sites []string) {
	defer close(f.done)
	lasts := failedFor
	select {
	case p.slots <- struct{}{}:
		if f.follow(ctx, p.transport, page, sites); f.verdict.State == "" {
			lasts = knownFor
		}
		<-p.slots
	case <-ctx.Done():
		f.verdict = Verdict{Unknown, "too many pages are being asked"}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f.until = time.Now().Add(lasts)
}

// follow asks the page, and where it leads.
func (f *found) follow(ctx context.Context, transport http.RoundTripper, page *url.URL, sites []string) {
	for range hopsMax + 1 {
		next, err := f.request(ctx, transport, page)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			f.verdict = Verdict{Unknown, "it did not answer in time"}
		case err != nil:
			f.verdict = Verdict{Unknown, failure(err)}
		case next != nil && !mayLead(page, next, sites):
			f.verdict = refused("it leads on to " + next.Scheme + "://" + next.Host + ", which the console does not frame; let the view name the address that it leads to")
		}
		if f.verdict.State != "" || next == nil {
			return
		}
		page = next
	}
	f.verdict = Verdict{Unknown, "it leads on too often"}
}

// statusError is an answer that is not the page's.
type statusError int

// Error implements error.
func (s statusError) Error() string { return fmt.Sprintf("it answers with status %d", int(s)) }

// failure says why a page could not be asked, to members: nothing of the networks that this host is in.
func failure(err error) string {
	var status statusError
	switch {
	case errors.As(err, &status):
		return status.Error()
	case errors.As(err, new(*tls.CertificateVerificationError)):
		return "this host does not trust its certificate"
	default:
		return "this host cannot, or may not, reach it"
	}
}

// request asks one page; next is where it leads, nil for a page that is shown.
func (f *found) request(ctx context.Context, transport http.RoundTripper, page *url.URL) (next *url.URL, err error) {
	at := *page
	at.Fragment, at.RawFragment, at.User = "", "", nil
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header = http.Header{"User-Agent": {"App Zone"}, "Accept": {"text/html"}, // and what a browser says of a frame
		"Sec-Fetch-Dest": {"iframe"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Site": {"cross-site"}}
	res, err := transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	_ = res.Body.Close() // unread
	switch res.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if to, err := res.Location(); err == nil {
			return to, nil
		}
	}
	if res.StatusCode >= http.StatusInternalServerError {
		return nil, statusError(res.StatusCode)
	}
	f.page, f.header = page, http.Header{}
	for _, name := range []string{"X-Frame-Options", "Content-Security-Policy"} {
		f.header[http.CanonicalHeaderKey(name)] = res.Header.Values(name)
	}
	return nil, nil
}

// mayLead tells whether a frame of the console may be led on: on the same site, to it under TLS, or to one of the sites.
func mayLead(from, to *url.URL, sites []string) bool {
	if to.Scheme != "http" && to.Scheme != "https" {
		return false
	}
	origin := originOf(to)
	if origin == originOf(from) || to.Scheme == "https" && to.Hostname() == from.Hostname() && portOf(from) == "80" && portOf(to) == "443" {
		return true
	}
	for _, site := range sites {
		if u, err := url.Parse(site); err == nil && originOf(u) == origin {
			return true
		}
	}
	return false
}
