package sandbox_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/manifest"
	"appzone/sandbox"
	"appzone/sandbox/quickjs"
)

// needEngine skips a test where the tree was not built with "make" before; CI builds first.
func needEngine(t testing.TB) {
	t.Helper()
	if _, err := quickjs.Engine(); err != nil && os.Getenv("CI") == "" {
		t.Skip(err)
	}
}

// script stages a plugin of JavaScript files; app/plugin.js is its program.
func script(t testing.TB, files map[string]string, change ...func(*manifest.Manifest)) *plugin {
	t.Helper()
	return scriptWith(t, sandbox.Options{}, files, change...)
}

// scriptWith is script with a runtime of its own.
func scriptWith(t testing.TB, o sandbox.Options, files map[string]string, change ...func(*manifest.Manifest)) *plugin {
	t.Helper()
	needEngine(t)
	p := stageWith(t, o, nil, append([]func(*manifest.Manifest){func(m *manifest.Manifest) {
		m.Parameters.WASMPath = "app/plugin.js"
	}}, change...)...)
	for name, text := range files {
		p.dir("code/" + name[:strings.LastIndex(name, "/")])
		p.write("code/"+name, []byte(text))
	}
	return p
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (i *instance) send(method, path, body string, headers ...string) answer {
	i.t.Helper()
	req, err := http.NewRequest(method, "http://guest"+path, strings.NewReader(body))
	require.NoError(i.t, err)
	for n := 0; n+1 < len(headers); n += 2 {
		req.Header.Set(headers[n], headers[n+1])
	}
	res, err := i.client.Do(req)
	require.NoError(i.t, err, "output: %s", i.output())
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(i.t, err, "output: %s", i.output())
	return answer{res.StatusCode, res.Header, string(b)}
}

func TestScriptAnswers(t *testing.T) {
	p := script(t, map[string]string{"app/plugin.js": `export default { async fetch(request) { return new Response("hello " + request.method + " " + request.url); } }`})
	require.NoError(t, p.prepare())
	i := p.run()
	got := i.send("GET", "/a?b=c", "")
	assert.Equal(t, 200, got.status)
	assert.Equal(t, "hello GET http://guest/a?b=c", got.body)
	assert.Equal(t, "text/plain;charset=UTF-8", got.header.Get("Content-Type"))
}

// TestTheSampleInJavaScript runs the sample as it ships.
func TestTheSampleInJavaScript(t *testing.T) {
	code, err := os.ReadFile("../samples/wasm-hello-js/app/plugin.js")
	require.NoError(t, err)
	i := script(t, map[string]string{"app/plugin.js": string(code)}).prepareAndRun()
	i.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	form := []string{"Content-Type", "application/x-www-form-urlencoded", "X-AppZone-User", "ann"}
	got := i.send("POST", "/", "text=%3Cb%3E+hi", form...)
	assert.Equal(t, "./", got.header.Get("Location"))
	assert.Equal(t, 303, got.status)
	assert.Equal(t, 400, i.send("POST", "/", "", form...).status)
	assert.Equal(t, `[{"from":"ann","text":"<b> hi"}]`, i.send("GET", "/entries", "").body)
	assert.Contains(t, i.send("GET", "/", "", "X-AppZone-User", "bob").body, "<h1>Hello, bob!</h1>")
	assert.Contains(t, i.send("GET", "/", "").body, "<li><b>ann</b>: &lt;b&gt; hi</li>")
}
