package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// keepers are one program for each runtime: it keeps texts under names, answers slowly where it is asked to, and names its version.
var keepers = map[string]struct{ parameters, code string }{
	"node": {`"scriptPath":"app.js"`, `
const fs = require('fs'), dir = process.env.APPZONE_DATA_DIR + '/entries';
fs.mkdirSync(dir, { recursive: true });
require('http').createServer((q, a) => {
  a.setHeader('X-Version', process.env.APPZONE_PLUGIN_VERSION);
  const file = dir + '/' + q.url.split('/').pop();
  if (q.url === '/slow') return setTimeout(() => a.end('slow'), 300);
  if (q.method !== 'POST') return fs.readFile(file, (err, text) => { a.statusCode = err ? 404 : 200; a.end(text); });
  const parts = [];
  q.on('data', (part) => parts.push(part)).on('end', () => { fs.writeFileSync(file, Buffer.concat(parts)); a.end(Buffer.concat(parts)); });
}).listen(9006);`},
	"wasm": {`"runtime":"wasm","wasmPath":"app.js"`, `
export default { async fetch(request, env) {
  const { pathname } = new URL(request.url);
  const answer = (body, status = 200) => new Response(body, { status, headers: { "X-Version": env.plugin.version } });
  if (pathname === "/slow") { await new Promise((on) => setTimeout(on, 300)); return answer("slow"); }
  const key = "entries/" + pathname.split("/").pop();
  if (request.method === "POST") await env.storage.put(key, await request.text());
  const text = await env.storage.get(key);
  return text === null ? answer("", 404) : answer(text);
} };`},
}

// keeperOf is the folder of a keeper's version.
func keeperOf(t *testing.T, runtime, version, upgrade string) string {
	t.Helper()
	k := keepers[runtime]
	return folder(t, map[string]string{
		"manifest.json": fmt.Sprintf(`{"name":"Keeper","version":%q,"description":"d","type":"script","parameters":{"scriptName":"keeper",%s,"permissions":{},"upgrade":%q}}`,
			version, k.parameters, upgrade),
		"app.js": k.code,
	})
}

// loadClient asks a keeper all the time, over one connection that is kept, each request after the answer to the one before.
type loadClient struct {
	name   string
	base   string
	order  []string // of the versions
	at     int      // in order, of the last answer
	client http.Client
	asked  int
}

func (l *loadClient) run(ctx context.Context) error {
	for n := 0; ctx.Err() == nil; n++ {
		entry := fmt.Sprintf("%s-%d", l.name, n)
		steps := []struct{ method, path, body, want string }{
			{http.MethodPost, entry, strings.Repeat(entry, 200), strings.Repeat(entry, 200)},
			{http.MethodGet, entry, "", strings.Repeat(entry, 200)},
			// What was written first is there to the end, whoever wrote it and whoever is asked.
			{http.MethodGet, l.name + "-0", "", strings.Repeat(l.name+"-0", 200)},
		}
		if n%5 == 4 {
			steps = append(steps, struct{ method, path, body, want string }{http.MethodGet, "slow", "", "slow"})
		}
		for _, s := range steps {
			if err := l.ask(s.method, s.path, s.body, s.want); err != nil {
				return fmt.Errorf("%s %s after %d requests, the last one answered by %s: %w", s.method, s.path, l.asked, l.order[l.at], err)
			}
		}
	}
	return nil
}

func (l *loadClient) ask(method, path, body, want string) error {
	req, err := http.NewRequest(method, l.base+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv(envToken))
	res, err := l.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != 200 || string(text) != want {
		return fmt.Errorf("status %d: %.300s", res.StatusCode, text)
	}
	version := res.Header.Get("X-Version")
	later := slices.Index(l.order[l.at:], version)
	if later < 0 {
		return errors.New("answered by version " + version)
	}
	l.at += later
	l.asked++
	return nil
}

// Upgrades, of both kinds, and a rollback are not seen by who uses a plugin: each request is answered, by the one version or the other,
// never by a former one after a later one, and what was written stays.
func TestNoRequestFailsDuringUpgrades(t *testing.T) {
	for runtime := range keepers {
		t.Run(runtime, func(t *testing.T) {
			b := serve(t, filepath.Join(t.TempDir(), "data"))
			b.first()
			install := func(version, upgrade string) {
				t.Helper()
				b.cli("plugin", "install", keeperOf(t, runtime, version, upgrade), "--grant", "requested", "--start")
			}
			install("1.0.0", "replace")
			ctx, stop := context.WithCancel(t.Context())
			var all sync.WaitGroup
			clients := make([]*loadClient, 6)
			for i := range clients {
				c := &loadClient{name: fmt.Sprint("client", i), base: b.url + "/apps/keeper/",
					order:  []string{"1.0.0", "2.0.0", "3.0.0", "4.0.0", "5.0.0", "6.0.0", "5.0.0"},
					client: http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}}}
				clients[i] = c
				all.Go(func() {
					defer c.client.CloseIdleConnections()
					assert.NoError(t, c.run(ctx), c.name)
				})
			}
			install("2.0.0", "replace")
			install("3.0.0", "replace")
			install("4.0.0", "overlap")
			install("5.0.0", "overlap")
			install("6.0.0", "replace")
			assert.Contains(t, b.cli("plugin", "rollback", "keeper"), "succeeded")
			stop()
			all.Wait()
			total := 0
			for _, c := range clients {
				require.Positive(t, c.at, "%s saw no upgrade", c.name)
				total += c.asked
			}
			t.Logf("%d requests", total)
		})
	}
}
