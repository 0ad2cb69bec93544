package api_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
)

const clockPage = "http://clock.apps.example.org"

// clockRig has a program's page open, as its cookie.
func clockRig(t *testing.T, parameters string, change ...func(*api.Options)) (r *rig, cookie string) {
	t.Helper()
	r = newRig(t, append([]func(*api.Options){withDomain}, change...)...)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", parameters), true).StatusCode)
	cookie, _ = r.openPage("clock", "", "")
	return r, cookie
}

// C4: what is asked of a plugin's own origin never reaches the console.
func TestNothingOfTheConsoleIsOnAPluginsOrigin(t *testing.T) {
	r, cookie := clockRig(t, "")
	for _, path := range []string{"/api/v1/me", "/api/v1/openapi.json", "/api/docs", "/healthz", "/metrics", "/apps/clock/", "/hooks/clock/x", "/"} {
		stranger := r.do(r.follow(clockPage+path, "", "Authorization", "Bearer "+r.token))
		assert.Equal(t, 401, stranger.StatusCode, path)
		assert.Equal(t, "page_ended", stranger.code(), path)
		console := r.do(r.follow(clockPage+path, r.login()))
		assert.Equal(t, 401, console.StatusCode, "the console's cookie at %s", path)
		a := r.expect(r.follow(clockPage+path, cookie), 200)
		var got seen
		a.into(t, &got)
		assert.Equal(t, path, got.URI, "the plugin's own")
		assert.Equal(t, "admin", got.Header.Get("X-Appzone-User"))
		assert.Empty(t, got.Header.Get("X-Forwarded-Prefix"))
		assert.NotContains(t, got.Header.Get("Cookie"), "appzone")
	}
	r.expect(r.follow(clockPage+"/.appzone/nothing", cookie), 404)
	r.expect(r.follow(clockPage+"/.appzone/", cookie), 404)
}

func TestWhichNamesArePlugins(t *testing.T) {
	r, cookie := clockRig(t, "")
	for name, want := range map[string]int{
		"clock.apps.example.org": 200, "CLOCK.apps.example.org": 200, "apps.example.org": 421, "clock.apps.example.org:8443": 421,
		"clock.apps.example.org.evil.example": 421, "evilapps.example.org": 421,
		"a.clock.apps.example.org": 404, "_.apps.example.org": 404, "xn--x.apps.example.org": 404, "nothing.apps.example.org": 401,
	} {
		a := r.do(call{method: "GET", path: "/x", token: "-", header: map[string]string{"Host": name, "Cookie": cookie}})
		assert.Equal(t, want, a.StatusCode, name)
	}
}

// C4, D8: the cookie of a page counts for what the page itself asks, and for being opened.
func TestAPageCountsForItsOwnRequests(t *testing.T) {
	r, cookie := clockRig(t, "")
	const other, own = "http://other.apps.example.org", clockPage
	socket := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket"}
	for name, c := range map[string]struct {
		method string
		header map[string]string
		want   int
	}{
		"no browser":                     {"GET", nil, 200},
		"its own":                        {"POST", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": own}, 200},
		"its own form without referrer":  {"POST", map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200},
		"the address bar":                {"GET", map[string]string{"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}, 200},
		"opened by the console":          {"GET", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, 200},
		"another's form":                 {"POST", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Origin": other}, 403},
		"another's picture":              {"GET", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, 403},
		"another's fetch":                {"GET", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Origin": other}, 403},
		"another's, without TLS":         {"POST", map[string]string{"Origin": other}, 403},
		"another's reading, without TLS": {"GET", map[string]string{"Origin": other}, 403},
		"a sandboxed page's":             {"POST", map[string]string{"Origin": "null"}, 403},
		"its own, without TLS":           {"POST", map[string]string{"Origin": own}, 200},
		"another scheme":                 {"POST", map[string]string{"Origin": strings.Replace(own, "http:", "https:", 1)}, 403},
		"a socket of another":            {"GET", map[string]string{"Origin": other}, 403},
		"a socket of nobody":             {"GET", nil, 403},
		"a socket that says same-origin": {"GET", map[string]string{"Origin": other, "Sec-Fetch-Site": "same-origin"}, 403},
	} {
		pairs := []string{}
		for k, v := range c.header {
			pairs = append(pairs, k, v)
		}
		if strings.HasPrefix(name, "a socket") {
			for k, v := range socket {
				pairs = append(pairs, k, v)
			}
		}
		request := r.follow(own+"/echo", cookie, pairs...)
		request.method = c.method
		a := r.do(request)
		assert.Equal(t, c.want, a.StatusCode, "%s: %s", name, a.text)
		assert.Equal(t, c.want == 403, strings.Contains(string(a.text), "wrong_origin"), name)
	}
}

func TestTheHeadersOfAPage(t *testing.T) {
	r, cookie := clockRig(t, `,"permissions":{"browser":["microphone","popups"]}`)
	a := r.expect(r.follow(clockPage+"/x", cookie), 200)
	policies := a.Header.Values("Content-Security-Policy")
	assert.Equal(t, []string{"default-src *", "sandbox allow-scripts allow-forms allow-modals allow-same-origin allow-popups; frame-ancestors 'self' " + r.base}, policies,
		"D9: the plugin's own policy cannot take ours away")
	assert.NotContains(t, strings.Join(policies, " "), "top-navigation", "C4")
	features := a.Header.Get("Permissions-Policy")
	for _, want := range []string{"microphone=(self)", "camera=()", "geolocation=()", "clipboard-read=()", "clipboard-write=()", "display-capture=()", "usb=()", "serial=()", "storage-access=()"} {
		assert.Contains(t, features, want)
	}
	assert.Equal(t, []string{"same-origin"}, a.Header.Values("Cross-Origin-Resource-Policy"), "C8")
	assert.Equal(t, []string{"same-origin"}, a.Header.Values("Referrer-Policy"))
	assert.Equal(t, []string{"nosniff"}, a.Header.Values("X-Content-Type-Options"), "C2")
	assert.Empty(t, a.Header.Values("Access-Control-Allow-Origin"))
	assert.Contains(t, a.Header.Values("Vary"), "Cookie", "C8")
	assert.NotContains(t, strings.Join(policies, " "), "nonce", "C7")
	r.expect(r.follow(clockPage+"/sw.js", cookie, "Service-Worker", "script"), 403, "worker_refused")

	l := r.launch("clock", "", "")
	assert.Equal(t, "microphone 'src'", l.Allow)
	start := r.get("/").Header.Get("Content-Security-Policy")
	assert.Contains(t, start, "frame-src http://*.apps.example.org")
}

func TestASandboxedPage(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", `,"permissions":{"browser":["camera"]}`), true).StatusCode)
	l := r.launch("clock", "", "")
	assert.Equal(t, "null", l.Origin)
	assert.Equal(t, "allow-scripts allow-forms allow-modals", l.Sandbox, "C6")
	assert.Equal(t, "camera *", l.Allow)
	none, address := r.redeem(l.URL)
	assert.Empty(t, none, "no cookie on the console's host")
	require.Regexp(t, `/pages/clock/s1\.[\w.-]+/$`, address)

	a := r.expect(r.follow(address+"x?y=1", r.login(), "Origin", "null"), 200)
	var got seen
	a.into(t, &got)
	assert.Equal(t, "/x?y=1", got.URI)
	assert.Equal(t, "admin", got.Header.Get("X-Appzone-User"))
	assert.NotContains(t, got.Header.Get("Cookie"), "appzone")
	assert.Equal(t, []string{"default-src *", "sandbox allow-scripts allow-forms allow-modals"}, a.Header.Values("Content-Security-Policy"), "C4, C6")
	assert.Equal(t, []string{"no-referrer"}, a.Header.Values("Referrer-Policy"))
	assert.Equal(t, []string{"cross-origin"}, a.Header.Values("Cross-Origin-Resource-Policy"))
	assert.Equal(t, []string{"null"}, a.Header.Values("Access-Control-Allow-Origin"))
	assert.Contains(t, a.Header.Values("Vary"), "Origin", "C8")
	assert.Empty(t, r.expect(r.follow(address+"x", ""), 200).Header.Values("Access-Control-Allow-Origin"))

	asked := r.follow(address+"x", "", "Origin", "null", "Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "x-custom")
	asked.method = "OPTIONS"
	preflight := r.expect(asked, 204)
	assert.Equal(t, "PUT", preflight.Header.Get("Access-Control-Allow-Methods"))
	assert.Equal(t, "x-custom", preflight.Header.Get("Access-Control-Allow-Headers"))
	assert.Equal(t, "null", preflight.Header.Get("Access-Control-Allow-Origin"))

	for name, c := range map[string]struct {
		path   string
		header []string
		want   int
	}{
		"a page with an origin": {"x", []string{"Origin", "http://zone.example.org"}, 403},
		"a socket of a page":    {"x", []string{"Origin", "http://zone.example.org", "Connection", "Upgrade", "Upgrade", "websocket"}, 403},
		"a socket of nobody":    {"x", []string{"Connection", "Upgrade", "Upgrade", "websocket"}, 403},
	} {
		assert.Equal(t, c.want, r.do(r.follow(address+c.path, "", c.header...)).StatusCode, name)
	}
	base := address[:strings.Index(address, "/pages/")]
	for _, path := range []string{"/pages/clock/s1.00000000.AAAA/x", "/pages/clock/x", "/pages/clock/", "/pages/clock/launch", "/pages/nothing/launch?ticket=x", "/pages/clock//x"} {
		assert.Equal(t, 401, r.do(r.follow(base+path, r.login())).StatusCode, path)
	}
	assert.Contains(t, r.get("/").Header.Get("Content-Security-Policy"), "frame-src 'self'")
}

// There are no sandboxed pages where pages have origins, whatever pass somebody has.
func TestPagesHaveOnePlace(t *testing.T) {
	r, cookie := clockRig(t, "")
	_, pass, _ := strings.Cut(cookie, "=")
	r.expect(call{method: "GET", path: "/pages/clock/" + pass + "/x"}, 404, "not_found")
}

func TestAFreePortForEachPlugin(t *testing.T) {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	port := probe.Addr().(*net.TCPAddr).Port
	require.NoError(t, probe.Close())
	r := newRig(t, func(o *api.Options) { o.AppsPorts = api.PortRange{First: port, Last: port} })
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	require.Equal(t, 200, r.install(htmlZip(t, "Other", "1.0.0"), false).StatusCode)
	at := *r
	at.base = "http://127.0.0.1:" + strconv.Itoa(port)

	origin := "http://zone.example.org:" + strconv.Itoa(port)
	assert.Equal(t, 404, at.do(at.follow(origin+"/", "")).StatusCode, "no plugin has it yet")
	l := r.launch("pages", "", "")
	assert.Equal(t, origin, l.Origin)
	cookie, address := at.redeem(l.URL)
	assert.Equal(t, origin+"/pages/admin.html", address)
	at.expect(at.follow(address, "appzone_page_pages=tossed; "+cookie), 200)
	at.expect(at.follow(origin+"/api/v1/me", cookie), 404, "file_not_found")
	assert.Equal(t, 421, at.do(at.follow("http://evil.example:"+strconv.Itoa(port)+"/", cookie)).StatusCode)
	assert.Equal(t, 421, at.do(at.follow("http://zone.example.org/", cookie)).StatusCode, "the console's name at a page's port")
	assert.Equal(t, 401, at.do(at.follow(address, r.login())).StatusCode)

	at.expect(at.follow(origin+"/sw.js", cookie, "Service-Worker", "script"), 403, "worker_refused")

	again := r.launch("pages", "", "")
	assert.Equal(t, origin, again.Origin, "a plugin keeps its port")
	r.expect(call{method: "POST", path: "/api/v1/plugins/other/launch"}, 503, "no_page_port")
	require.Equal(t, 204, r.do(call{method: "DELETE", path: "/api/v1/plugins/pages?force=true"}).StatusCode)
	assert.Equal(t, origin, r.launch("other", "", "").Origin, "a port of a plugin that went is free")
}

func TestAPluginsCookiesLiveInTheFrame(t *testing.T) {
	for name, want := range map[string]string{
		"sid=1": "sid=1; Secure; SameSite=None; Partitioned",
		"sid=1; Path=/x; HttpOnly; SameSite=Strict":                  "sid=1; Path=/x; HttpOnly; Secure; SameSite=None; Partitioned",
		"sid=1; secure; Domain=example.org; samesite=lax; Max-Age=5": "sid=1; Max-Age=5; Secure; SameSite=None; Partitioned",
		"secure=1": "secure=1; Secure; SameSite=None; Partitioned",
		"__Host-appzone_session=tossed; Path=/; Secure": "",
	} {
		r, cookie := clockRig(t, "", func(o *api.Options) { o.PublicURL = "https://zone.example.org" })
		a := r.expect(r.follow("https://clock.apps.example.org/x?cookie="+url.QueryEscape(name), cookie), 200)
		assert.Equal(t, want, a.Header.Get("Set-Cookie"), name)
	}
}

// H8: what opens a page is in no log.
func TestLogsHoldNoPass(t *testing.T) {
	var log bytes.Buffer
	r := newRig(t, func(o *api.Options) {
		o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	l := r.launch("pages", "", "")
	_, address := r.redeem(l.URL)
	r.expect(r.follow(address, ""), 200)
	pass := strings.Split(address, "/")[5]
	for _, odd := range []string{"//", "%2f", "/x/", "/%2e%2e/"} {
		assert.GreaterOrEqual(t, r.do(r.follow(strings.Replace(address, "/"+pass, odd+pass, 1), "")).StatusCode, 400)
	}
	ticket := l.URL[strings.Index(l.URL, "=")+1:]
	require.NoError(t, r.server.Shutdown(t.Context()))
	assert.Contains(t, log.String(), "path=/pages/pages/*** ")
	assert.NotContains(t, log.String(), pass)
	assert.NotContains(t, log.String(), ticket)
}

// A session that was tossed beside the real one does not hide it, and one of nobody opens nothing.
func TestATossedCookieDoesNotHideTheSession(t *testing.T) {
	r := newRig(t)
	mine := r.login()
	for header, want := range map[string]int{"appzone_session=tossed; " + mine: 200, mine + "; appzone_session=tossed": 200, "appzone_session=; " + mine: 200, "appzone_session=tossed": 401} {
		a := r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": header}})
		assert.Equal(t, want, a.StatusCode, header)
	}
	out := r.do(call{method: "DELETE", path: "/api/v1/session", token: "-", header: map[string]string{"Cookie": "appzone_session=tossed; " + mine}})
	require.Equal(t, http.StatusNoContent, out.StatusCode)
	a := r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": mine}})
	assert.Equal(t, 401, a.StatusCode, "the one that was in use is closed")
}

func TestTicketsAreBounded(t *testing.T) {
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	pass := host.Pass{Plugin: "pages", View: "admin", Console: "http://zone.example.org"}
	ticket := func(user, credential string) string {
		pass.Credential = credential
		secret, _, err := r.host.NewTicket(pass, user)
		require.NoError(t, err)
		return secret
	}
	first := ticket("ann", "token:first")
	for i := range 10_200 { // with credentials enough to fill the table, if each had a share of its own
		ticket("ann", fmt.Sprint("token:", i%200))
	}
	_, _, err := r.host.Redeem(t.Context(), "pages", first, host.Origin{})
	require.ErrorContains(t, err, "once and within a minute", "the member's oldest went")
	ticket("bob", "token:bob")
}
