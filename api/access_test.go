package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

// concrete fills a path's parameters in.
func concrete(path string) string {
	return strings.NewReplacer("{id}", "clock", "{version}", "1.0.0", "{path}", "a.txt", "{name}", "html-hello", "{username}", "nobody").Replace(path)
}

// D5: what is refused must not be handled all the same, on any route.
func TestEveryRouteNeedsCredentials(t *testing.T) {
	r := newRigWith(t, (*api.Server).WithoutLimits)
	for _, o := range r.server.Operations() {
		if o.Access == api.AccessPublic {
			continue
		}
		for name, header := range map[string]map[string]string{
			"nothing":          nil,
			"unknown token":    {"Authorization": "Bearer azt_unknown"},
			"empty token":      {"Authorization": "Bearer "},
			"other scheme":     {"Authorization": "Basic YWRtaW46YWRtaW4="},
			"unknown session":  {"Cookie": "appzone_session=unknown"},
			"cookie of TLS":    {"Cookie": "__Host-appzone_session=unknown"},
			"a token's cookie": {"Cookie": "appzone_session=" + r.token},
		} {
			a := r.do(call{method: o.Method, path: concrete(o.Path), token: "-", header: header})
			assert.Equal(t, 401, a.StatusCode, "%s with %s", o.ID, name)
			assert.Contains(t, a.Header.Get("WWW-Authenticate"), "Bearer", "%s with %s", o.ID, name)
		}
	}
}

// H2: a page elsewhere cannot use the browser's session.
func TestASessionCountsOnlyForTheConsolesOwnPages(t *testing.T) {
	r := newRig(t)
	cookie := r.login()
	own := "http://" + strings.TrimPrefix(r.base, "http://")
	for name, c := range map[string]struct {
		header  map[string]string
		allowed bool
	}{
		"no page":              {nil, true},
		"its own page":         {map[string]string{"Origin": own, "Sec-Fetch-Site": "same-origin"}, true},
		"the public origin":    {map[string]string{"Origin": "http://zone.example.org"}, true},
		"the address bar":      {map[string]string{"Sec-Fetch-Site": "none"}, true},
		"another site":         {map[string]string{"Origin": "https://evil.example"}, false},
		"another port":         {map[string]string{"Origin": "http://127.0.0.1:1"}, false},
		"another scheme":       {map[string]string{"Origin": strings.Replace(own, "http:", "https:", 1)}, false},
		"a sandboxed page":     {map[string]string{"Origin": "null"}, false},
		"cross-site":           {map[string]string{"Sec-Fetch-Site": "cross-site"}, false},
		"same site":            {map[string]string{"Sec-Fetch-Site": "same-site"}, false},
		"no page of another":   {map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "none"}, false},
		"a word of the future": {map[string]string{"Sec-Fetch-Site": "same-galaxy"}, false},
		"own origin but cross": {map[string]string{"Origin": own, "Sec-Fetch-Site": "cross-site"}, false},
	} {
		for _, target := range []call{
			{method: "POST", path: "/api/v1/plugins/clock/start"},
			{method: "POST", path: "/api/v1/plugins"},
			{method: "DELETE", path: "/api/v1/plugins/clock"},
			{method: "POST", path: "/api/v1/plugins/clock/launch"},
		} {
			target.token, target.header = "-", map[string]string{"Cookie": cookie}
			for k, v := range c.header {
				target.header[k] = v
			}
			a := r.do(target)
			assert.Equal(t, !c.allowed, a.code() == "wrong_origin", "%s %s from %s: %d %s", target.method, target.path, name, a.StatusCode, a.code())
		}
		reading := r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": cookie, "Origin": c.header["Origin"]}})
		assert.Equal(t, 200, reading.StatusCode, "reading from %s", name)
	}
}

// H2: no route that changes something is left out. The login counts, too: another page must not log a browser in as somebody else.
func TestEveryChangeWithASessionNeedsTheOrigin(t *testing.T) {
	r := newRigWith(t, (*api.Server).WithoutLimits)
	cookie, changes := r.login(), 0
	refused := func(method, path string) {
		for _, header := range []map[string]string{{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}} {
			header["Cookie"] = cookie
			r.expect(call{method: method, path: path, token: "-", header: header}, 403, "wrong_origin")
		}
		changes++
	}
	for _, o := range r.server.Operations() {
		if o.Method != http.MethodGet {
			refused(o.Method, concrete(o.Path))
		}
	}
	assert.Greater(t, changes, 15)
	r.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": cookie}}, 200)
}

// A token is sent by programs, never by a browser on its own.
func TestATokenCountsFromAnywhere(t *testing.T) {
	r := newRig(t)
	for _, header := range []map[string]string{{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, {"Origin": "null", "Cookie": r.login()}} {
		r.expect(call{method: "POST", path: "/api/v1/plugins/clock/start", header: header}, 404, "plugin_not_found")
	}
}

// A browser that was told so by the name of its own machine would ask every program there for TLS.
func TestTLSIsNotInsistedOnForThisMachine(t *testing.T) {
	r := newRig(t, func(o *api.Options) { o.PublicURL = "https://zone.example.org" }, trustLoopback)
	for host, want := range map[string]string{"zone.example.org": "max-age=31536000", "localhost" + r.base[strings.LastIndexByte(r.base, ':'):]: "max-age=0"} {
		for _, path := range []string{"/api/v1/me", "/", "/nothing", "/apps/clock/"} {
			a := r.do(call{method: "GET", path: path, header: map[string]string{"Host": host, "X-Forwarded-Proto": "https"}})
			assert.Equal(t, want, a.Header.Get("Strict-Transport-Security"), "%s on %s", path, host)
		}
		a := r.do(call{method: "GET", path: "/", header: map[string]string{"Host": host, "X-Forwarded-Proto": "http"}})
		assert.Empty(t, a.Header.Get("Strict-Transport-Security"))
	}
}

// D8: an upgrade opens a channel, so it counts as a change.
func TestAnUpgradeWithASessionNeedsTheOrigin(t *testing.T) {
	r := newRig(t)
	a := r.do(call{method: "GET", path: "/api/v1/events", token: "-", header: map[string]string{"Cookie": r.login(), "Origin": "https://evil.example",
		"Connection": "Upgrade", "Upgrade": "websocket"}})
	require.Equal(t, 403, a.StatusCode)
	assert.Equal(t, "wrong_origin", a.code())
}

// Names that were made to point at this machine are no names of this host.
func TestOtherHostNamesAreRefused(t *testing.T) {
	r := newRig(t)
	port := r.base[strings.LastIndexByte(r.base, ':'):]
	for name, want := range map[string]int{
		"zone.example.org": 200, "ZONE.example.org": 200, "localhost" + port: 200, "127.0.0.1" + port: 200, "[::1]" + port: 200,
		"evil.example" + port: 421, "localhost": 421, "localhost:1": 421, "127.0.0.2" + port: 421, "zone.example.org.evil.example": 421,
	} {
		a := r.do(call{method: "GET", path: "/api/v1/me", header: map[string]string{"Host": name}})
		assert.Equal(t, want, a.StatusCode, name)
	}
	assert.Equal(t, 200, r.do(call{method: "GET", path: "/healthz", token: "-", header: map[string]string{"Host": "10.1.2.3:8080"}}).StatusCode, "probes come by address")
}

func TestForwardedHeadersCountFromTrustedProxiesOnly(t *testing.T) {
	header := map[string]string{"X-Forwarded-For": "203.0.113.9, 127.0.0.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "zone.example.org",
		"X-Request-Id": "from-the-proxy", "Content-Type": "application/json"}
	body := func() call {
		return call{method: "POST", path: "/api/v1/session", token: "-", header: header, json: map[string]string{"username": "admin", "password": adminPassword}}
	}
	plain := newRig(t).do(body())
	require.Equal(t, 204, plain.StatusCode)
	assert.Equal(t, "appzone_session", plain.Cookies()[0].Name)
	assert.NotEqual(t, "from-the-proxy", plain.Header.Get("X-Request-Id"))
	assert.Empty(t, plain.Header.Get("Strict-Transport-Security"))

	trusted := newRig(t, trustLoopback).do(body())
	require.Equal(t, 204, trusted.StatusCode)
	cookie := trusted.Cookies()[0]
	assert.Equal(t, "__Host-appzone_session", cookie.Name)
	assert.True(t, cookie.Secure && cookie.HttpOnly && cookie.SameSite == http.SameSiteStrictMode)
	assert.Equal(t, "/", cookie.Path)
	assert.Equal(t, "from-the-proxy", trusted.Header.Get("X-Request-Id"))
	assert.NotEmpty(t, trusted.Header.Get("Strict-Transport-Security"))
}

func TestAPublicURLWithTLSMakesSecureCookies(t *testing.T) {
	r := newRig(t, func(o *api.Options) { o.PublicURL = "https://Zone.example.org:443" })
	for name, want := range map[string]string{"zone.example.org": "__Host-appzone_session", strings.TrimPrefix(r.base, "http://"): "appzone_session"} {
		a := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", header: map[string]string{"Host": name},
			json: map[string]string{"username": "admin", "password": adminPassword}}, 204)
		assert.Equal(t, want, a.Cookies()[0].Name, name)
		r.expect(call{method: "POST", path: "/api/v1/plugins/x/start", token: "-", header: map[string]string{"Host": name, "Cookie": a.Cookies()[0].Name + "=" + a.Cookies()[0].Value,
			"Origin": "https://zone.example.org"}}, 404)
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	r := newRig(t)
	for _, c := range []call{
		{method: "GET", path: "/api/v1/me"}, {method: "GET", path: "/api/v1/me", token: "-"}, {method: "GET", path: "/nothing"},
		{method: "GET", path: "/api/docs", token: "-"}, {method: "GET", path: "/", token: "-"}, {method: "POST", path: "/healthz"},
		{method: "GET", path: "/api/v1/me", header: map[string]string{"Host": "evil.example"}},
	} {
		a := r.do(c)
		assert.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"), c.path)
		assert.Equal(t, "no-referrer", a.Header.Get("Referrer-Policy"), c.path)
		assert.Equal(t, "same-origin", a.Header.Get("Cross-Origin-Resource-Policy"), c.path)
		assert.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'", c.path)
		assert.Contains(t, a.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'", c.path)
		assert.NotContains(t, a.Header.Get("Content-Security-Policy"), "unsafe", c.path)
		assert.NotEmpty(t, a.Header.Get("X-Request-Id"), c.path)
		assert.Empty(t, a.Header.Get("Server"), c.path)
	}
}
