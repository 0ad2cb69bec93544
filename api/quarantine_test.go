package api_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/bundle"
	"appzone/host/signature"
	"appzone/host/storetest"
)

// signedBy signs a plugin's zip.
func signedBy(t *testing.T, zip []byte, key signature.Key) []byte {
	t.Helper()
	b, err := bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, b.Sign(t.Context(), &out, key, "for the test"))
	return out.Bytes()
}

// H4: a revocation holds at every door at once, for what is open, too.
func TestARevocationHoldsAtEveryDoor(t *testing.T) {
	r := newRig(t, withDomain)
	key := publisherKey(t)
	at := r.trust(key, "Example Ltd")
	require.Equal(t, 200, r.install(signedBy(t, scriptZip(t, "Clock", "1.0.0", "app.js", public), key), true).StatusCode)
	require.Equal(t, 200, r.install(signedBy(t, htmlZip(t, "Pages", "1.0.0"), key), false).StatusCode)
	cookie, address := r.openPage("pages", "", "")
	stream, err := http.DefaultTransport.RoundTrip(r.request(call{method: "GET", path: "/apps/clock/events"}))
	require.NoError(t, err)
	defer stream.Body.Close()
	_, err = io.ReadFull(stream.Body, make([]byte, 20))
	require.NoError(t, err)
	r.expect(call{method: "POST", path: "/hooks/clock/webhook", token: "-"}, 200)

	r.expect(call{method: "PATCH", path: at, json: map[string]any{"revoked": true, "revokedReason": "stolen with a laptop"}}, 200)
	_, _ = io.Copy(io.Discard, stream.Body) // it ends
	for _, path := range []string{"/apps/clock/", "/apps/clock/README.md", "/apps/pages/pages/admin.html"} {
		a := r.expect(call{method: "GET", path: path}, 503, "quarantined")
		assert.Contains(t, string(a.text), "stolen with a laptop", path)
	}
	page := r.expect(r.follow(address, cookie, "Accept", "text/html", "Sec-Fetch-Mode", "navigate"), 503)
	assert.Contains(t, page.Header.Get("Content-Type"), "text/html")
	assert.Contains(t, string(page.text), "stolen with a laptop")
	r.expect(call{method: "POST", path: "/api/v1/plugins/pages/launch", json: map[string]string{}}, 503, "quarantined")
	hook := r.expect(call{method: "POST", path: "/hooks/clock/webhook", token: "-"}, 503, "quarantined")
	assert.NotContains(t, string(hook.text), "laptop", "strangers are told no reason")
	r.expect(call{method: "POST", path: "/hooks/clock/other", token: "-"}, 404)
	r.expect(call{method: "POST", path: "/api/v1/plugins/clock/start"}, 409, "quarantined")
	r.expect(call{method: "PATCH", path: "/api/v1/plugins/clock", json: map[string]any{"desired": "running"}}, 409, "quarantined")

	var view struct {
		State, Signature string
		Quarantine       *struct {
			Reason string
			Since  *string
		}
		Publisher struct{ KeyID, Name string }
	}
	r.get("/api/v1/plugins/clock").into(t, &view)
	assert.Equal(t, "stopped", view.State)
	assert.Equal(t, "revoked", view.Signature)
	assert.Equal(t, key.Public().ID, view.Publisher.KeyID)
	assert.Equal(t, "Example Ltd", view.Publisher.Name)
	require.NotNil(t, view.Quarantine)
	assert.NotNil(t, view.Quarantine.Since)
	entries, _ := r.trail("?kind=plugin.quarantined")
	assert.Len(t, entries, 2)

	r.expect(call{method: "PATCH", path: at, json: map[string]any{"revoked": false}}, 200)
	r.expect(r.follow(address, cookie, "Accept", "text/html", "Sec-Fetch-Mode", "navigate"), 200)
	r.expect(call{method: "GET", path: "/apps/clock/"}, 503, "stopped")
	r.expect(call{method: "POST", path: "/api/v1/plugins/clock/start?wait=true"}, 200)
	r.get("/apps/clock/")
}

// H4: what quarantine means for a plugin means it for those that call it.
func TestAPluginInQuarantineIsNotCalledByOthers(t *testing.T) {
	r := newRig(t)
	key := publisherKey(t)
	at := r.trust(key, "Example Ltd")
	require.Equal(t, 200, r.install(scriptZip(t, "Caller", "1.0.0", "app.js", `,"permissions":{"plugins":["pages"]}`), true).StatusCode)
	require.Equal(t, 200, r.install(signedBy(t, htmlZip(t, "Pages", "1.0.0"), key), false).StatusCode)
	const target = "http://pages.appzone.internal/pages/agent.html"
	r.putGrants("pages", map[string]any{"plugins": []string{"caller"}})
	require.Eventually(t, func() bool { return r.fetch("caller", target).StatusCode == 200 }, 20*time.Second, 20*time.Millisecond)
	r.expect(call{method: "PATCH", path: at, json: map[string]any{"revoked": true}}, 200)
	assert.Equal(t, 503, r.fetch("caller", target).StatusCode)
}

// A9: pages that are damaged in the store are not sent, and not remembered either.
func TestADamagedPageIsNotSent(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	site, err := r.host.Site(t.Context(), "pages")
	require.NoError(t, err)
	store, ok := r.store.(*storetest.MemoryStore)
	require.True(t, ok)
	plain := call{method: "GET", path: "/apps/pages/pages/agent.html", header: map[string]string{"Accept-Encoding": "identity"}}
	require.True(t, store.Damage(site.Files["pages/agent.html"].SHA256))
	r.expect(plain, 500, "content_unreadable")
	require.True(t, store.Damage(site.Files["pages/agent.html"].SHA256)) // the same byte: it is as it was
	assert.Equal(t, "<h1>agent</h1>", string(r.expect(plain, 200).text))
}
