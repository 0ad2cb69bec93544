package api_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// C4: a plugin's page never runs with the console's origin.
const sandboxed = "sandbox; frame-ancestors 'none'"

func TestProgramsGetContentInASandbox(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)

	slash := r.expect(call{method: "GET", path: "/apps/pages?a=1"}, 307)
	assert.Equal(t, "/apps/pages/?a=1", slash.Header.Get("Location"))
	root := r.expect(call{method: "GET", path: "/apps/pages/"}, 302)
	assert.Equal(t, "/apps/pages/pages/admin.html", root.Header.Get("Location"))

	page := r.get("/apps/pages/pages/admin.html")
	assert.Contains(t, string(page.text), "<h1>admin</h1>")
	assert.Equal(t, "text/html; charset=utf-8", page.Header.Get("Content-Type"))
	for _, path := range []string{"/apps/pages/pages/admin.html", "/apps/pages/pages/icon.svg"} {
		a := r.get(path)
		assert.Contains(t, a.Header.Get("Content-Security-Policy"), sandboxed, "C1, C4: %s", path)
		assert.NotContains(t, a.Header.Get("Content-Security-Policy"), "allow-same-origin", "C6: %s", path)
		assert.Equal(t, []string{"nosniff"}, a.Header.Values("X-Content-Type-Options"), "C2: %s", path)
		assert.Equal(t, []string{"no-referrer"}, a.Header.Values("Referrer-Policy"), path)
		assert.Equal(t, []string{"same-origin"}, a.Header.Values("Cross-Origin-Resource-Policy"), path)
		assert.Empty(t, a.Header.Values("Cross-Origin-Opener-Policy"), path)
		assert.Equal(t, []string{"private, no-cache"}, a.Header.Values("Cache-Control"), "C8: %s", path)
	}

	etag := page.Header.Get("ETag")
	require.NotEmpty(t, etag)
	r.expect(call{method: "GET", path: "/apps/pages/pages/admin.html", header: map[string]string{"If-None-Match": etag}}, 304)
	packed := r.do(call{method: "GET", path: "/apps/pages/pages/admin.html", header: map[string]string{"Accept-Encoding": "gzip"}})
	assert.Equal(t, "gzip", packed.Header.Get("Content-Encoding"))
	head := r.expect(call{method: "HEAD", path: "/apps/pages/pages/admin.html", header: map[string]string{"Accept-Encoding": "identity"}}, 200)
	assert.Equal(t, int64(len(page.text)), head.ContentLength)

	r.expect(call{method: "POST", path: "/apps/pages/pages/admin.html"}, 405, "method_not_allowed")
	for _, path := range []string{"manifest.json", "..%2fpages", "%2e%2e/%2e%2e/etc/passwd", "pages/../../x", "pages%00", "nothing"} {
		assert.Equal(t, 404, r.do(call{method: "GET", path: "/apps/pages/" + path}).StatusCode, "C3: %s", path)
	}
}

// C4: what the console's cookie opens would be of the console's origin.
func TestASessionOpensNoContent(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	for _, path := range []string{"/apps/pages/pages/admin.html", "/apps/pages/", "/apps/pages", "/apps/nothing/"} {
		a := r.expect(call{method: "GET", path: path, token: "-", header: map[string]string{"Cookie": r.login()}}, 401, "unauthenticated")
		assert.Contains(t, string(a.text), "launch", path)
	}
}

func TestWhoMayNotOpenAPluginIsToldThatThereIsNone(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	open := func(id, token string) answer {
		return r.do(call{method: "GET", path: "/apps/" + id + "/pages/admin.html", token: token})
	}
	assert.Equal(t, 200, open("pages", r.newToken("apps:pages")).StatusCode)
	for name, a := range map[string]answer{
		"another plugin's token": open("pages", r.newToken("apps:other")),
		"a reader's token":       open("pages", r.newToken("plugins:read")),
		"no such plugin":         open("nothing", ""),
		"no plugin's id":         open("NO", ""),
	} {
		assert.Equal(t, 404, a.StatusCode, name)
		assert.Equal(t, "plugin_not_found", a.code(), name)
	}
	assert.Equal(t, 401, open("pages", "-").StatusCode)
	require.Equal(t, 201, r.upload(htmlZip(t, "Only Uploaded", "1.0.0")).StatusCode)
	assert.Equal(t, 404, open("only-uploaded", "").StatusCode)

	var sidebar struct {
		Items []struct{ ID, URL, View string }
	}
	r.get("/api/v1/me/sidebar").into(t, &sidebar)
	require.Len(t, sidebar.Items, 1)
	assert.Equal(t, "/apps/pages/pages/admin.html", sidebar.Items[0].URL)
	r.expect(call{method: "GET", path: "/api/v1/me/sidebar", token: r.newToken("apps:other")}, 200).into(t, &sidebar)
	assert.Empty(t, sidebar.Items)
}

// seen is what the test's plugin tells about a request.
type seen struct {
	Method, URI, Body string
	Header            http.Header
}

func TestRequestsReachTheProgram(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	body := strings.Repeat("body", 50_000)
	a := r.do(call{method: "PUT", path: "/apps/clock/a%2Fb/c?x=1&x=2", body: chunked([]byte(body)), header: map[string]string{
		"X-AppZone-User": "root", "X-AppZone-Role": "god", "Connection": "X-AppZone-User", "Cookie": "appzone_session=x; own=1", "X-Forwarded-For": "9.9.9.9"}})
	require.Equal(t, 200, a.StatusCode, string(a.text))
	var got seen
	a.into(t, &got)
	assert.Equal(t, "PUT", got.Method)
	assert.Equal(t, "/a%2Fb/c?x=1&x=2", got.URI)
	assert.Len(t, got.Body, len(body))
	assert.Equal(t, []string{"admin"}, got.Header.Values("X-Appzone-User"), "D1, D2")
	assert.Equal(t, []string{"admin"}, got.Header.Values("X-Appzone-Role"), "D1")
	assert.Empty(t, got.Header.Values("Authorization"))
	assert.NotContains(t, got.Header.Get("Cookie"), "appzone_session")
	assert.Equal(t, "127.0.0.1", got.Header.Get("X-Forwarded-For"))
	assert.Equal(t, "/apps/clock", got.Header.Get("X-Forwarded-Prefix"))
	assert.Equal(t, a.Header.Get("X-Request-Id"), got.Header.Get("X-Request-Id"))

	assert.Equal(t, []string{"nosniff"}, a.Header.Values("X-Content-Type-Options"))
	policies := strings.Join(a.Header.Values("Content-Security-Policy"), ", ")
	assert.Contains(t, policies, sandboxed, "D9: the plugin's own policy cannot take ours away")
	assert.Contains(t, policies, "default-src *")
	assert.Empty(t, a.Header.Values("X-Frame-Options"))
	assert.Empty(t, a.Header.Values("Cache-Control"), "the plugin says for itself what may be kept")

	require.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/clock/stop?wait=true"}).StatusCode)
	assert.Equal(t, "stopped", r.expect(call{method: "GET", path: "/apps/clock/"}, 503).code())
}

func TestAFileUnderAViewWinsOverTheProgram(t *testing.T) {
	r := newRig(t)
	zip := zipOf(t, map[string]string{
		"manifest.json": `{"name":"Both","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"both","scriptPath":"server/app.js","views":{"admin":"ui/index.html"}}}`,
		"server/app.js": "secret code", "ui/index.html": "the page", "README.md": "x",
	})
	require.Equal(t, 200, r.install(zip, true).StatusCode)
	assert.Equal(t, "the page", string(r.get("/apps/both/ui/index.html").text))
	for _, path := range []string{"/apps/both/", "/apps/both/server/app.js", "/apps/both/README.md", "/apps/both/manifest.json", "/apps/both/ui/other.html"} {
		var got seen
		require.NoError(t, json.Unmarshal(r.get(path).text, &got), path)
		assert.Equal(t, strings.TrimPrefix(path, "/apps/both"), got.URI)
	}
	var got seen
	r.expect(call{method: "POST", path: "/apps/both/ui/index.html"}, 200).into(t, &got)
	assert.Equal(t, "POST", got.Method)
}

func TestAShutdownEndsStreamsOfPlugins(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	res, err := http.DefaultTransport.RoundTrip(r.request(call{method: "GET", path: "/apps/clock/events"}))
	require.NoError(t, err)
	defer res.Body.Close()
	_, err = io.ReadFull(res.Body, make([]byte, 20))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	require.NoError(t, r.server.Shutdown(ctx))
	_, _ = io.Copy(io.Discard, res.Body)
}
