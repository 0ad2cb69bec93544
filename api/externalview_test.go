package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// externalZip is a plugin whose pages are on other sites.
func externalZip(t *testing.T, name, admin, agent string) []byte {
	return zipOf(t, map[string]string{"manifest.json": fmt.Sprintf(
		`{"name":%q,"version":"1.0.0","description":"elsewhere","type":"html","parameters":{"views":{"admin":%q,"agent":%q}}}`, name, admin, agent)})
}

// B7, C6: the console may frame the sites of installed plugins, and none besides; no name of one says more in its policy.
func TestTheConsoleFramesTheSitesOfInstalledPluginsAlone(t *testing.T) {
	r := newRig(t, withDomain, withConsole)
	frames := func() string {
		policy := r.get("/").Header.Get("Content-Security-Policy")
		_, sources, found := cutDirective(policy, "frame-src")
		require.True(t, found, policy)
		return sources
	}
	const own = "http://*.apps.example.org"
	assert.Equal(t, own, frames())
	up := r.upload(externalZip(t, "Crm", "https://CRM.example.com:443/a?b", "http://crm.example.com:8080/"))
	require.Equal(t, 201, up.StatusCode, string(up.text))
	assert.Equal(t, own, frames(), "it is not installed")
	require.Equal(t, 200, r.install(externalZip(t, "Crm", "https://CRM.example.com:443/a?b", "http://crm.example.com:8080/"), false).StatusCode)
	assert.Equal(t, own+" http://crm.example.com:8080 https://crm.example.com", frames())
	require.Equal(t, 200, r.install(externalZip(t, "Wiki", "https://crm.example.com/wiki", "https://x.example;sandbox"), false).StatusCode, "url.Parse takes such a name")
	assert.Equal(t, own+" http://crm.example.com:8080 https://crm.example.com", frames())
	r.patch("/api/v1/plugins/crm", map[string]any{"views": map[string]any{"admin": "https://[2001:db8::1]:8443/"}})
	assert.Equal(t, own+" http://crm.example.com:8080 https://[2001:db8::1]:8443 https://crm.example.com", frames())
	r.expect(call{method: "POST", path: "/api/v1/plugins/wiki/uninstall?wait=true", json: map[string]any{}}, 200)
	r.expect(call{method: "DELETE", path: "/api/v1/plugins/crm?force=true"}, 204)
	assert.Equal(t, own, frames())
	assert.NotContains(t, r.get("/api/docs").Header.Get("Content-Security-Policy"), "crm")
}

// cutDirective finds a directive of a content security policy.
func cutDirective(policy, name string) (before, value string, found bool) {
	before, value, found = strings.Cut(policy, name+" ")
	value, _, _ = strings.Cut(value, ";")
	return before, value, found
}

// A launch of a view on another site says whether a frame can show it, and what to do is clear before the browser fails.
func TestALaunchSaysWhetherAnotherSiteCanBeFramed(t *testing.T) {
	var asked atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		assert.Empty(t, r.Header.Get("Authorization")+r.Header.Get("Cookie"))
		switch r.URL.Path {
		case "/deny":
			w.Header().Set("X-Frame-Options", "DENY")
		case "/named":
			w.Header().Set("Content-Security-Policy", "frame-ancestors http://zone.example.org")
		case "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}
	}))
	defer site.Close()
	r := newRig(t)
	require.Equal(t, 200, r.install(externalZip(t, "Crm", site.URL, site.URL), false).StatusCode)
	launch := func(path string) answer {
		t.Helper()
		r.patch("/api/v1/plugins/crm", map[string]any{"views": map[string]any{"admin": site.URL + path}})
		return r.expect(call{method: "POST", path: "/api/v1/plugins/crm/launch", header: map[string]string{"Host": "zone.example.org"}}, 200)
	}
	for path, want := range map[string]string{
		"/deny":     `"framing":{"state":"refused","reason":"its X-Frame-Options say DENY: no site may show it in a frame"}`,
		"/named":    `"framing":{"state":"allowed","reason":""}`,
		"/metadata": `"framing":{"state":"refused","reason":"it leads on to http://169.254.169.254, which the console does not frame; let the view name the address that it leads to"}`,
	} {
		before := asked.Load()
		assert.Contains(t, string(launch(path).text), want)
		assert.Contains(t, string(launch(path).text), want)
		assert.Equal(t, before+1, asked.Load(), "the second launch waits for nobody")
	}
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	assert.Contains(t, string(r.expect(call{method: "POST", path: "/api/v1/plugins/pages/launch"}, 200).text), `"framing":null`)
}
