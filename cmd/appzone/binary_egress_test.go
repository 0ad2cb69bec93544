package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/quickjs"
)

// The same program for both runtimes: it fetches what it is asked to, else it says who asked.
const (
	nodeCaller = `require('http').createServer(async (q, a) => {
  const target = new URL(q.url, 'http://x').searchParams.get('url');
  if (!target) return a.end(q.headers['x-appzone-user'] + ' as ' + q.headers['x-appzone-role']);
  try { const r = await fetch(target); a.end(await r.text()); } catch (e) { a.end(e.cause?.code ?? String(e)); }
}).listen(9006)`
	jsCaller = `export default { async fetch(request) {
  const target = new URL(request.url).searchParams.get("url");
  if (!target) return new Response(request.headers.get("x-appzone-user") + " as " + request.headers.get("x-appzone-role"));
  try { return new Response(await (await fetch(target)).text()); } catch (e) { return new Response(e.code ?? String(e)); }
} };`
)

func (b *binary) call(id, target string) string {
	b.t.Helper()
	_, text := b.fetch("/apps/"+id+"/?url="+url.QueryEscape(target), map[string]string{"X-AppZone-User": "mallory"})
	return text
}

// E1, E6, D1: one allow-list means the same for both runtimes, and who calls is the host's word.
func TestBothRuntimesReachWhatTheyWereGranted(t *testing.T) {
	if _, err := quickjs.Engine(); err != nil {
		t.Fatalf("build with make first: %v", err)
	}
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/inward" {
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "from outside")
	}))
	defer outside.Close()
	granted := strings.TrimPrefix(outside.URL, "http://")
	asks := `"permissions":{"network":{"outbound":["` + granted + `","192.0.2.1:80"]},"plugins":["node-caller","js-caller"]}`
	parts := func(own string) string {
		return strings.Replace(strings.Replace(asks, `"`+own+`",`, "", 1), `,"`+own+`"`, "", 1)
	}

	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	for _, dir := range []string{
		folder(t, map[string]string{"app.js": nodeCaller, "manifest.json": `{"name":"Node Caller","version":"1.0.0","description":"x","type":"script",
			"parameters":{"scriptName":"node-caller","scriptPath":"app.js",` + parts("node-caller") + `}}`}),
		folder(t, map[string]string{"app.js": jsCaller, "manifest.json": `{"name":"JS Caller","version":"1.0.0","description":"x","type":"script",
			"parameters":{"runtime":"wasm","scriptName":"js-caller","wasmPath":"app.js",` + parts("js-caller") + `}}`}),
	} {
		require.Contains(t, b.cli("plugin", "install", dir, "--grant", "requested", "--start"), "succeeded")
	}
	for id, other := range map[string]string{"node-caller": "js-caller", "js-caller": "node-caller"} {
		assert.Equal(t, "from outside", b.call(id, outside.URL+"/"), id)
		assert.Equal(t, "EACCES", b.call(id, outside.URL+"/inward"), "%s: a redirect inward", id)
		assert.Equal(t, "EACCES", b.call(id, "http://example.com/"), id)
		assert.Equal(t, "EACCES", b.call(id, "http://[::ffff:169.254.169.254]/"), id)
		assert.Contains(t, []string{"EACCES", "ECONNREFUSED"}, b.call(id, b.url+"/healthz"), "%s: the host itself", id)
		assert.Equal(t, "plugin:"+id+" as plugin", b.call(id, "http://"+other+".appzone.internal/"), id)
		assert.Equal(t, "EACCES", b.call(id, "http://nobody.appzone.internal/"), id)
		assert.Contains(t, b.cli("plugin", "grants", id, "--used"), granted)
		assert.NotContains(t, b.cli("plugin", "grants", id, "-o", "json"), `"granted":{"network":{"outbound":["192.0.2.1:80"`)
		assert.Equal(t, "from outside", b.call(id, outside.URL+"/"), "%s: narrowed to what it used", id)
	}
	b.terminate()
}
