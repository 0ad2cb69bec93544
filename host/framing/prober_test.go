package framing_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/framing"
)

// transport answers by URL, and counts what it was asked.
type transport struct {
	asked  atomic.Int64
	answer func(*http.Request) (*http.Response, error)
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.asked.Add(1)
	return t.answer(r)
}

func head(status int, header ...string) *http.Response {
	h := http.Header{}
	for k := 0; k < len(header); k += 2 {
		h.Add(header[k], header[k+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: unread{}}
}

// unread is a body that nobody may read.
type unread struct{}

func (unread) Read([]byte) (int, error) { return 0, errors.New("the body was read") }
func (unread) Close() error             { return nil }

func TestAPageIsAskedOnceInTenMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		way := &transport{answer: func(r *http.Request) (*http.Response, error) {
			assert.Equal(t, "https://crm.example.com/a?b", r.URL.String())
			assert.Empty(t, r.Header["Cookie"])
			assert.Empty(t, r.Header["Authorization"])
			time.Sleep(time.Second)
			return head(200, "X-Frame-Options", "DENY"), nil
		}}
		p := framing.New(way)
		ask := func() framing.Verdict { return p.Ask(t.Context(), "https://crm.example.com/a?b#c", console, nil) }
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { assert.Equal(t, framing.Refused, ask().State) })
		}
		all.Wait()
		time.Sleep(9 * time.Minute)
		ask()
		assert.EqualValues(t, 1, way.asked.Load())
		time.Sleep(2 * time.Minute)
		ask()
		assert.EqualValues(t, 2, way.asked.Load())
	})
}

func TestWhatCannotBeAskedIsUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		why    string
	}{
		"it hangs": {func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, "it did not answer in time"},
		"it fails":             {func(*http.Request) (*http.Response, error) { return nil, errors.New("dial 10.1.2.3: refused") }, "this host cannot, or may not, reach it"},
		"it is ill":            {func(*http.Request) (*http.Response, error) { return head(502), nil }, "it answers with status 502"},
		"it leads in a circle": {func(*http.Request) (*http.Response, error) { return head(302, "Location", "/again"), nil }, "it leads on too often"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				way := &transport{answer: func(r *http.Request) (*http.Response, error) {
					res, err := c.answer(r)
					if res != nil {
						res.Request = r
					}
					return res, err
				}}
				p, begun := framing.New(way), time.Now()
				got := p.Ask(t.Context(), "https://crm.example.com/", console, nil)
				assert.Equal(t, framing.Verdict{State: framing.Unknown, Reason: c.why}, got)
				assert.LessOrEqual(t, time.Since(begun), 3*time.Second)
				before := way.asked.Load()
				assert.LessOrEqual(t, before, int64(6))
				p.Ask(t.Context(), "https://crm.example.com/", console, nil)
				assert.Equal(t, before, way.asked.Load(), "it is not asked again at once")
				time.Sleep(time.Minute)
				p.Ask(t.Context(), "https://crm.example.com/", console, nil)
				assert.Greater(t, way.asked.Load(), before)
			})
		})
	}
}

// E2, E3: a redirect leads nowhere but to sites that an administrator named: not to the metadata of a cloud, not to this machine.
func TestARedirectLeadsToNamedSitesAlone(t *testing.T) {
	for to, want := range map[string]framing.State{
		"/other":                          framing.Allowed,
		"https://crm.example.com:443/b":   framing.Allowed,
		"https://wiki.example.com/":       framing.Allowed,
		"https://login.example.com/":      framing.Refused,
		"http://169.254.169.254/latest":   framing.Refused,
		"http://[fe80::1]/":               framing.Refused,
		"http://127.0.0.1:6379/":          framing.Refused,
		"https://crm.example.com:8443/":   framing.Refused,
		"http://crm.example.com/":         framing.Refused,
		"file:///etc/passwd":              framing.Refused,
		"https://wiki.example.com@evil/x": framing.Refused,
	} {
		t.Run(to, func(t *testing.T) {
			way := &transport{}
			way.answer = func(r *http.Request) (*http.Response, error) {
				res := head(200)
				if way.asked.Load() == 1 {
					res = head(302, "Location", to)
				}
				res.Request = r
				return res, nil
			}
			got := framing.New(way).Ask(t.Context(), "https://crm.example.com/", console, []string{"https://crm.example.com", "https://wiki.example.com"})
			assert.Equal(t, want, got.State, got.Reason)
			assert.Equal(t, want == framing.Allowed, way.asked.Load() == 2, "it is asked or not")
		})
	}
}

func TestAPageWithoutTLSIsNotAskedByAConsoleWithIt(t *testing.T) {
	way := &transport{}
	got := framing.New(way).Ask(t.Context(), "http://crm.example.com/", console, nil)
	assert.Equal(t, framing.Refused, got.State)
	assert.Contains(t, got.Reason, "TLS")
	assert.Zero(t, way.asked.Load())
}

// What is remembered is bounded, and so is what is asked at the same time.
func TestPagesAreAskedAFewAtATime(t *testing.T) {
	var now, most atomic.Int64
	way := &transport{answer: func(*http.Request) (*http.Response, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		return head(200), nil
	}}
	p := framing.New(way)
	var all sync.WaitGroup
	for n := range 600 {
		all.Go(func() {
			assert.Equal(t, framing.Allowed, p.Ask(context.Background(), fmt.Sprintf("https://crm.example.com/%d", n), console, nil).State)
		})
	}
	all.Wait()
	assert.LessOrEqual(t, most.Load(), int64(8))
	assert.LessOrEqual(t, p.Known(), 256)
}

// The same over real connections: a certificate that nobody trusts is no answer, and an endless body is not read.
func TestARealPageIsAsked(t *testing.T) {
	site := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "frame-ancestors https://zone.example.org")
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
	}))
	defer site.Close()
	got := framing.New(site.Client().Transport).Ask(t.Context(), site.URL, console, nil)
	assert.Equal(t, framing.Verdict{State: framing.Allowed}, got)
	got = framing.New(&http.Transport{}).Ask(t.Context(), site.URL, console, nil)
	require.Equal(t, framing.Verdict{State: framing.Unknown, Reason: "this host does not trust its certificate"}, got)
}

// A site to which a page leads is named when a plugin with a view there is installed: that counts soon.
func TestAPageThatLeadsAwayIsAskedAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		way := &transport{answer: func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "crm.example.com" {
				return head(200), nil
			}
			res := head(302, "Location", "https://login.example.com/")
			res.Request = r
			return res, nil
		}}
		p := framing.New(way)
		assert.Equal(t, framing.Refused, p.Ask(t.Context(), "https://crm.example.com/", console, nil).State)
		time.Sleep(2 * time.Minute)
		assert.Equal(t, framing.Allowed, p.Ask(t.Context(), "https://crm.example.com/", console, []string{"https://login.example.com"}).State)
	})
}
