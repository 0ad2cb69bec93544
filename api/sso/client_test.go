package sso_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"appzone/api/sso"
	"appzone/host"
	"appzone/host/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// options are right ones for a provider at issuer.
func options(issuer string) sso.Options {
	return sso.Options{Issuer: issuer, ClientID: "zone", ClientSecret: "secret", Groups: sso.GroupMap{{Group: "*", Role: host.RoleAgent}}}
}

func open(t *testing.T, o sso.Options) *sso.Client {
	t.Helper()
	c, err := sso.New(o)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// description is what a provider at issuer says of itself; with changes it.
func description(issuer string, with map[string]any) map[string]any {
	d := map[string]any{"issuer": issuer, "authorization_endpoint": issuer + "/auth", "token_endpoint": issuer + "/token", "jwks_uri": issuer + "/keys"}
	for k, v := range with {
		d[k] = v
	}
	return d
}

// serve is a server that answers each request like this.
func serve(t *testing.T, start func(http.Handler) *httptest.Server, answer func(w http.ResponseWriter, r *http.Request)) *httptest.Server {
	t.Helper()
	s := start(http.HandlerFunc(answer))
	t.Cleanup(s.Close)
	return s
}

func TestOptionsThatCannotWork(t *testing.T) {
	for name, change := range map[string]func(*sso.Options){
		"no issuer":           func(o *sso.Options) { o.Issuer = "" },
		"an issuer in clear":  func(o *sso.Options) { o.Issuer = "http://login.example.org" },
		"one with a password": func(o *sso.Options) { o.Issuer = "https://a:b@login.example.org" },
		"one with a query":    func(o *sso.Options) { o.Issuer = "https://login.example.org?x" },
		"one with a fragment": func(o *sso.Options) { o.Issuer = "https://login.example.org#" },
		"a name alone":        func(o *sso.Options) { o.Issuer = "login.example.org" },
		"no client":           func(o *sso.Options) { o.ClientID = "" },
		"no secret":           func(o *sso.Options) { o.ClientSecret = "" },
		"nobody let in":       func(o *sso.Options) { o.Groups = nil },
	} {
		o := options("https://login.example.org")
		change(&o)
		_, err := sso.New(o)
		assert.Error(t, err, name)
	}
	open(t, options("http://127.0.0.1:1"))
	open(t, options("http://[::1]:1/realm"))
}

// A description that is endless, moved, of somebody else, or leads away in clear is none.
func TestDescriptionsThatAreRefused(t *testing.T) {
	elsewhere := serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for name, answer := range map[string]func(w http.ResponseWriter, issuer string){
		"endless": func(w http.ResponseWriter, issuer string) {
			fmt.Fprintf(w, `{"issuer":%q,"x":"`, issuer)
			for range 2000 {
				_, _ = w.Write(make([]byte, 1024))
			}
		},
		"too long": func(w http.ResponseWriter, i string) {
			send(w, description(i, map[string]any{"x": strings.Repeat("x", 1<<20)}))
		},
		"moved":          func(w http.ResponseWriter, _ string) { w.Header().Set("Location", elsewhere.URL); w.WriteHeader(302) },
		"another issuer": func(w http.ResponseWriter, _ string) { send(w, description("https://evil.example", nil)) },
		"no JSON":        func(w http.ResponseWriter, _ string) { fmt.Fprint(w, "<html>") },
		"no keys":        func(w http.ResponseWriter, i string) { send(w, description(i, map[string]any{"jwks_uri": ""})) },
		"a login in clear": func(w http.ResponseWriter, i string) {
			send(w, description(i, map[string]any{"authorization_endpoint": "http://login.example.org/auth"}))
		},
		"a login that is code": func(w http.ResponseWriter, i string) {
			send(w, description(i, map[string]any{"authorization_endpoint": "javascript:alert(1)"}))
		},
		"userinfo in clear": func(w http.ResponseWriter, i string) {
			send(w, description(i, map[string]any{"userinfo_endpoint": "http://login.example.org/me"}))
		},
	} {
		var s *httptest.Server
		s = serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { answer(w, s.URL) })
		_, _, err := open(t, options(s.URL)).Begin(t.Context(), "https://zone.example.org/back", "/")
		assert.Equal(t, "oidc_unavailable", fault.CodeOf(err), name)
		assert.NotContains(t, fault.From(err).Message, "html", name)
	}
}

func send(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

func TestAProviderIsAskedOnceWhatItIs(t *testing.T) {
	var asked atomic.Int32
	var s *httptest.Server
	s = serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); send(w, description(s.URL, nil)) })
	c := open(t, options(s.URL))
	errs := make(chan error)
	for range 8 {
		go func() { _, _, err := c.Begin(t.Context(), "https://zone.example.org/back", "/"); errs <- err }()
	}
	for range 8 {
		require.NoError(t, <-errs)
	}
	assert.Equal(t, int32(1), asked.Load())
}

// A provider that hangs keeps a bounded number of logins waiting, and others are told so at once.
func TestAProviderThatHangsHoldsFewLogins(t *testing.T) {
	came := make(chan struct{}, 1)
	s := serve(t, httptest.NewServer, func(_ http.ResponseWriter, r *http.Request) { came <- struct{}{}; <-r.Context().Done() })
	c := open(t, options(s.URL))
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 40)
	for range 40 {
		go func() { _, _, err := c.Begin(ctx, "https://zone.example.org/back", "/"); errs <- err }()
	}
	<-came
	for range 8 {
		assert.Equal(t, "oidc_busy", fault.CodeOf(<-errs))
	}
	cancel()
	for range 32 {
		assert.Equal(t, "oidc_unavailable", fault.CodeOf(<-errs))
	}
}

func TestScopesThatAreAskedFor(t *testing.T) {
	for _, c := range []struct {
		own  []string
		has  []string
		want string
	}{
		{nil, nil, "openid profile email"}, {nil, []string{"openid", "groups"}, "openid profile email groups"},
		{[]string{"openid", "roles"}, []string{"groups"}, "openid roles"}, {[]string{"roles"}, nil, "roles openid"},
	} {
		var s *httptest.Server
		s = serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) {
			send(w, description(s.URL, map[string]any{"scopes_supported": c.has}))
		})
		o := options(s.URL)
		o.Scopes = c.own
		_, to, err := open(t, o).Begin(t.Context(), "https://zone.example.org/back", "/")
		require.NoError(t, err)
		u, err := url.Parse(to)
		require.NoError(t, err)
		assert.Equal(t, c.want, u.Query().Get("scope"))
	}
}

func TestTheProvidersCertificateIsHeldToTheRoots(t *testing.T) {
	var s *httptest.Server
	s = serve(t, httptest.NewTLSServer, func(w http.ResponseWriter, _ *http.Request) { send(w, description(s.URL, nil)) })
	begin := func(o sso.Options) error {
		_, _, err := open(t, o).Begin(t.Context(), "https://zone.example.org/back", "/")
		return err
	}
	o := options(s.URL)
	assert.Equal(t, "oidc_unavailable", fault.CodeOf(begin(o)))
	o.Roots = x509.NewCertPool()
	assert.Equal(t, "oidc_unavailable", fault.CodeOf(begin(o)))
	o.Roots.AddCert(s.Certificate())
	require.NoError(t, begin(o))
}

func TestTheProxyIsUsedForOtherMachinesAlone(t *testing.T) {
	var through atomic.Value
	proxy := serve(t, httptest.NewServer, func(w http.ResponseWriter, r *http.Request) {
		through.Store(r.Method + " " + r.Host)
		w.WriteHeader(403)
	})
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	o := options("https://login.example.org")
	o.Proxy = at
	_, _, err = open(t, o).Begin(t.Context(), "https://zone.example.org/back", "/")
	assert.Equal(t, "oidc_unavailable", fault.CodeOf(err))
	assert.Equal(t, "CONNECT login.example.org:443", through.Load())

	var s *httptest.Server
	s = serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { send(w, description(s.URL, nil)) })
	o = options(s.URL)
	o.Proxy = at
	_, _, err = open(t, o).Begin(t.Context(), "https://zone.example.org/back", "/")
	require.NoError(t, err)
}

func TestAnAttemptEnds(t *testing.T) {
	var s *httptest.Server
	s = serve(t, httptest.NewServer, func(w http.ResponseWriter, _ *http.Request) { send(w, description(s.URL, nil)) })
	c := open(t, options(s.URL))
	a, _, err := c.Begin(t.Context(), "https://zone.example.org/back", "/")
	require.NoError(t, err)
	a.Expires = time.Now().Add(-time.Second)
	_, err = c.Finish(t.Context(), a, sso.Answer{State: a.State, Code: "x"})
	assert.Equal(t, "oidc_state_invalid", fault.CodeOf(err))
	_, err = c.Finish(t.Context(), sso.Attempt{Expires: time.Now().Add(time.Minute)}, sso.Answer{Code: "x"})
	assert.Equal(t, "oidc_state_invalid", fault.CodeOf(err), "no state is no state")
}
