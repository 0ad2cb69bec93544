package api_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
	"appzone/host/audit"
)

const supportMap = "zone-admins=admin, support=agent, staff=user"

// ownerOf is who the session belongs to.
func (r *rig) ownerOf(session string) (user, role string) {
	r.t.Helper()
	var me struct{ User, Role string }
	r.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": session}}, 200).into(r.t, &me)
	return me.User, me.Role
}

func TestSingleSignOnOpensASession(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	var methods struct {
		Password bool
		OIDC     *struct{ URL string }
	}
	r.expect(call{method: "GET", path: "/api/v1/session/methods", token: "-"}, 200).into(t, &methods)
	require.NotNil(t, methods.OIDC)
	assert.Equal(t, "/api/v1/session/oidc", methods.OIDC.URL)

	cookie, location := r.beginOIDC("?returnTo=" + url.QueryEscape("/plugins?q=a+b#top"))
	a := r.backFromOIDC(cookie, p.authorize(location))
	assert.Equal(t, "/plugins?q=a+b#top", a.Header.Get("Location"))
	user, role := r.ownerOf(sessionOf(t, a))
	assert.Equal(t, "ann", user)
	assert.Equal(t, "agent", role)
	assert.Contains(t, a.Header.Values("Set-Cookie")[0], "appzone_oidc=;", "the attempt has ended")
}

func TestWithoutSingleSignOnThereIsNone(t *testing.T) {
	r := newRig(t)
	assert.JSONEq(t, `{"password":true,"oidc":null}`, string(r.expect(call{method: "GET", path: "/api/v1/session/methods", token: "-"}, 200).text))
	r.expect(call{method: "GET", path: "/api/v1/session/oidc", token: "-"}, 404, "oidc_not_configured")
	r.expect(call{method: "GET", path: "/api/v1/session/oidc/callback", token: "-"}, 404, "oidc_not_configured")
}

// Login CSRF: an answer counts in the browser that asked for it alone, and once.
func TestAnAnswerBelongsToOneAttempt(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	ours, location := r.beginOIDC("")
	theirs, theirLocation := r.beginOIDC("")
	answer := p.authorize(location)
	for name, c := range map[string]struct {
		cookie string
		query  url.Values
	}{
		"no cookie":            {"", answer},
		"another's cookie":     {theirs, answer},
		"another's answer":     {ours, p.authorize(theirLocation)},
		"an unsealed cookie":   {"appzone_oidc=" + base64.RawURLEncoding.EncodeToString([]byte(`{"state":"x"}`)), url.Values{"state": {"x"}, "code": {"c"}}},
		"a cut cookie":         {ours[:len(ours)-2], answer},
		"no state":             {theirs, url.Values{"code": answer["code"]}},
		"the cookie of TLS":    {"__Host-" + ours, answer},
		"the session's cookie": {r.login(), answer},
	} {
		a := r.backFromOIDC(c.cookie, c.query)
		assert.Equal(t, 400, a.StatusCode, name)
		assert.Equal(t, "oidc_state_invalid", a.code(), name)
		for _, c := range a.Cookies() {
			assert.Empty(t, c.Value, name)
		}
	}
	sessionOf(t, r.backFromOIDC(ours, answer))
	again := p.authorize(location) // a fresh code for the state that was used
	assert.Equal(t, "oidc_state_invalid", r.backFromOIDC(ours, again).code())
}

func TestACodeCountsOnce(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	cookie, location := r.beginOIDC("")
	answer := p.authorize(location)
	sessionOf(t, r.backFromOIDC(cookie, answer))
	cookie, location = r.beginOIDC("")
	answer.Set("state", p.authorize(location).Get("state"))
	assert.Equal(t, "oidc_failed", r.backFromOIDC(cookie, answer).code(), "a code that was used")
}

// A token that is not exactly the provider's answer to this attempt opens nothing.
func TestIDTokensThatDoNotHold(t *testing.T) {
	p := newProvider(t)
	unsigned := func(claims string) string {
		part := base64.RawURLEncoding.EncodeToString
		return part([]byte(`{"alg":"none","kid":"k"}`)) + "." + part([]byte(claims)) + "."
	}
	var r *rig
	tried := 0
	for name, c := range map[string]struct {
		claims map[string]any
		sign   func(string) string
	}{
		"another nonce":      {claims: map[string]any{"nonce": "other"}},
		"no nonce":           {claims: map[string]any{"nonce": nil}},
		"another audience":   {claims: map[string]any{"aud": "another client"}},
		"no audience":        {claims: map[string]any{"aud": nil}},
		"two audiences":      {claims: map[string]any{"aud": []string{"zone", "another client"}}},
		"another party":      {claims: map[string]any{"aud": []string{"zone", "another client"}, "azp": "another client"}},
		"another issuer":     {claims: map[string]any{"iss": "https://evil.example"}},
		"an expired one":     {claims: map[string]any{"exp": time.Now().Add(-time.Second).Unix()}},
		"no expiry":          {claims: map[string]any{"exp": nil}},
		"one of the future":  {claims: map[string]any{"nbf": time.Now().Add(time.Hour).Unix()}},
		"no subject":         {claims: map[string]any{"sub": nil}},
		"an endless subject": {claims: map[string]any{"sub": strings.Repeat("s", 256)}},
		"no signature":       {sign: unsigned},
		"another key":        {sign: func(claims string) string { return oidctest.SignIDToken(strangerKey(), "k", oidc.RS256, claims) }},
		"another key's name": {sign: func(claims string) string { return oidctest.SignIDToken(strangerKey(), "other", oidc.RS256, claims) }},
		"another algorithm":  {sign: func(claims string) string { return oidctest.SignIDToken(providerKey(), "k", oidc.PS256, claims) }},
		"no token":           {sign: func(string) string { return "" }},
		"something else":     {sign: func(string) string { return "a.b.c" }},
		"an endless one":     {sign: func(claims string) string { return strings.Repeat("x", 2<<20) }},
		"a changed one": {sign: func(claims string) string {
			return regrouped(oidctest.SignIDToken(providerKey(), "k", oidc.RS256, claims))
		}},
		"a groups claim alone": {claims: map[string]any{"groups": []string{"zone-admins"}, "iss": nil, "sub": nil}},
	} {
		if tried%9 == 0 { // who fails oftener has to wait
			r = newRig(t, p.signOn(supportMap))
		}
		tried++
		p.claims, p.sign = c.claims, c.sign
		a := r.signInAt(p)
		assert.Equal(t, 502, a.StatusCode, "%s: %s", name, a.text)
		assert.Equal(t, "oidc_failed", a.code(), name)
		assert.NotContains(t, strings.Join(a.Header.Values("Set-Cookie"), "\n"), "appzone_session", name)
	}
	p.claims, p.sign = map[string]any{"aud": []string{"zone", "another client"}, "azp": "zone"}, nil
	sessionOf(t, newRig(t, p.signOn(supportMap)).signInAt(p))
}

// regrouped puts another group into a signed token.
func regrouped(token string) string {
	parts := strings.Split(token, ".")
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(text), "support", "zone-admins", 1)))
	return strings.Join(parts, ".")
}

func TestGroupsDecideWhoIsLetInAsWhat(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	for name, c := range map[string]struct {
		groups   any
		userinfo map[string]any
		role     string // "" is not let in
	}{
		"one group":              {groups: []string{"support"}, role: "agent"},
		"the first of the map":   {groups: []string{"staff", "support"}, role: "agent"},
		"one text":               {groups: "staff", role: "user"},
		"none":                   {groups: []string{}},
		"no claim":               {groups: nil},
		"another":                {groups: []string{"Support", "support ", "zone-admins2"}},
		"no list":                {groups: map[string]any{"zone-admins": true}},
		"a list of more":         {groups: []any{"zone-admins", 7}},
		"the map's own text":     {groups: []string{"*", "zone-admins=admin", "zone-admins, support"}},
		"userinfo":               {userinfo: map[string]any{"sub": "248289", "groups": []string{"staff"}}, role: "user"},
		"the token before it":    {groups: []string{"support"}, userinfo: map[string]any{"sub": "248289", "groups": []string{"zone-admins"}}, role: "agent"},
		"userinfo without a sub": {userinfo: map[string]any{"groups": []string{"zone-admins"}}},
		"another's userinfo":     {userinfo: map[string]any{"sub": "other", "groups": []string{"zone-admins"}}},
	} {
		p.claims, p.userinfo = map[string]any{"groups": c.groups}, c.userinfo
		if p.userinfo == nil {
			p.userinfo = map[string]any{"sub": "248289"}
		}
		a := r.signInAt(p)
		if c.role == "" {
			assert.Contains(t, []int{403, 502}, a.StatusCode, "%s: %s", name, a.text)
			continue
		}
		_, role := r.ownerOf(sessionOf(t, a))
		assert.Equal(t, c.role, role, name)
	}
}

func TestAMemberIsItsSubjectAndNothingElse(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	first := sessionOf(t, r.signInAt(p))
	p.claims = map[string]any{"preferred_username": "renamed", "groups": []string{"zone-admins"}}
	user, role := r.ownerOf(sessionOf(t, r.signInAt(p)))
	assert.Equal(t, "ann", user, "the name stays")
	assert.Equal(t, "admin", role)
	_, role = r.ownerOf(first)
	assert.Equal(t, "admin", role, "the role is the member's, in every session")

	for _, name := range []string{"admin", "ADMIN", "ann", "Ann", "host"} {
		p.claims = map[string]any{"sub": "another", "preferred_username": name, "email": "admin@example.org"}
		a := r.signInAt(p)
		assert.Equal(t, 409, a.StatusCode, name)
		assert.Equal(t, "oidc_name_taken", a.code(), name)
	}
	p.claims = map[string]any{"groups": []string{}}
	assert.Equal(t, "oidc_not_allowed", r.signInAt(p).code())
	p.claims = nil
	_, role = r.ownerOf(sessionOf(t, r.signInAt(p)))
	assert.Equal(t, "agent", role, "no longer an administrator")
}

func TestALoginReturnsToThisHostAlone(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	for _, to := range []string{"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "/\n/evil.example", " //evil.example",
		"javascript:alert(1)", "plugins", "?x", "/" + strings.Repeat("x", 512), "/%zz", "/a b", "/api/v1/session/oidc", "http:/evil.example", "/\x00", "///evil.example", "@evil.example", "/%2f%2fevil.example"} {
		a := r.do(call{method: "GET", path: "/api/v1/session/oidc?returnTo=" + url.QueryEscape(to), token: "-", header: map[string]string{"Host": publicName}})
		assert.Equal(t, 422, a.StatusCode, "%q", to)
		assert.Equal(t, "return_to_invalid", a.code(), "%q", to)
		assert.Empty(t, a.Header.Get("Location"))
	}
	for _, to := range []string{"/", "/plugins/clock?tab=logs#end", "/apps/clock/", "/a%2fb"} {
		cookie, location := r.beginOIDC("?returnTo=" + url.QueryEscape(to))
		assert.Equal(t, to, r.backFromOIDC(cookie, p.authorize(location)).Header.Get("Location"))
	}
}

// The provider leads to the public name, so the login begins there.
func TestALoginBeginsAtThePublicName(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	a := r.expect(call{method: "GET", path: "/api/v1/session/oidc?returnTo=/plugins", token: "-"}, 303)
	assert.Equal(t, "http://zone.example.org/api/v1/session/oidc?public=true&returnTo=%2Fplugins", a.Header.Get("Location"))
	assert.Empty(t, a.Cookies())
	a = r.expect(call{method: "GET", path: "/api/v1/session/oidc?public=true&returnTo=/plugins", token: "-"}, 303)
	assert.Contains(t, a.Header.Get("Location"), p.URL, "and not in a circle, behind a proxy that asks by another name")
}

func TestUnderTLSTheAttemptIsBoundToTheHost(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap), func(o *api.Options) { o.PublicURL = "https://zone.example.org" })
	a := r.expect(call{method: "GET", path: "/api/v1/session/oidc", token: "-", header: map[string]string{"Host": publicName}}, 303)
	c := a.Cookies()[0]
	assert.Equal(t, "__Host-appzone_oidc", c.Name)
	assert.True(t, c.Secure)
	assert.Equal(t, "/", c.Path)
	assert.Contains(t, a.Header.Get("Location"), url.QueryEscape("https://zone.example.org/api/v1/session/oidc/callback"))
}

// What the provider says is for the log: a page shows the host's own words.
func TestABrowserSeesAPage(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	cookie, location := r.beginOIDC("")
	answer := p.authorize(location)
	for name, query := range map[string]url.Values{
		"denied":  {"state": answer["state"], "error": {"access_denied"}, "error_description": {"<script>alert(1)</script>"}},
		"unknown": {"state": {"<script>alert(1)</script>"}, "code": {"<script>alert(1)</script>"}},
	} {
		a := r.do(call{method: "GET", path: "/api/v1/session/oidc/callback?" + query.Encode(), token: "-",
			header: map[string]string{"Host": publicName, "Cookie": cookie, "Accept": "text/html,*/*;q=0.8"}})
		assert.Contains(t, []int{400, 403}, a.StatusCode, name)
		assert.Equal(t, "text/html; charset=utf-8", a.Header.Get("Content-Type"))
		assert.NotContains(t, string(a.text), "alert(1)", name)
		assert.NotContains(t, string(a.text), "<script", name)
		assert.Contains(t, string(a.text), a.Header.Get("X-Request-Id"), name)
		assert.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'")
		assert.NotContains(t, a.Header.Get("Content-Security-Policy"), "script-src")
	}
}

func TestAnAnswerThatSaysNo(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	for name, c := range map[string]struct {
		with   url.Values
		status int
		code   string
	}{
		"denied":         {url.Values{"error": {"access_denied"}}, 403, "oidc_denied"},
		"broken":         {url.Values{"error": {"server_error"}}, 502, "oidc_failed"},
		"no code":        {url.Values{"code": {""}}, 502, "oidc_failed"},
		"another issuer": {url.Values{"iss": {"https://evil.example"}}, 502, "oidc_failed"},
		"another code":   {url.Values{"code": {"guessed"}}, 502, "oidc_failed"},
	} {
		cookie, location := r.beginOIDC("")
		query := p.authorize(location)
		for k, v := range c.with {
			query[k] = v
		}
		a := r.backFromOIDC(cookie, query)
		assert.Equal(t, c.status, a.StatusCode, name)
		assert.Equal(t, c.code, a.code(), name)
		assert.NotContains(t, string(a.text), "alert", name)
	}
}

func TestAProviderThatIsAwayIsAskedAgain(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	p.away.Store(true)
	r.expect(call{method: "GET", path: "/api/v1/session/oidc", token: "-", header: map[string]string{"Host": publicName}}, 503, "oidc_unavailable")
	p.away.Store(false)
	sessionOf(t, r.signInAt(p))
}

func TestAttemptsToComeBackAreLimited(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	var last answer
	for range 12 {
		if last = r.backFromOIDC("", url.Values{}); last.StatusCode == 429 {
			break
		}
	}
	require.Equal(t, 429, last.StatusCode)
	assert.NotEmpty(t, last.Header.Get("Retry-After"))
	assert.NotEmpty(t, r.login(), "a password is another way")
}

// Who came by single sign-on has no password to guess.
func TestAMemberOfSingleSignOnHasNoPassword(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	sessionOf(t, r.signInAt(p))
	for _, password := range []string{"", "ann", "access"} {
		r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "ann", "password": password}}, 401, "login_failed")
	}
}

func TestRefusedLoginsAreAudited(t *testing.T) {
	p := newProvider(t)
	r := newRig(t, p.signOn(supportMap))
	p.claims = map[string]any{"groups": []string{}}
	r.signInAt(p)
	r.backFromOIDC("", url.Values{"state": {"x"}})
	require.Eventually(t, func() bool { return len(r.auditedAs("session.refused")) == 2 }, 10*time.Second, 10*time.Millisecond)
	refused := r.auditedAs("session.refused")
	assert.Equal(t, "oidc_not_allowed", refused[0].Code)
	assert.Contains(t, string(refused[0].Data), `"ann"`)
	assert.Equal(t, "oidc_state_invalid", refused[1].Code)
	assert.NotEmpty(t, refused[1].RequestID)
}

// auditedAs are the entries of a kind in the audit trail.
func (r *rig) auditedAs(kind string) (entries []audit.Entry) {
	r.t.Helper()
	require.NoError(r.t, r.store.View(r.t.Context(), func(v host.Reader) error {
		return v.Scan("audit", "", "", func(_ string, decode func(any) error) (bool, error) {
			var e audit.Entry
			err := decode(&e)
			if e.Kind == kind {
				entries = append(entries, e)
			}
			return true, err
		})
	}))
	return entries
}
