package sandbox_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// hostile is a program with a handler that misbehaves at /bad, and answers at /ok.
func hostile(bad string) map[string]string {
	return map[string]string{"app/plugin.js": `export default { async fetch(request, env) {
	if (request.url.endsWith("/ok")) return new Response("ok");
	` + bad + `
} };`}
}

// A program that eats what it can find is told, and goes on.
func TestAHostileScriptGoesOn(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		bad    string
		status int
		body   string
	}{
		"memory (G2)":        {`const all = []; for (;;) all.push(new Uint8Array(1 << 20).fill(1));`, 500, ""},
		"objects (G2)":       {`const all = []; for (;;) all.push({ all: [all] });`, 500, ""},
		"a huge string (G2)": {`let s = "x"; for (;;) s = (s + s).replace("y", "z");`, 500, ""},
		"recursion (G5)":     {`const f = () => f() + 1; return new Response(String(f()));`, 500, ""},
		"a deep structure":   {`let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return new Response(JSON.stringify(a));`, 500, ""},
		"a deep log":         {`let a = {}; a.a = a; let b = []; for (let i = 0; i < 1e4; i++) b = [b]; console.log(a, b); return new Response("told");`, 200, "told"},
		"a promise storm":    {`await Promise.all(Array.from({ length: 1e4 }, async (_, i) => { await null; return i; })); return new Response("calm");`, 200, "calm"},
		"too many timers": {`let n = 0; try { for (;;) { setTimeout(() => {}, 1e6); n++; } } catch (e) { return new Response(n + " " + e.code); }`,
			200, "10000 EAGAIN"},
		"10k timers at once": {`let n = 0; await new Promise((r) => { for (let i = 0; i < 9000; i++) setTimeout(() => { if (++n === 9000) r(); }, 1); }); return new Response(String(n));`,
			200, "9000"},
		"a polluted prototype": {`Object.prototype.then = (f) => f(1); Object.prototype.status = "evil"; Object.prototype.get = 1;
			Array.prototype.push = () => { throw 1; }; Array.prototype[Symbol.iterator] = null; String.prototype.includes = null;
			Promise.prototype.then = null; Map.prototype.get = () => 7; return new Response("x");`, 0, ""},
		"the host's functions": {`const raw = []; const set = Map.prototype.set; Map.prototype.set = function (k, v) { raw.push(v); return set.call(this, k, v); };
			setTimeout(() => {}, 1); Map.prototype.set = set; return new Response(String(raw.length > 0));`, 200, "true"},
		"a large log": {`console.log("x".repeat(1 << 20)); return new Response("told");`, 200, "told"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := script(t, hostile(tc.bad), func(m *manifest.Manifest) { m.Parameters.Limits.MemoryMB = 32 })
			i := p.prepareAndRun()
			got := i.send("GET", "/bad", "")
			if tc.status != 0 {
				assert.Equal(t, tc.status, got.status, "%s\n%s", got.body, i.output())
			}
			if tc.body != "" {
				assert.Equal(t, tc.body, got.body)
			}
			if tc.status != 0 {
				assert.Equal(t, "ok", i.send("GET", "/ok", "").body, i.output())
			}
			select {
			case <-i.Done():
				t.Fatalf("it ended: %+v\n%s", i.Exit(), i.output())
			default:
			}
		})
	}
}

// F7: what computes for ever does not hold up a stop.
func TestAnEndlessScriptIsStopped(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]string{
		"a loop":               `for (;;);`,
		"promises":             `const f = () => Promise.resolve().then(f); await f();`,
		"a regular expression": `return new Response(String(/^(a+)+$/.test("a".repeat(60) + "b")));`,
		"a sort":               `for (;;) Array.from({ length: 1e4 }, (_, i) => i).sort(() => 0.5 - Math.random());`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := script(t, hostile(bad), func(m *manifest.Manifest) { m.Parameters.Stop.GraceSeconds = 2 })
			i := p.prepareAndRun()
			require.Equal(t, "ok", i.send("GET", "/ok", "").body)
			go func() { _, _ = i.try("/bad") }()
			time.Sleep(300 * time.Millisecond) // it is in its loop by now, or will be
			began := time.Now()
			i.Stop(2 * time.Second)
			assert.Less(t, time.Since(began), 30*time.Second)
		})
	}
}

// What ends a script, and with what code.
func TestAScriptsEnd(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		program string
		code    int
		says    string
	}{
		"its own code":         {`appzone.exit(7); export default { fetch() {} };`, 7, ""},
		"a code beyond a byte": {`appzone.exit(256); export default { fetch() {} };`, 1, ""},
		"no handler":           {`export const fetch = 1;`, 1, "app/plugin.js cannot be run: it has no default export with a function fetch"},
		"it throws":            {"\n\nthrow new Error('no start');", 1, "app/plugin.js:3"},
		"a missing name":       {`nothing();`, 1, "nothing is not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := script(t, map[string]string{"app/plugin.js": tc.program}).prepareAndRun()
			assert.Equal(t, tc.code, i.end().Code, i.output())
			assert.Contains(t, i.output(), tc.says)
		})
	}
}

// G8: what cannot run is refused at the install, by name and place.
func TestWhatNoScriptCanDoIsRefusedAtInstall(t *testing.T) {
	t.Parallel()
	const good = "export default { fetch() { return new Response('x'); } };"
	for name, tc := range map[string]struct {
		files map[string]string
		code  string
		says  string
	}{
		"a syntax error":          {map[string]string{"app/plugin.js": "export default {\n  fetch( { }\n};"}, "syntax_error", "app/plugin.js:3:1"},
		"an error in an import":   {map[string]string{"app/plugin.js": `import "./lib/a.js"; ` + good, "app/lib/a.js": "let a =;"}, "syntax_error", "app/lib/a.js:1:8"},
		"modules of Node.js":      {map[string]string{"app/plugin.js": `import fs from "node:fs"; import "http"; ` + good}, "imports_unknown", `"node:fs", "http"`},
		"a file that is not here": {map[string]string{"app/plugin.js": `import "./none.js"; ` + good}, "imports_unknown", `"./none.js"`},
		"out of the plugin (A2)":  {map[string]string{"app/plugin.js": `import "../../../../../../etc/passwd"; ` + good}, "imports_unknown", `etc/passwd`},
		"an absolute path":        {map[string]string{"app/plugin.js": `import "/etc/passwd"; ` + good}, "imports_unknown", `"/etc/passwd"`},
		"an address":              {map[string]string{"app/plugin.js": `import "https://example.com/a.js"; ` + good}, "imports_unknown", `example.com`},
		"a deep nest":             {map[string]string{"app/plugin.js": "const a = " + strings.Repeat("[", 1<<20)}, "", ""},
		"too large":               {map[string]string{"app/plugin.js": "//" + strings.Repeat("x", 9<<20)}, "module_too_large", "8.0 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := script(t, tc.files)
			_, err := p.runtime.Inspect(t.Context(), p.staged)
			require.Error(t, err)
			if tc.code != "" {
				assert.Equal(t, tc.code, fault.CodeOf(err), err)
				assert.Contains(t, err.Error(), tc.says)
			}
			require.Error(t, p.prepare())
		})
	}
}

func TestAScriptsImportsAreJoined(t *testing.T) {
	t.Parallel()
	p := script(t, map[string]string{
		"app/plugin.js":                   `import { name } from "./lib/name.js"; import shout from "shout"; import data from "./data.json"; export default { async fetch() { const { late } = await import("./late.mjs"); return new Response(shout(name) + data.n + late); } };`,
		"app/lib/name.js":                 `export const name = "joined";`,
		"app/late.mjs":                    `export const late = "!";`,
		"app/data.json":                   `{"n": 1}`,
		"node_modules/shout/package.json": `{"name":"shout","main":"index.js"}`,
		"node_modules/shout/index.js":     `module.exports = (s) => s.toUpperCase();`,
	})
	i := p.prepareAndRun()
	assert.Equal(t, "JOINED1!", i.send("GET", "/", "").body)
	i.Kill()

	// A9: what was joined is sealed.
	p.write("prepared/script/plugin.mjs", []byte("export default { fetch() { return new Response('other'); } }"))
	assert.Equal(t, exitRefused, p.run().end().Code)
}

// exitRefused is the exit code of an instance that does not run what was not prepared.
const exitRefused = 126

func TestAChangedScriptIsNotRun(t *testing.T) {
	t.Parallel()
	p := script(t, hostile(`return new Response("x")`))
	require.NoError(t, p.prepare())
	p.write("code/app/plugin.js", []byte("export default { fetch() { return new Response('other'); } }"))
	i := p.run()
	assert.Equal(t, exitRefused, i.end().Code)
	assert.Contains(t, i.output(), "was changed after it was prepared")
}

func TestAScriptEndsItsRequestsWhenItIsStopped(t *testing.T) {
	t.Parallel()
	p := script(t, map[string]string{"app/plugin.js": `export default {
		async fetch(request, env, context) {
			context.waitUntil((async () => { await new Promise((r) => setTimeout(r, 600)); await env.storage.put("waited", "yes"); })());
			await new Promise((r) => setTimeout(r, 400)); return new Response("slow");
		},
		async stop(env) { console.log("stopping", await env.storage.get("waited")); },
	};`})
	i := p.prepareAndRun()
	got := make(chan answer, 1)
	go func() { got <- i.send("GET", "/", "") }()
	time.Sleep(100 * time.Millisecond)
	for k := 0; k < 1000 && i.output() == "" && k < 20; k++ {
		time.Sleep(5 * time.Millisecond)
	}
	require.NoError(t, syscall.Kill(i.PID(), syscall.SIGTERM))
	assert.Equal(t, "slow", (<-got).body)
	assert.Equal(t, 0, i.end().Code, fmt.Sprint(i.Exit()))
	assert.Contains(t, i.output(), "stopping yes")
}
