package quickjs_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestWebInterfaces evaluates code in a program, and compares its result as JSON.
func TestWebInterfaces(t *testing.T) {
	r := serve(t, evaluator)
	url := func(u, base string) string {
		if base != "" {
			base = ", " + `"` + base + `"`
		}
		return `return new URL(` + "`" + u + "`" + base + `).href`
	}
	tests := map[string]struct{ code, want string }{
		"a request's address":            {`return request.url`, `"http://guest:8080/eval?a=b"`},
		"a request's method":             {`return request.method`, `"POST"`},
		"a request's header":             {`return [request.headers.get("x-custom"), request.headers.has("X-CUSTOM"), request.headers.get("none")]`, `["Value",true,null]`},
		"a body is read once":            {`return [request.bodyUsed, await request.text().catch(e => e.message)]`, `[true,"the body was read already"]`},
		"a request of one's own":         {`const q = new Request("http://a/b", { method: "post", body: "x" }); return [q.method, q.headers.get("content-type"), await q.text()]`, `["POST","text/plain;charset=UTF-8","x"]`},
		"a request of a request":         {`const q = new Request(new Request("http://a/", { headers: { a: "b" } }), { method: "PUT" }); return [q.method, q.headers.get("a")]`, `["PUT","b"]`},
		"GET has no body":                {`return new Request("http://a/", { body: "x" })`, `TypeError: a GET request has no body`},
		"the environment":                {`return [env.plugin, env.settings, typeof appzone.exit]`, `[{"id":"guest","version":"1.2.3"},{},"function"]`},
		"an answer's defaults":           {`const a = new Response("x"); return [a.status, a.ok, a.headers.get("content-type"), await a.text()]`, `[200,true,"text/plain;charset=UTF-8","x"]`},
		"an answer in JSON":              {`const a = Response.json({ a: 1 }, { status: 201 }); return [a.status, a.headers.get("content-type"), await a.json()]`, `[201,"application/json",{"a":1}]`},
		"a given type is kept":           {`return [Response.json(1, { headers: { "Content-Type": "a/b" } }).headers.get("content-type"), new Response("x", { headers: { "content-type": "c/d" } }).headers.get("content-type")]`, `["a/b","c/d"]`},
		"a redirect":                     {`const a = Response.redirect("http://a/b", 303); return [a.status, a.headers.get("location")]`, `[303,"http://a/b"]`},
		"a status that is none":          {`return new Response("", { status: 99 })`, `RangeError: a status is a number from 200 to 599`},
		"no body with 204":               {`return new Response("x", { status: 204 })`, `TypeError: a response with status 204 has no body`},
		"a clone":                        {`const a = new Response("x"), b = a.clone(); return [await a.text(), await b.text(), a.bodyUsed]`, `["x","x",true]`},
		"a clone of a stream":            {`const a = new Response(ReadableStream.from(["x", "y"])), b = a.clone(); return Promise.all([a.text(), b.text()])`, `["xy","xy"]`},
		"bytes":                          {`return [...new Uint8Array(await new Response(new Uint8Array([1, 2, 255]).subarray(1)).arrayBuffer())]`, `[2,255]`},
		"a form":                         {`const q = new Response(new URLSearchParams({ a: "b c" })); const f = await q.formData(); return [f.get("a"), q.headers.get("content-type")]`, `["b c","application/x-www-form-urlencoded;charset=UTF-8"]`},
		"headers":                        {`const h = new Headers([["B", "1"], ["a", "2"], ["b", " 3 "]]); h.append("Set-Cookie", "x"); h.append("set-cookie", "y"); return [[...h], h.getSetCookie()]`, `[[["a","2"],["b","1, 3"],["set-cookie","x"],["set-cookie","y"]],["x","y"]]`},
		"headers change":                 {`const h = new Headers({ a: "1", b: "2" }); h.set("a", "3"); h.delete("B"); return [...h.keys(), ...h.values()]`, `["a","3"]`},
		"a header with a line feed (E9)": {`return new Headers({ a: "b\r\nc: d" })`, `TypeError: a header's value must be one line`},
		"a header's name":                {`return new Headers({ "a b": "c" })`, `TypeError: "a b" is no name of a header`},
		"encode and decode":              {`return [[...new TextEncoder().encode("aé€😀")].length, new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff]))]`, `[10,"a�"]`},
		"an empty array":                 {`return [new TextDecoder().decode(new Uint8Array(0)), new TextEncoder().encode("").length]`, `["",0]`},
		"decode in pieces":               {`const d = new TextDecoder(); return d.decode(new Uint8Array([0xe2, 0x82]), { stream: true }) + d.decode(new Uint8Array([0xac]))`, `"€"`},
		"decode strictly":                {`return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([255]))`, `TypeError: the bytes are no UTF-8`},
		"encode into":                    {`const b = new Uint8Array(4); return [new TextEncoder().encodeInto("a€€", b), [...b]]`, `[{"read":2,"written":4},[97,226,130,172]]`},
		"base64":                         {`return [btoa("a\xff"), atob("Yf8=").charCodeAt(1)]`, `["Yf8=",255]`},
		"a random identifier":            {`return /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(crypto.randomUUID())`, `true`},
		"random values":                  {`const a = crypto.getRandomValues(new Uint32Array(8)); return new Set(a).size > 4`, `true`},
		"a digest":                       {`return [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc")))].slice(0, 4)`, `[186,120,22,191]`},
		"HMAC": {`const key = await crypto.subtle.importKey("raw", new TextEncoder().encode("key"), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
			const data = new TextEncoder().encode("The quick brown fox jumps over the lazy dog"), mac = await crypto.subtle.sign("HMAC", key, data);
			const bad = mac.slice(0); new Uint8Array(bad)[0] ^= 1;
			return [[...new Uint8Array(mac)].slice(0, 4), await crypto.subtle.verify("HMAC", key, mac, data), await crypto.subtle.verify("HMAC", key, bad, data), await crypto.subtle.verify("HMAC", key, mac.slice(1), data)]`,
			`[[247,188,131,244],true,false,false]`},
		"timers in order":           {`const out = []; await new Promise(r => { setTimeout(() => { out.push("b"); r(); }, 5); setTimeout(() => out.push("a"), 1); queueMicrotask(() => out.push("0")); }); return out`, `["0","a","b"]`},
		"a cleared timer":           {`let n = 0; clearTimeout(setTimeout(() => n++, 0)); const i = setInterval(() => { if (++n === 3) clearInterval(i); }, 1); await new Promise(r => setTimeout(r, 60)); return n`, `3`},
		"arguments of a timer":      {`return new Promise(r => setTimeout((a, b) => r([a, b]), 0, 1, 2))`, `[1,2]`},
		"a signal that times out":   {`const s = AbortSignal.timeout(1); await new Promise(r => s.addEventListener("abort", r)); return [s.aborted, s.reason.name]`, `[true,"TimeoutError"]`},
		"an abort":                  {`const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.abort(); c.abort(); return [n, c.signal.reason.name]`, `[1,"AbortError"]`},
		"structuredClone":           {`const a = { d: new Date(0), m: new Map([[1, { x: 1 }]]), b: new Uint8Array([1]) }; a.self = a; const b = structuredClone(a); return [b.self === b, b.d.getTime(), b.m.get(1).x, b.b[0], b !== a]`, `[true,0,1,1,true]`},
		"a function is not cloned":  {`structuredClone(() => 1)`, `DataCloneError: a function or a symbol cannot be cloned`},
		"a stream":                  {`const s = new ReadableStream({ start(c) { c.enqueue("a"); c.enqueue("b"); c.close(); } }); const out = []; for await (const x of s) out.push(x); return out`, `["a","b"]`},
		"a stream that fails":       {`const s = new ReadableStream({ pull(c) { c.error(new Error("no")); } }); return s.getReader().read()`, `Error: no`},
		"a cancelled stream":        {`let why; const s = new ReadableStream({ cancel(r) { why = r; } }); await s.cancel("x"); return why`, `"x"`},
		"the clock":                 {`const t = performance.now(); return t >= 0 && performance.now() >= t`, `true`},
		"storage":                   {`const s = env.storage; await s.put("a/b", "é"); await s.put("a/c", new Uint8Array([1])); await s.put("z", "{\"x\":1}"); return [await s.get("a/b"), [...await s.get("a/c", "bytes")], await s.get("z", "json"), await s.get("none"), await s.list({ prefix: "a/" }), await s.list({ limit: 1, after: "a/b" })]`, `["é",[1],{"x":1},null,{"keys":["a/b","a/c"],"complete":true},{"keys":["a/c"],"complete":false}]`},
		"a removed key":             {`await env.storage.put("gone", ""); const was = await env.storage.get("gone"); await env.storage.delete("gone"); await env.storage.delete("gone"); return [was, await env.storage.get("gone")]`, `["",null]`},
		"a key that is none":        {`return env.storage.put("x".repeat(151), "")`, `Error: a key of the storage has 1 to 150 bytes, and no NUL`},
		"a value over the quota":    {`return env.storage.put("big", "x".repeat(2 << 20)).catch(e => e.code)`, `"ENOSPC"`},
		"a value that is too large": {`return env.storage.put("big", "x".repeat(9 << 20)).catch(e => e.code)`, `"EMSGSIZE"`},
		"a file of the plugin":      {`return [await env.files.get("file.txt"), await env.files.get("none"), await env.files.get("../quickjs.go"), await env.files.get("/etc/passwd")]`, `["file of the plugin",null,null,null]`},
		"no network":                {`return fetch("http://127.0.0.1:1/").catch(e => e.code)`, `"EACCES"`},
		"fetch takes http":          {`return fetch("file:///etc/passwd")`, `TypeError: fetch takes http and https, and not file:`},
		"no import":                 {`return import("node:fs").catch(e => e instanceof Error)`, `true`},

		"an address":               {url("HTTP://User:p%40ss@EXAMPLE.com:80/a/../b/./c?d=e f#g h", ""), `"http://User:p%40ss@example.com/b/c?d=e%20f#g%20h"`},
		"a relative address":       {url("../x?y#z", "http://a/b/c/d?e#f"), `"http://a/b/x?y#z"`},
		"only a query":             {url("?x", "http://a/b/c?d#e"), `"http://a/b/c?x"`},
		"without a scheme":         {url("//b/c", "https://a/"), `"https://b/c"`},
		"an absolute path":         {url("/x", "http://a/b/c"), `"http://a/x"`},
		"backslashes":              {url(`http:\\\\a\\b`, ""), `"http://a/b"`},
		"an IPv4 address":          {url("http://0x7f.1/", ""), `"http://127.0.0.1/"`},
		"an IPv6 address":          {url("http://[1:0:0:2::0001]:8080/", ""), `"http://[1:0:0:2::1]:8080/"`},
		"an IPv4 address in IPv6":  {url("http://[::ffff:127.0.0.1]/", ""), `"http://[::ffff:7f00:1]/"`},
		"an opaque path":           {url("mailto:a@b.c", ""), `"mailto:a@b.c"`},
		"dots that are escaped":    {url("http://a/b/%2e%2e/c", ""), `"http://a/c"`},
		"a plain path":             {url("http://a/b%20c?d=%27", ""), `"http://a/b%20c?d=%27"`},
		"a file":                   {url("file:///a/b", ""), `"file:///a/b"`},
		"no address":               {url("a b", ""), `TypeError: "a b" is no URL`},
		"a bad port":               {url("http://a:99999/", ""), `TypeError: "http://a:99999/" is no URL`},
		"no host":                  {url("http:///", ""), `TypeError: "http:///" is no URL`},
		"a bad host":               {url("http://a^b/", ""), `TypeError: "http://a^b/" is no URL`},
		"parts":                    {`const u = new URL("https://h:81/p?q=1#f"); return [u.origin, u.host, u.hostname, u.port, u.pathname, u.search, u.hash]`, `["https://h:81","h:81","h","81","/p","?q=1","#f"]`},
		"parts change":             {`const u = new URL("http://h/p"); u.searchParams.set("a", "b c"); u.pathname = "x y"; u.port = "8080"; u.hash = "z"; u.hostname = "g"; return u.href`, `"http://g:8080/x%20y?a=b+c#z"`},
		"parameters":               {`const p = new URLSearchParams("?a=1&b=2&a=%33+x"); p.append("c", "é&"); p.delete("b"); return [p.getAll("a"), p.toString(), p.size]`, `[["1","3 x"],"a=1&a=3+x&c=%C3%A9%26",3]`},
		"an address can be parsed": {`return [URL.canParse("http://a"), URL.canParse("b")]`, `[true,false]`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, r.eval(tc.code).body) })
	}
	assert.NotContains(t, r.output(), "unhandled")
}
