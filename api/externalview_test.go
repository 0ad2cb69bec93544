package api_test

import (
	"fmt"
	"strings"
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
