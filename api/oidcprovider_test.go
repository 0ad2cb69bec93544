package api_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/api/sso"
)

// providerKey is the provider's, and strangerKey one that it does not publish.
var providerKey, strangerKey = sync.OnceValue(newKey), sync.OnceValue(newKey)

func newKey() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil
	}
	return k
}

// provider is an OpenID Connect provider that says what a test wants.
type provider struct {
	t *testing.T
	*httptest.Server
	// claims go into the next ID token, over those that a right one has; nil takes one away.
	claims map[string]any
	// sign makes the token of the claims; default: by the published key.
	sign func(claims string) string
	// userinfo is what the provider says beside the ID token.
	userinfo map[string]any
	// secret is the client's.
	secret string
	// away lets it answer to nothing but with an error.
	away atomic.Bool

	mu    sync.Mutex // guards codes
	codes map[string]url.Values
}

func newProvider(t *testing.T) *provider {
	p := &provider{t: t, codes: map[string]url.Values{}, secret: "the client's secret & more"}
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: providerKey().Public(), KeyID: "k", Algorithm: oidc.RS256}}}
	mux := http.NewServeMux()
	mux.Handle("/", keys)
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		p.send(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"userinfo_endpoint": p.URL + "/me", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, "scopes_supported": []string{"openid", "groups"}})
	})
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, _ *http.Request) { p.send(w, p.userinfo) })
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.away.Load() {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	keys.SetIssuer(p.URL)
	return p
}

func (p *provider) send(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	assert.NoError(p.t, json.NewEncoder(w).Encode(v))
}

// authorize is somebody who logs in at the page to which location leads: the query of the way back.
func (p *provider) authorize(location string) url.Values {
	p.t.Helper()
	u, err := url.Parse(location)
	require.NoError(p.t, err)
	require.Equal(p.t, p.URL+"/auth", u.Scheme+"://"+u.Host+u.Path)
	q := u.Query()
	for name, want := range map[string]string{"response_type": "code", "client_id": "zone", "code_challenge_method": "S256", "scope": "openid profile email groups",
		"redirect_uri": "http://zone.example.org/api/v1/session/oidc/callback"} {
		require.Equal(p.t, want, q.Get(name), name)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		require.Len(p.t, q.Get(name), 43, name)
	}
	code := rand.Text()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[code] = q
	return url.Values{"state": {q.Get("state")}, "code": {code}, "iss": {p.URL}}
}

// token trades a code, once.
func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	p.mu.Lock()
	q := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	p.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if q == nil || id != "zone" || secret != url.QueryEscape(p.secret) || r.PostFormValue("redirect_uri") != q.Get("redirect_uri") ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") {
		w.WriteHeader(http.StatusBadRequest)
		p.send(w, map[string]string{"error": "invalid_grant", "error_description": "<script>alert(1)</script>"})
		return
	}
	claims := map[string]any{"iss": p.URL, "sub": "248289", "aud": "zone", "exp": time.Now().Add(time.Minute).Unix(), "iat": time.Now().Unix(), "nonce": q.Get("nonce"),
		"preferred_username": "ann", "groups": []string{"support"}}
	maps.Copy(claims, p.claims)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	text, err := json.Marshal(claims)
	assert.NoError(p.t, err)
	sign := p.sign
	if sign == nil {
		sign = func(claims string) string { return oidctest.SignIDToken(providerKey(), "k", oidc.RS256, claims) }
	}
	p.send(w, map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": sign(string(text))})
}

// signOn is an option of a rig: single sign-on at the provider.
func (p *provider) signOn(groups string) func(*api.Options) {
	p.t.Helper()
	o := sso.Options{Issuer: p.URL, ClientID: "zone", ClientSecret: p.secret}
	require.NoError(p.t, o.Groups.UnmarshalText([]byte(groups)))
	client, err := sso.New(o)
	require.NoError(p.t, err)
	p.t.Cleanup(client.Close)
	return func(o *api.Options) { o.SSO = client }
}

const publicName = "zone.example.org"

// beginOIDC begins a login: the cookie of it, and where it leads.
func (r *rig) beginOIDC(query string) (cookie, location string) {
	r.t.Helper()
	a := r.expect(call{method: "GET", path: "/api/v1/session/oidc" + query, token: "-", header: map[string]string{"Host": publicName}}, 303)
	require.Len(r.t, a.Cookies(), 1)
	c := a.Cookies()[0]
	assert.Equal(r.t, "appzone_oidc", c.Name)
	assert.True(r.t, c.HttpOnly)
	assert.Equal(r.t, http.SameSiteLaxMode, c.SameSite)
	assert.Equal(r.t, 600, c.MaxAge)
	return c.Name + "=" + c.Value, a.Header.Get("Location")
}

// backFromOIDC is the browser's way back from the provider.
func (r *rig) backFromOIDC(cookie string, query url.Values) answer {
	r.t.Helper()
	return r.do(call{method: "GET", path: "/api/v1/session/oidc/callback?" + query.Encode(), token: "-", header: map[string]string{"Host": publicName, "Cookie": cookie}})
}

// signInAt is a whole login at the provider.
func (r *rig) signInAt(p *provider) answer {
	r.t.Helper()
	cookie, location := r.beginOIDC("")
	return r.backFromOIDC(cookie, p.authorize(location))
}

// sessionOf is the cookie of the session that the answer opens.
func sessionOf(t *testing.T, a answer) string {
	t.Helper()
	require.Equal(t, 303, a.StatusCode, string(a.text))
	for _, c := range a.Cookies() {
		if c.Name == "appzone_session" {
			assert.True(t, c.HttpOnly && c.SameSite == http.SameSiteStrictMode)
			return c.Name + "=" + c.Value
		}
	}
	require.Fail(t, "no session")
	return ""
}
