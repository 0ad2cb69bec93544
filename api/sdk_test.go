package api_test

import (
	"bytes"
	"io"
	"net/url"
	"os"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

func TestThePageKitIsForEverybody(t *testing.T) {
	r := newRig(t)
	for name, kind := range map[string]string{"appzone.js": "text/javascript; charset=utf-8", "shell.js": "text/javascript; charset=utf-8", "appzone.d.ts": "text/plain; charset=utf-8"} {
		source, err := os.ReadFile("pages/sdk/" + name)
		require.NoError(t, err)
		plain := r.expect(call{method: "GET", path: "/sdk/" + name, token: "-", header: map[string]string{"Origin": "null", "Accept-Encoding": "gzip"}}, 200)
		assert.Equal(t, string(source), string(plain.text), name)
		for header, want := range map[string]string{"Content-Type": kind, "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
			"Cache-Control": "public, max-age=3600", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff", "Content-Encoding": ""} {
			assert.Equal(t, want, plain.Header.Get(header), "%s of %s", header, name)
		}
		small := r.expect(call{method: "GET", path: "/sdk/" + name, token: "-", header: map[string]string{"Accept-Encoding": "gzip, deflate, br"}}, 200)
		assert.Equal(t, "br", small.Header.Get("Content-Encoding"))
		b, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small.text)))
		require.NoError(t, err)
		assert.Equal(t, string(source), string(b))
		assert.NotEqual(t, plain.Header.Get("ETag"), small.Header.Get("ETag"))
		again := r.expect(call{method: "GET", path: "/sdk/" + name, token: "-", header: map[string]string{"If-None-Match": plain.Header.Get("ETag")}}, 304)
		assert.Empty(t, again.text)
	}
	r.expect(call{method: "GET", path: "/sdk/simulator.html", token: "-"}, 404)
	r.expect(call{method: "GET", path: "/sdk/../sdk/x.js", token: "-"}, 404)
}

func TestTheSimulatorGivesNoRights(t *testing.T) {
	r := newRig(t)
	a := r.expect(call{method: "GET", path: "/sdk/simulator", token: "-"}, 200)
	policy := a.Header.Get("Content-Security-Policy")
	assert.Contains(t, policy, "default-src 'none'")
	assert.Contains(t, policy, "frame-ancestors 'none'")
	assert.Contains(t, policy, "http://localhost:*")
	assert.NotContains(t, policy, "unsafe")
	assert.NotRegexp(t, `frame-src[^;]* (\*|https?:)( |;|$)`, policy, "no page of just any site")
	assert.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
	assert.NotRegexp(t, `(?i)<script>|\son\w+=|style=`, string(a.text), "nothing inline, which the policy would refuse")
	for _, path := range []string{"/sdk/simulator.js", "/sdk/simulator.css"} {
		r.expect(call{method: "GET", path: path, token: "-"}, 200)
	}
}

// On a plugin's own origin its page gets the kit from there, and nothing else of the host's.
func TestThePageKitIsOnThePluginsOwnOrigin(t *testing.T) {
	r := newRig(t, func(o *api.Options) { o.PublicURL, o.AppsDomain = "http://zone.example.org", "apps.example.org" })
	require.Equal(t, 200, r.install(deskZip(t), false).StatusCode)
	var launched struct{ URL, Origin string }
	r.expect(call{method: "POST", path: "/api/v1/plugins/desk/launch", header: map[string]string{"Host": "zone.example.org"}}, 200).into(t, &launched)
	at, err := url.Parse(launched.URL)
	require.NoError(t, err)
	onPage := map[string]string{"Host": at.Host, "Sec-Fetch-Site": "same-origin"}
	opened := r.expect(call{method: "GET", path: at.RequestURI(), token: "-", header: map[string]string{"Host": at.Host}}, 303)
	onPage["Cookie"] = opened.Cookies()[0].Name + "=" + opened.Cookies()[0].Value
	for path, want := range map[string]int{"/sdk/appzone.js": 200, "/sdk/shell.js": 200, "/sdk/appzone.d.ts": 200, "/.appzone/page": 200,
		"/sdk/simulator": 404, "/sdk/simulator.js": 404, "/api/v1/me": 404, "/.appzone/other": 404} {
		a := r.expect(call{method: "GET", path: path, token: "-", header: onPage}, want)
		if path == "/.appzone/page" {
			assert.Contains(t, string(a.text), `"shell":"http://zone.example.org"`)
		}
	}
	delete(onPage, "Cookie")
	r.expect(call{method: "GET", path: "/.appzone/page", token: "-", header: onPage}, 401, "page_ended")
	r.expect(call{method: "GET", path: "/.appzone/events", token: "-", header: onPage}, 401, "page_ended")
}
