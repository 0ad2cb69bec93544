package api_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/api/limit"
)

const public = `,"permissions":{"public":[{"path":"/webhook","methods":["POST"]},{"path":"/status","methods":["GET","HEAD"]}]}`

func TestHooksAreForGrantedRoutesAlone(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", public), true).StatusCode)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"POST", "/hooks/clock/webhook", 200}, {"POST", "/hooks/clock/web%68ook?x=1&y=%20", 200}, {"GET", "/hooks/clock/status", 200}, {"HEAD", "/hooks/clock/status", 200},
		{"GET", "/hooks/clock/webhook", 404}, {"PUT", "/hooks/clock/webhook", 404}, {"POST", "/hooks/clock/status", 404},
		{"POST", "/hooks/clock/webhook/", 404}, {"POST", "/hooks/clock/Webhook", 404}, {"POST", "/hooks/clock/webhook/x", 404}, {"POST", "/hooks/clock/", 404},
		{"POST", "/hooks/clock", 404}, {"POST", "/hooks/clock//webhook", 404}, {"POST", "/hooks/clock/web%2568ook", 404}, {"POST", "/hooks/clock/webhook;x", 404},
		{"POST", "/hooks/clock/x/../webhook", 404}, {"POST", "/hooks/clock/x/%2e%2e/webhook", 404}, {"POST", "/hooks/clock/%2fwebhook", 404},
		{"POST", "/hooks/nothing/webhook", 404}, {"POST", "/hooks/%63lock/webhook", 404}, {"POST", "/hooks/../apps/clock/webhook", 404},
	} {
		for _, token := range []string{"-", r.token} {
			a := r.do(call{method: c.method, path: c.path, token: token})
			assert.Equal(t, c.status, a.StatusCode, "%s %s %s", c.method, c.path, a.text)
		}
	}
	refused := func(path string) (p struct{ Code, Detail string }) {
		r.expect(call{method: "POST", path: path, token: "-"}, 404).into(t, &p)
		return p
	}
	assert.Equal(t, refused("/hooks/nothing/webhook"), refused("/hooks/clock/status"), "nobody learns which plugins there are")
	assert.Contains(t, refused("/hooks/clock/status").Detail, "permissions.public", "and its author what to do")
}

func TestAHookHasNoIdentityAndItsGrantedPath(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", public), true).StatusCode)
	a := r.expect(call{method: "POST", path: "/hooks/clock/web%68ook?x=%2e&y=1", body: strings.NewReader("the body"), header: map[string]string{
		"X-AppZone-User": "root", "X-AppZone-Identity": "forged", "Cookie": "appzone_session=x; " + r.login(), "X-Hub-Signature-256": "sha256=1"}}, 200)
	var got seen
	a.into(t, &got)
	assert.Equal(t, "/webhook?x=%2e&y=1", got.URI)
	assert.Equal(t, "the body", got.Body)
	for name := range got.Header {
		assert.False(t, strings.HasPrefix(name, "X-Appzone-"), "%s: %v", name, got.Header[name])
	}
	assert.Empty(t, got.Header.Get("Authorization"))
	assert.Empty(t, got.Header.Get("Cookie"))
	assert.Equal(t, "sha256=1", got.Header.Get("X-Hub-Signature-256"), "by which services sign")
	assert.Equal(t, "/hooks/clock", got.Header.Get("X-Forwarded-Prefix"))
	assert.Contains(t, strings.Join(a.Header.Values("Content-Security-Policy"), ", "), "sandbox", "what a browser shows of it is no page of the console")
	assert.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
}

func TestAHookIsBounded(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", public), true).StatusCode)
	large := bytes.Repeat([]byte("x"), 1<<20+1)
	assert.Equal(t, 200, r.do(call{method: "POST", path: "/hooks/clock/webhook", token: "-", body: bytes.NewReader(large[1:])}).StatusCode)
	assert.Equal(t, "body_too_large", r.expect(call{method: "POST", path: "/hooks/clock/webhook", token: "-", body: bytes.NewReader(large)}, 413).code())
	req := r.request(call{method: "POST", path: "/hooks/clock/webhook", token: "-", body: chunked(large)})
	res, err := http.DefaultTransport.RoundTrip(req)
	if err == nil { // the program may have been told a part before the end was known
		assert.GreaterOrEqual(t, res.StatusCode, 400)
		_ = res.Body.Close()
	}
	assert.Equal(t, "upgrade_refused", r.expect(call{method: "GET", path: "/hooks/clock/status", token: "-",
		header: map[string]string{"Connection": "Upgrade", "Upgrade": "websocket"}}, 400).code())
}

func TestHooksAreLimitedByAddressAndByPlugin(t *testing.T) {
	r := newRigWith(t, func(s *api.Server) { s.SetHookLimits(limit.New(5, time.Hour), limit.New(3, time.Hour)) }, trustLoopback)
	for _, name := range []string{"Clock", "Other"} {
		require.Equal(t, 200, r.install(scriptZip(t, name, "1.0.0", "app.js", public), true).StatusCode)
	}
	from := func(plugin, address string) answer {
		return r.do(call{method: "POST", path: "/hooks/" + plugin + "/webhook", token: "-", header: map[string]string{"X-Forwarded-For": address}})
	}
	for range 3 {
		require.Equal(t, 200, from("clock", "192.0.2.1").StatusCode)
	}
	refused(t, from("clock", "192.0.2.1"))
	assert.Equal(t, 200, from("other", "192.0.2.1").StatusCode, "another plugin is not kept from it")
	for range 2 {
		require.Equal(t, 200, from("clock", "192.0.2.2").StatusCode)
	}
	refused(t, from("clock", "192.0.2.3"))
	r.expect(call{method: "POST", path: "/hooks/clock/nothing", token: "-", header: map[string]string{"X-Forwarded-For": "192.0.2.1"}}, 404)
}

func TestAHookEndsWithItsGrant(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", public), true).StatusCode)
	r.expect(call{method: "POST", path: "/hooks/clock/webhook", token: "-"}, 200)
	r.expect(call{method: "PUT", path: "/api/v1/plugins/clock/grants", json: map[string]any{"public": []any{}}}, 200)
	r.expect(call{method: "POST", path: "/hooks/clock/webhook", token: "-"}, 404)
	// Beyond the request, as an administrator may.
	r.expect(call{method: "PUT", path: "/api/v1/plugins/clock/grants", json: map[string]any{"public": []any{map[string]any{"path": "/other", "methods": []string{"GET"}}}}}, 200)
	r.expect(call{method: "GET", path: "/hooks/clock/other", token: "-"}, 200)
	require.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/clock/stop?wait=true"}).StatusCode)
	r.expect(call{method: "GET", path: "/hooks/clock/other", token: "-"}, 503)
	require.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/clock/uninstall?wait=true", json: map[string]any{}}).StatusCode)
	r.expect(call{method: "GET", path: "/hooks/clock/other", token: "-"}, 404)
}
