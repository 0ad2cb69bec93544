package api_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

// withConsole gives the server a console of a few files.
func withConsole(o *api.Options) {
	files := fstest.MapFS{}
	for name, text := range map[string]string{
		"index.html": `<meta nonce="{{nonce}}"><div id="root">`, "scheme.js": "scheme", "icons/apps.svg": "<svg>apps", "icons/robot.svg": "<svg>robot",
		"assets/index-1a2b.js": "script", "assets/index-1a2b.js.br": "brotli", "assets/index-1a2b.js.gz": "gzip", "assets/small-1a2b.css": "small",
	} {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	o.Console = fs.FS(files)
}

// A link to a screen is the console, which finds the screen; what is no screen is not found.
func TestEveryScreenHasAnAddress(t *testing.T) {
	r := newRig(t, withConsole)
	for _, path := range []string{"/", "/plugins/clock", "/plugins/clock/logs", "/gallery", "/open/clock", "/staff/anna", "/profiles", "/tokens", "/keys", "/webhooks/1", "/audit", "/system", "/account", "/login"} {
		a := r.expect(call{method: "GET", path: path, token: "-"}, 200)
		assert.Contains(t, string(a.text), `id="root"`, path)
		assert.Equal(t, "no-store", a.Header.Get("Cache-Control"), path)
	}
	for _, path := range []string{"/nothing", "/plugin/clock", "/api/v2", "/index.html", "/console", "/console/", "/console/index.html", "/console/assets/gone-1a2b.js", "/console/../index.html", "/console/%2e%2e/index.html"} {
		r.expect(call{method: "GET", path: path, token: "-"}, 404)
	}
}

// Who mistyped an address reads so in the console, and programs get a problem document.
func TestAnAddressThatIsNoScreenIsTheConsoleForPeople(t *testing.T) {
	r := newRig(t, withConsole)
	person := map[string]string{"Accept": "text/html,*/*;q=0.8"}
	for _, path := range []string{"/nothing", "/plugin/clock", "/index.html"} {
		a := r.expect(call{method: "GET", path: path, token: "-", header: person}, 404)
		assert.Contains(t, string(a.text), `id="root"`, path)
		assert.Contains(t, a.Header.Get("Content-Security-Policy"), "'nonce-", path)
	}
	for _, c := range []call{{method: "GET", path: "/api/v2"}, {method: "POST", path: "/nothing"}, {method: "GET", path: "/apps/none/"}, {method: "GET", path: "/console/none.js"}} {
		c.header = person
		assert.Equal(t, "application/problem+json", r.expect(c, 404).Header.Get("Content-Type"), c.path)
	}
}

// Row D: nothing that is not the console's own runs or is shown on its page, and no page is like the one before.
func TestTheConsoleHasAStrictPolicy(t *testing.T) {
	r := newRig(t, withConsole)
	nonces := map[string]bool{}
	for range 3 {
		a := r.expect(call{method: "GET", path: "/plugins/clock", token: "-"}, 200)
		policy := a.Header.Get("Content-Security-Policy")
		nonce := regexp.MustCompile(`style-src 'self' 'nonce-([A-Z2-7]{20,})';`).FindStringSubmatch(policy)
		require.NotNil(t, nonce, policy)
		assert.Equal(t, `<meta nonce="`+nonce[1]+`"><div id="root">`, string(a.text))
		nonces[nonce[1]] = true
		for _, part := range []string{"default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"} {
			assert.Contains(t, policy, part)
		}
		assert.NotContains(t, policy, "unsafe")
		assert.Equal(t, "DENY", a.Header.Get("X-Frame-Options"))
	}
	assert.Len(t, nonces, 3)
}

func TestTheConsolesFilesAreServedAsTheyWereBuilt(t *testing.T) {
	r := newRig(t, withConsole)
	for _, want := range []struct{ path, accept, text, encoding, kind, cache string }{
		{"assets/index-1a2b.js", "gzip, br", "brotli", "br", "text/javascript", "immutable"},
		{"assets/index-1a2b.js", "gzip", "gzip", "gzip", "text/javascript", "immutable"},
		{"assets/index-1a2b.js", "identity", "script", "", "text/javascript", "immutable"},
		{"assets/index-1a2b.js", "", "script", "", "text/javascript", "immutable"},
		{"assets/index-1a2b.js", "br;q=0, gzip", "gzip", "gzip", "text/javascript", "immutable"},
		{"assets/small-1a2b.css", "br", "small", "", "text/css", "immutable"},
		{"scheme.js", "br", "scheme", "", "text/javascript", "no-cache"},
		{"icons/robot.svg", "", "<svg>robot", "", "image/svg+xml", "max-age=86400"},
		{"icons/never-heard-of.svg", "", "<svg>apps", "", "image/svg+xml", "max-age=86400"},
	} {
		a := r.expect(call{method: "GET", path: "/console/" + want.path, token: "-", header: map[string]string{"Accept-Encoding": want.accept}}, 200)
		assert.Equal(t, []string{want.text, want.encoding}, []string{string(a.text), a.Header.Get("Content-Encoding")}, "%s for %q", want.path, want.accept)
		assert.True(t, strings.HasPrefix(a.Header.Get("Content-Type"), want.kind), want.path)
		assert.Contains(t, a.Header.Get("Cache-Control"), want.cache, want.path)
		assert.Equal(t, "Accept-Encoding", a.Header.Get("Vary"), want.path)
	}
}

func TestAHostWithoutAConsoleSaysHowToBuildIt(t *testing.T) {
	r := newRig(t)
	assert.Contains(t, string(r.expect(call{method: "GET", path: "/", token: "-"}, 200).text), "make")
	r.expect(call{method: "GET", path: "/plugins/clock", token: "-"}, 404)
}
