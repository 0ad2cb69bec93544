package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
	"appzone/host/identitytest"
	"appzone/sandbox/quickjs"
)

// The same program for both runtimes: it says who asks, by the one call of its kit, and lets another plugin say the same of it.
const (
	nodeWho = `require('http').createServer(async (q, a) => {
  const target = new URL(q.url, 'http://x').searchParams.get('url');
  const who = () => appzone.identity(q).then((c) => ({ ...c, plain: q.headers['x-appzone-user'], token: q.headers['x-appzone-identity'] }), (e) => ({ error: e.message }));
  a.end(target ? await (await fetch(target, { headers: { 'X-AppZone-Identity': q.headers['x-appzone-identity'] } })).text() : JSON.stringify(await who()));
}).listen(9006)`
	jsWho = `export default { async fetch(request, env) {
  const target = new URL(request.url).searchParams.get("url"), token = request.headers.get("X-AppZone-Identity");
  if (target) return fetch(target, { headers: { "X-AppZone-Identity": token } });
  return Response.json(await env.identity(request).then((c) => ({ ...c, plain: request.headers.get("X-AppZone-User"), token }), (e) => ({ error: e.message })));
} };`
)

// who is what such a program says.
type who struct {
	identity.Claims
	Plain, Token, Error string
}

func (b *binary) who(path, token string) (w who) {
	b.t.Helper()
	header := map[string]string{"X-AppZone-User": "mallory"}
	if token != "" {
		header["X-AppZone-Identity"] = token
	}
	_, text := b.fetch(path, header)
	require.NoError(b.t, json.Unmarshal([]byte(text), &w), text)
	require.Empty(b.t, w.Error)
	require.Equal(b.t, w.User, w.Plain)
	return w
}

// rotate makes a new key, as an administrator would.
func (b *binary) rotate() {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/api/v1/identity-keys", nil)
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+os.Getenv(envToken))
	res, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, 201, res.StatusCode, string(text))
}

// D1, D2: within all walls, with a network and without, a program verifies who asks; what the client says of itself is not there.
func TestBothRuntimesVerifyWhoAsks(t *testing.T) {
	if _, err := quickjs.Engine(); err != nil {
		t.Fatalf("build with make first: %v", err)
	}
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	node := func(name, more string) string {
		return folder(t, map[string]string{"app.js": nodeWho, "manifest.json": `{"name":"` + name + `","version":"1.0.0","description":"x","type":"script",
			"parameters":{"scriptName":"who","scriptPath":"app.js"` + more + `}}`})
	}
	js := func(name, more string) string {
		return folder(t, map[string]string{"app.js": jsWho, "manifest.json": `{"name":"` + name + `","version":"1.0.0","description":"x","type":"script",
			"parameters":{"runtime":"wasm","scriptName":"who","wasmPath":"app.js"` + more + `}}`})
	}
	for _, dir := range []string{
		node("Node Classic", ""), node("Node Closed", `,"permissions":{}`), js("JS Closed", ""),
		node("Node Friend", `,"permissions":{"plugins":["js-friend"]}`), js("JS Friend", `,"permissions":{"plugins":["node-friend"]}`),
	} {
		require.Contains(t, b.cli("plugin", "install", dir, "--grant", "requested", "--start"), "succeeded")
	}
	forged := identitytest.Token(t, identity.NewKey("own"), "node-closed", "root", "admin")
	pid := b.plugin("node-closed").PID
	for _, id := range []string{"node-classic", "node-closed", "js-closed"} {
		got := b.who("/apps/"+id+"/", forged)
		assert.Equal(t, [4]string{"admin", "admin", "admin", b.url}, [4]string{got.User, got.Role, got.Subject, got.Issuer}, id)
		assert.NotEqual(t, forged, got.Token, id)
	}
	for id, other := range map[string]string{"node-friend": "js-friend", "js-friend": "node-friend"} {
		got := b.who("/apps/"+id+"/?url=http://"+other+".appzone.internal/", "")
		assert.Equal(t, [3]string{"plugin:" + id, "plugin", "plugin:" + id}, [3]string{got.User, got.Role, got.Subject}, id)
	}

	before := b.who("/apps/node-closed/", "").Token
	b.rotate()
	for _, id := range []string{"node-classic", "node-closed", "js-closed"} {
		assert.Equal(t, "admin", b.who("/apps/"+id+"/", "").User, id)
	}
	assert.Equal(t, pid, b.plugin("node-closed").PID, "no restart")
	_, set := b.fetch("/.well-known/jwks.json", nil)
	keys, err := identity.ParseKeys([]byte(set))
	require.NoError(t, err)
	for _, token := range []string{before, b.who("/apps/node-closed/", "").Token} {
		_, err = keys.Verify(token, "node-closed")
		assert.NoError(t, err)
	}
	b.terminate()

	// The keys outlive the host.
	again := serve(t, data)
	_, after := again.fetch("/.well-known/jwks.json", nil)
	assert.JSONEq(t, set, after)
	assert.False(t, strings.Contains(again.text(), "identity key"), "nothing to tell")
	again.terminate()
}
