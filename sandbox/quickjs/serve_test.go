package quickjs_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
	"appzone/sandbox/quickjs"
)

func TestAHandlersMistakesAreAnswers(t *testing.T) {
	tests := map[string]struct{ handler, log string }{
		"it throws":                  {`throw new Error("no luck")`, "no luck"},
		"it throws no error":         {`throw { a: 1 }`, "a: 1"},
		"it throws undefined":        {`throw undefined`, "undefined was thrown"},
		"it returns nothing":         {``, "returned undefined and not a Response"},
		"it returns a string":        {`return "hello"`, `returned "hello" and not a Response`},
		"it returns a request":       {`return request`, "not a Response"},
		"it returns an error answer": {`return Response.error()`, "Response.error()"},
		"a body that was read":       {`const r = new Response("x"); await r.text(); return r`, "read already"},
		"a lying answer":             {`const r = new Response("x"); Object.defineProperty(r, Object.getOwnPropertySymbols(r)[0], { value: { status: "200", body: {}, type: 7 } }); return r`, "failed"},
		"a getter that throws":       {`throw { get message() { throw 1; }, toString() { throw 2; } }`, "thrown"},
		"an error that lies":         {`const e = new Error("x"); Object.defineProperty(e, "stack", { get() { throw e; } }); throw e`, "cannot be described"},
		"no answer is too deep (G5)": {`(function f() { f(); })()`, "call stack"},
		"a proxy":                    {`return new Proxy({}, { get() { throw new Error("trap"); } })`, "trap"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			r := serve(t, `export default { async fetch(request) { if (request.url.endsWith("/ok")) return new Response("ok"); `+tc.handler+` } }`)
			got := r.send("GET", "/", nil)
			assert.Equal(t, 500, got.status)
			assert.Equal(t, "text/plain; charset=utf-8", got.header.Get("Content-Type"))
			assert.NotContains(t, got.body, "no luck", "the log says why, and not the answer")
			assert.Contains(t, r.output(), tc.log)
			assert.Equal(t, "ok", r.send("GET", "/ok", nil).body, "it goes on")
		})
	}
}

func TestAStackNamesTheProgramsLine(t *testing.T) {
	r := serve(t, "export default {\n  fetch() {\n    throw new Error('here');\n  },\n};\n")
	r.send("GET", "/", nil)
	assert.Regexp(t, `GET / failed: Error: here\n.*app/plugin\.js:3`, r.output())
}

// E9: a header cannot begin another one.
func TestHeadersCannotBeSplit(t *testing.T) {
	r := serve(t, `export default { fetch(request) {
		const answer = new Response("x", { headers: { a: "b" } });
		const raw = Object.getOwnPropertySymbols(answer).map((s) => answer[s])[0];
		const headers = raw.headers, list = headers[Object.getOwnPropertySymbols(headers)[0]];
		const kind = new URL(request.url).pathname;
		if (kind === "/value") list[1] = "b\r\nx-evil: 1";
		if (kind === "/line") list.push("c", "d\nx-evil\n1");
		if (kind === "/name") list[0] = "a: b\r\nx-evil";
		if (kind === "/nul") list[1] = "\0";
		if (kind === "/type") raw.type = "a\r\nx-evil: 1";
		if (kind === "/length") list.push("content-length", "9", "transfer-encoding", "chunked", "connection", "upgrade");
		return answer;
	} }`)
	for path, status := range map[string]int{"/value": 500, "/name": 500, "/nul": 500, "/type": 500, "/line": 200, "/length": 200} {
		got := r.send("GET", path, nil)
		assert.Equal(t, status, got.status, path)
		if path != "/line" { // there it is a header of its own, which a program may have
			assert.Empty(t, got.header.Get("X-Evil"), path)
		}
	}
	assert.Equal(t, "x", r.send("GET", "/length", nil).body)
}

func TestBodiesOfRequests(t *testing.T) {
	r := serve(t, `export default { async fetch(request) {
		switch (new URL(request.url).pathname) {
			case "/bytes": return new Response(String((await request.arrayBuffer()).byteLength));
			case "/sum": {
				let n = 0, pieces = 0;
				for await (const piece of request.body) { n += piece.byteLength; pieces++; }
				return new Response(n + " in more than one " + (pieces > 1));
			}
			case "/echo": return new Response(request.body);
			case "/first": {
				const reader = request.body.getReader();
				await reader.read();
				reader.cancel();
				return new Response("enough");
			}
			case "/none": return new Response("unread");
		}
	} }`)
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	assert.Equal(t, "5", r.send("POST", "/bytes", strings.NewReader("hello")).body)
	assert.Equal(t, "0", r.send("POST", "/bytes", nil).body)
	assert.Equal(t, "1048576", r.send("POST", "/bytes", bytes.NewReader(large)).body)
	assert.Equal(t, "1048576", r.send("POST", "/bytes", io.MultiReader(bytes.NewReader(large))).body, "chunked")
	assert.Equal(t, "1048576 in more than one true", r.send("POST", "/sum", bytes.NewReader(large)).body)
	got := r.send("POST", "/echo", bytes.NewReader(large))
	assert.Equal(t, sha256.Sum256(large), sha256.Sum256([]byte(got.body)))
	assert.Equal(t, "hello", r.send("POST", "/echo", strings.NewReader("hello")).body)
	for range 3 { // what is left of a body is not taken for the next request
		assert.Equal(t, "unread", r.send("POST", "/none", bytes.NewReader(large)).body)
		assert.Equal(t, "enough", r.send("POST", "/first", bytes.NewReader(large)).body)
	}
	assert.Equal(t, 500, r.send("POST", "/bytes", io.LimitReader(zeros{}, 33<<20)).status)
	assert.Contains(t, r.output(), "more than 33554432 bytes")
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// A request that is hidden in the body of another one is no request.
func TestABodyIsNoRequest(t *testing.T) {
	r := serve(t, `let n = 0; export default { fetch(request) { n++; return new Response(n + " " + request.method + "\n"); } }`)
	c, err := r.dial()
	require.NoError(t, err)
	defer c.Close()
	hidden := "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	body := hidden + strings.Repeat("x", 128<<10)
	_, err = fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%sPUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", len(body), body)
	require.NoError(t, err)
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	all, _ := io.ReadAll(c)
	assert.Contains(t, string(all), "1 POST")
	assert.Contains(t, string(all), "2 PUT")
	assert.Equal(t, 2, strings.Count(string(all), "HTTP/1.1 "), string(all))
}

func TestStreamsFlowPieceByPiece(t *testing.T) {
	r := serve(t, `export default { fetch(request) {
		const path = new URL(request.url).pathname;
		const pause = (ms) => new Promise((r) => setTimeout(r, ms));
		async function* lines() { for (let i = 1; i <= 3; i++) { yield "line " + i + "\n"; await pause(20); } if (path === "/fails") throw new Error("half way"); }
		async function* much() { for (let i = 0; i < 64; i++) yield new Uint8Array(100000); }
		if (path === "/nonsense") return new Response(ReadableStream.from([{}]));
		return new Response(path === "/much" ? much() : ReadableStream.from(lines()));
	} }`)
	res, err := r.client.Get("http://guest/lines")
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, []string{"chunked"}, res.TransferEncoding)
	read := bufio.NewReader(res.Body)
	for n := 1; n <= 3; n++ {
		line, err := read.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, fmt.Sprintf("line %d\n", n), line)
	}
	assert.Len(t, r.send("GET", "/much", nil).body, 6_400_000)
	for _, path := range []string{"/fails", "/nonsense"} {
		res, err = r.client.Get("http://guest" + path)
		require.NoError(t, err)
		_, err = io.ReadAll(res.Body)
		require.Error(t, err, "%s: half an answer is none", path)
		_ = res.Body.Close()
	}
	assert.Contains(t, r.output(), "half way")
	head, err := r.client.Head("http://guest/lines")
	require.NoError(t, err)
	assert.Equal(t, http.StatusOK, head.StatusCode)
}

// A client that leaves ends the program's stream.
func TestALeavingClientCancelsTheStream(t *testing.T) {
	r := serve(t, `let cancelled = 0; export default { fetch(request) {
		if (request.url.endsWith("/count")) return new Response(String(cancelled));
		return new Response(new ReadableStream({ async pull(c) { await new Promise((r) => setTimeout(r, 1)); c.enqueue("x".repeat(10000)); }, cancel() { cancelled++; } }));
	} }`)
	res, err := r.client.Get("http://guest/")
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, res.Body, 100_000)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Eventually(t, func() bool { return r.send("GET", "/count", nil).body == "1" }, 30*time.Second, 10*time.Millisecond)
}

func TestRequestsOverlapAtEveryAwait(t *testing.T) {
	r := serve(t, `let waiting = []; export default { async fetch() {
		if (waiting.length < 49) await new Promise((resolve) => waiting.push(resolve));
		else waiting.forEach((f) => f());
		return new Response("met");
	} }`)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { assert.Equal(t, "met", r.send("GET", "/", nil).body) })
	}
	all.Wait()
}

func TestUnhandledRejectionsAreTold(t *testing.T) {
	r := serve(t, `export default { fetch() {
		Promise.reject(new Error("nobody cares"));
		const late = Promise.reject(new Error("somebody cares")); late.catch(() => {});
		setTimeout(() => { throw new Error("in a timer"); });
		return new Response("x");
	} }`)
	assert.Equal(t, "x", r.send("GET", "/", nil).body)
	require.Eventually(t, func() bool { return strings.Contains(r.output(), "in a timer") }, 30*time.Second, 10*time.Millisecond)
	assert.Contains(t, r.output(), "unhandled rejection: Error: nobody cares")
	assert.NotContains(t, r.output(), "somebody cares")
}

// A client may leave between the moment when its stream is full and the one when the program begins to wait for it.
func TestAProgramDoesNotWaitForAClientThatIsGone(t *testing.T) {
	r := serve(t, evaluator)
	s := quickjs.NewSink(r.instance)
	require.NoError(t, s.Close())
	s.Await(1 << 20)
	require.Eventually(t, func() bool { return !s.Awaited() }, 10*time.Second, time.Millisecond)
}

func TestAProgramAsksWhoAsks(t *testing.T) {
	r := serve(t, evaluator, func(o *quickjs.Options) {
		o.Identity = func(token string) (identity.Claims, error) {
			if token != "good" {
				return identity.Claims{}, errors.New("it is " + token)
			}
			return identity.Claims{User: "ann", Role: "agent", Subject: "ann", Issuer: "https://zone", IssuedAt: 1, ExpiresAt: 61}, nil
		}
	})
	const ann = `{"user":"ann","role":"agent","subject":"ann","issuer":"https://zone","issuedAt":1,"expiresAt":61}`
	for code, want := range map[string]string{
		`return env.identity("good")`: ann,
		`return appzone.identity(new Request("http://x", { headers: { "x-appzone-identity": "good" } }))`: ann,
		`return Object.isFrozen(await env.identity("good"))`:                                              "true",
		`return env.identity("bad").catch((e) => [e.code, e.message])`:                                    `["EACCES","it is bad"]`,
		`return env.identity(request).catch((e) => [e.code, e.message])`:                                  `["EACCES","it is "]`,
		`return env.identity(7).catch((e) => e.name)`:                                                     `"TypeError"`,
	} {
		assert.Equal(t, want, r.eval(code).body, code)
	}
}
