package api_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
)

// withDomain gives plugins names below apps.example.org.
func withDomain(o *api.Options) { o.AppsDomain = "apps.example.org" }

// launched is the answer of a launch.
type launched struct {
	URL, View, Origin, Sandbox, Allow string
	ExpiresAt                         *time.Time
	External                          bool
}

// launch asks for a page, with a Cookie header or with the rig's token.
func (r *rig) launch(id, view, cookie string) launched {
	r.t.Helper()
	c := call{method: "POST", path: "/api/v1/plugins/" + id + "/launch", json: map[string]string{}}
	if view != "" {
		c.json = map[string]string{"view": view}
	}
	if cookie != "" {
		c.token, c.header = "-", map[string]string{"Cookie": cookie}
	}
	var l launched
	r.expect(c, 200).into(r.t, &l)
	return l
}

// follow is the request of an address that a browser was given.
func (r *rig) follow(address, cookie string, header ...string) call {
	r.t.Helper()
	u, err := url.Parse(address)
	require.NoError(r.t, err)
	c := call{method: "GET", path: u.RequestURI(), token: "-", header: map[string]string{"Host": u.Host}}
	if cookie != "" {
		c.header["Cookie"] = cookie
	}
	for k := 0; k < len(header); k += 2 {
		c.header[header[k]] = header[k+1]
	}
	return c
}

// openPage launches a page and redeems its ticket: it returns the page's cookie and its address.
func (r *rig) openPage(id, view, cookie string) (pageCookie, address string) {
	r.t.Helper()
	return r.redeem(r.launch(id, view, cookie).URL)
}

func (r *rig) redeem(launchURL string) (pageCookie, address string) {
	r.t.Helper()
	a := r.expect(r.follow(launchURL, ""), 303)
	base, err := url.Parse(launchURL)
	require.NoError(r.t, err)
	to, err := base.Parse(a.Header.Get("Location"))
	require.NoError(r.t, err)
	if set := a.Cookies(); len(set) > 0 {
		pageCookie = set[0].Name + "=" + set[0].Value
	}
	return pageCookie, to.String()
}

func TestAPageIsOpenedOnItsOwnOriginWithATicket(t *testing.T) {
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	l := r.launch("pages", "", r.login())
	assert.True(t, strings.HasPrefix(l.URL, "http://pages.apps.example.org/.appzone/launch?ticket="), l.URL)
	assert.Equal(t, launched{URL: l.URL, ExpiresAt: l.ExpiresAt, View: "admin", Origin: "http://pages.apps.example.org",
		Sandbox: "allow-scripts allow-forms allow-modals allow-same-origin"}, l)
	assert.WithinDuration(t, time.Now().Add(time.Minute), *l.ExpiresAt, 30*time.Second)

	a := r.expect(r.follow(l.URL, ""), 303)
	assert.Equal(t, "/pages/admin.html", a.Header.Get("Location"))
	assert.Equal(t, "no-referrer", a.Header.Get("Referrer-Policy"))
	assert.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	require.Len(t, a.Cookies(), 1)
	c := a.Cookies()[0]
	assert.Equal(t, "appzone_page_pages", c.Name)
	assert.True(t, c.HttpOnly && c.Path == "/" && c.Domain == "" && c.SameSite == http.SameSiteLaxMode && !c.Secure, c.String())

	page := r.expect(r.follow("http://pages.apps.example.org/pages/admin.html", c.Name+"="+c.Value), 200)
	assert.Contains(t, string(page.text), "<h1>admin</h1>")
	again := r.expect(r.follow(l.URL, ""), 401, "ticket_invalid")
	assert.Empty(t, again.Cookies())
	shown := r.expect(r.follow(l.URL, "", "Accept", "text/html"), 401)
	assert.Contains(t, string(shown.text), "open the page again from the console")
	assert.Contains(t, shown.Header.Get("Content-Type"), "text/html")
}

func TestPageCookiesUnderTLSAndOnLocalhost(t *testing.T) {
	for name, c := range map[string]struct {
		change []func(*api.Options)
		header []string
		want   string
	}{
		"TLS": {[]func(*api.Options){withDomain, func(o *api.Options) { o.PublicURL = "https://zone.example.org" }}, nil,
			"__Host-appzone_page_pages=; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"},
		"TLS of a proxy": {[]func(*api.Options){withDomain, trustLoopback}, []string{"X-Forwarded-Proto", "https"},
			"__Host-appzone_page_pages=; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"},
		"localhost": {[]func(*api.Options){func(o *api.Options) { o.AppsDomain, o.PublicURL = "localhost", "http://localhost" }}, nil,
			"appzone_page_pages=; Path=/; HttpOnly; Secure; SameSite=None; Partitioned"},
		"neither": {[]func(*api.Options){withDomain}, nil, "appzone_page_pages=; Path=/; HttpOnly; SameSite=Lax"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, c.change...)
			require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
			a := r.expect(r.follow(r.launch("pages", "", "").URL, "", c.header...), 303)
			name, rest, _ := strings.Cut(a.Header.Get("Set-Cookie"), "=")
			_, attributes, _ := strings.Cut(rest, ";")
			assert.Equal(t, c.want, name+"=;"+attributes)
		})
	}
}

func TestATicketIsGoodOnceAndForItsPluginAlone(t *testing.T) {
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	require.Equal(t, 200, r.install(htmlZip(t, "Other", "1.0.0"), false).StatusCode)
	l := r.launch("pages", "", "")

	r.expect(call{method: "HEAD", path: "/.appzone/launch?ticket=x", token: "-", header: map[string]string{"Host": "pages.apps.example.org"}}, 405)
	r.expect(r.follow(strings.Replace(l.URL, "pages.", "other.", 1), ""), 401, "ticket_invalid")
	r.expect(r.follow(l.URL, ""), 401, "ticket_invalid")

	l = r.launch("pages", "", "")
	var redeemed sync.WaitGroup
	statuses := make(chan int, 20)
	for range cap(statuses) {
		redeemed.Go(func() {
			res, err := http.DefaultTransport.RoundTrip(r.request(r.follow(l.URL, "")))
			if err == nil {
				_ = res.Body.Close()
				statuses <- res.StatusCode
			}
		})
	}
	redeemed.Wait()
	close(statuses)
	count := map[int]int{}
	for status := range statuses {
		count[status]++
	}
	assert.Equal(t, map[int]int{303: 1, 401: 19}, count)
}

func TestWhichViewWhoGets(t *testing.T) {
	zip := zipOf(t, map[string]string{
		"manifest.json": `{"name":"Site","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"https://crm.example.com/start?x=1","agent":"a b.html"}}}`,
		"a b.html":      "agent",
	})
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(zip, false).StatusCode)
	require.Equal(t, 200, r.install(zipOf(t, map[string]string{
		"manifest.json": `{"name":"Half","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"x.html"}}}`, "x.html": "x"}), false).StatusCode)
	r.member("ann", "agent", map[string]any{"plugins": []string{"site", "half"}})
	r.member("uwe", "user", map[string]any{"plugins": []string{"half"}})
	r.member("bob", "agent", nil)
	sessions := map[string]map[string]string{}
	for _, name := range []string{"ann", "uwe", "bob"} {
		sessions[name] = r.loginAs(name)
	}
	for _, c := range []struct {
		who, id, view string
		status        int
		code          string
	}{
		{"ann", "site", "", 200, ""}, {"ann", "site", "agent", 200, ""}, {"ann", "site", "admin", 403, "view_denied"},
		{"ann", "half", "", 404, "view_not_found"}, {"uwe", "half", "", 200, ""}, {"uwe", "half", "agent", 403, "view_denied"},
		{"uwe", "site", "", 404, "plugin_not_found"}, {"bob", "site", "", 404, "plugin_not_found"}, {"bob", "nothing", "", 404, "plugin_not_found"},
		{"ann", "site", "other", 422, "view_unknown"},
	} {
		a := r.do(call{method: "POST", path: "/api/v1/plugins/" + c.id + "/launch", token: "-", json: map[string]string{"view": c.view}, header: sessions[c.who]})
		assert.Equal(t, c.status, a.StatusCode, "%+v: %s", c, a.text)
		assert.Equal(t, c.code, a.code(), "%+v", c)
	}
	external := r.launch("site", "admin", "")
	assert.Equal(t, launched{URL: "https://crm.example.com/start?x=1", View: "admin", External: true, Origin: "https://crm.example.com",
		Sandbox: "allow-scripts allow-forms allow-modals allow-same-origin"}, external)
	_, address := r.openPage("site", "agent", "")
	assert.Equal(t, "http://site.apps.example.org/a%20b.html", address)
}

// pageOf is what a page's request got: 200, or why not.
func (r *rig) pageOf(address, cookie string, header ...string) (int, string) {
	r.t.Helper()
	a := r.do(r.follow(address, cookie, header...))
	return a.StatusCode, a.code()
}

// D11: a page is bound to its plugin, its member and the session that it was opened from.
func TestAPageEndsWithWhatItWasOpenedBy(t *testing.T) {
	for _, mode := range []struct {
		name   string
		change func(*api.Options)
	}{{"own origin", withDomain}, {"sandbox", func(*api.Options) {}}} {
		t.Run(mode.name, func(t *testing.T) {
			r := newRig(t, mode.change)
			require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
			require.Equal(t, 200, r.install(htmlZip(t, "Other", "1.0.0"), false).StatusCode)

			r.member("ann", "agent", map[string]any{"plugins": []string{"pages"}})
			ann := r.loginAs("ann")["Cookie"]
			cookie, address := r.openPage("pages", "", ann)
			status, code := r.pageOf(address, cookie)
			require.Equal(t, 200, status, code)
			status, code = r.pageOf(strings.Replace(address, "http://pages.", "http://other.", 1), strings.Replace(cookie, "page_pages", "page_other", 1))
			if mode.name == "sandbox" {
				status, code = r.pageOf(strings.Replace(address, "/pages/pages/", "/pages/other/", 1), "")
			}
			assert.Equal(t, 401, status, "another plugin's page")
			assert.Equal(t, "page_ended", code)

			waiting := r.launch("pages", "", ann)
			r.patch("/api/v1/staff/ann", map[string]any{"plugins": []string{}})
			status, code = r.pageOf(address, cookie)
			assert.Equal(t, 404, status, "after the plugin was taken away")
			assert.Equal(t, "plugin_not_found", code)
			r.expect(r.follow(waiting.URL, ""), 404, "plugin_not_found")
			r.patch("/api/v1/staff/ann", map[string]any{"plugins": []string{"pages"}})
			status, code = r.pageOf(address, cookie)
			require.Equal(t, 200, status, code)

			r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: map[string]string{"Cookie": ann}}, 204)
			status, code = r.pageOf(address, cookie)
			assert.Equal(t, 401, status, "after the logout")
			assert.Equal(t, "page_ended", code)

			token, err := r.host.CreateToken(t.Context(), host.TokenRequest{Name: "page", Scopes: []string{"apps:pages"}}, host.Actor{User: "admin", Role: host.RoleAdmin})
			require.NoError(t, err)
			var l launched
			r.expect(call{method: "POST", path: "/api/v1/plugins/pages/launch", token: token.Secret}, 200).into(t, &l)
			cookie, address = r.redeem(l.URL)
			status, _ = r.pageOf(address, cookie)
			require.Equal(t, 200, status)
			r.expect(call{method: "DELETE", path: "/api/v1/tokens/" + token.ID}, 204)
			status, _ = r.pageOf(address, cookie)
			assert.Equal(t, 401, status, "after the token was deleted")

			unused := r.launch("pages", "", "")
			cookie, address = r.openPage("pages", "", "")
			status, _ = r.pageOf(address, cookie)
			require.Equal(t, 200, status)
			require.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/pages/uninstall?wait=true", json: map[string]any{}}).StatusCode)
			status, code = r.pageOf(address, cookie)
			assert.Equal(t, 404, status, "after the plugin went")
			assert.Equal(t, "plugin_not_found", code)
			r.expect(r.follow(unused.URL, ""), 404, "plugin_not_found")
		})
	}
}

func TestAStreamOfAPageIsCut(t *testing.T) {
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	r.member("ann", "agent", map[string]any{"plugins": []string{"clock"}})
	for name, end := range map[string]func(session string){
		"when its session ends": func(session string) {
			r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: map[string]string{"Cookie": session}}, 204)
		},
		"when the plugin is taken away": func(string) {
			r.patch("/api/v1/staff/ann", map[string]any{"plugins": []string{}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r.patch("/api/v1/staff/ann", map[string]any{"plugins": []string{"clock"}})
			session := r.loginAs("ann")["Cookie"]
			cookie, _ := r.openPage("clock", "", session)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			res, err := http.DefaultTransport.RoundTrip(r.request(r.follow("http://clock.apps.example.org/events", cookie)).WithContext(ctx))
			require.NoError(t, err)
			defer res.Body.Close()
			require.Equal(t, 200, res.StatusCode)
			piece := make([]byte, 20)
			_, err = res.Body.Read(piece)
			require.NoError(t, err)
			end(session)
			for err == nil {
				_, err = res.Body.Read(piece)
			}
			assert.NoError(t, ctx.Err(), "the stream went on")
		})
	}
}
