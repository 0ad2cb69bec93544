package quickjs_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"appzone/host/egress"
	"appzone/sandbox/quickjs"
)

// site is a server on the network that programs fetch from.
func site(t *testing.T) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "a=b")
		w.Header().Add("Set-Cookie", "c=d")
		fmt.Fprint(w, "hello")
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Method", r.Method)
		w.Header().Set("X-Given", r.Header.Get("X-Given"))
		w.Header().Set("X-Type", r.Header.Get("Content-Type"))
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		for range 64 {
			_, _ = w.Write(make([]byte, 64<<10))
		}
	})
	mux.HandleFunc("/none", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(30 * time.Second):
		}
	})
	mux.HandleFunc("/drips", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "drip")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/half", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		fmt.Fprint(w, "half")
	})
	mux.Handle("/moved", http.RedirectHandler("/hello", http.StatusFound))
	mux.Handle("/round", http.RedirectHandler("/round", http.StatusFound))
	mux.Handle("/away", http.RedirectHandler("http://denied.example/", http.StatusFound))
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestFetch(t *testing.T) {
	s := site(t)
	r := serve(t, evaluator, func(o *quickjs.Options) {
		o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			if strings.HasPrefix(address, "denied.example:") {
				return nil, &egress.Error{Code: egress.Denied, Message: "denied.example:80 is not granted"}
			}
			return (&net.Dialer{}).DialContext(ctx, "tcp", s.Listener.Addr().String())
		}
	})
	const at = `"http://site.example`
	tests := map[string]struct{ code, want string }{
		"a body":                                 {`const a = await fetch(` + at + `/hello"); return [a.status, a.ok, a.url, await a.text(), a.headers.getSetCookie()]`, `[200,true,"http://site.example/hello","hello",["a=b","c=d"]]`},
		"an exchange":                            {`const a = await fetch(` + at + `/echo", { method: "PUT", body: new Uint8Array([65, 66]), headers: { "X-Given": "x", "Content-Type": "a/b", Host: "evil", "Content-Length": "7" } }); return [a.headers.get("x-method"), a.headers.get("x-given"), a.headers.get("x-type"), await a.text()]`, `["PUT","x","a/b","AB"]`},
		"a stream as a body":                     {`return (await fetch(` + at + `/echo", { method: "POST", body: ReadableStream.from(["a", "b"]) })).text()`, `"ab"`},
		"a large answer":                         {`return (await (await fetch(` + at + `/large")).arrayBuffer()).byteLength`, `4194304`},
		"a large answer in pieces":               {`let n = 0; for await (const piece of (await fetch(` + at + `/large")).body) n += piece.length; return n`, `4194304`},
		"an answer that is passed on":            {`return fetch(` + at + `/hello")`, `hello`},
		"no body":                                {`const a = await fetch(` + at + `/none"); return [a.status, a.body, await a.text()]`, `[204,null,""]`},
		"a redirect":                             {`const a = await fetch(` + at + `/moved"); return [a.url, a.redirected, await a.text()]`, `["http://site.example/hello",true,"hello"]`},
		"a redirect by hand":                     {`const a = await fetch(` + at + `/moved", { redirect: "manual" }); return [a.status, a.headers.get("location")]`, `[302,"/hello"]`},
		"a redirect as an error":                 {`return fetch(` + at + `/moved", { redirect: "error" }).catch(e => e.code)`, `"ERR_REDIRECT"`},
		"redirects without end":                  {`return fetch(` + at + `/round").catch(e => e.code)`, `"ERR_REDIRECT"`},
		"a redirect out of what is granted (E4)": {`return fetch(` + at + `/away").catch(e => [e.code, e.message])`, `["EACCES","fetch failed: denied.example:80 is not granted"]`},
		"a timeout":                              {`return fetch(` + at + `/slow", { signal: AbortSignal.timeout(20) }).catch(e => e.name)`, `"TimeoutError"`},
		"an abort before":                        {`return fetch(` + at + `/hello", { signal: AbortSignal.abort(new Error("no")) })`, `Error: no`},
		"an abort of a body":                     {`const c = new AbortController(), a = await fetch(` + at + `/drips", { signal: c.signal }); const reader = a.body.getReader(); await reader.read(); setTimeout(() => c.abort(), 5); return reader.read().catch(() => "aborted")`, `"aborted"`},
		"half an answer":                         {`return (await fetch(` + at + `/half")).text().catch(() => "broken")`, `"broken"`},
		"a header with a line feed (E9)":         {`return fetch(` + at + `/hello", { headers: { a: "b\r\nc: d" } })`, `TypeError: a header's value must be one line`},
		"many at once":                           {`return (await Promise.all(Array.from({ length: 60 }, () => fetch(` + at + `/hello").then(a => a.text())))).every(x => x === "hello")`, `true`},
		"more than are taken":                    {`const all = Array.from({ length: 101 }, () => fetch(` + at + `/slow", { signal: AbortSignal.timeout(200) }).catch(e => e.code)); return (await Promise.all(all)).includes("EAGAIN")`, `true`},
		"bodies that nobody reads":               {`for (let i = 0; i < 1200; i++) await fetch(` + at + `/hello"); return "done"`, `"done"`},
		"large bodies that nobody reads":         {`for (let i = 0; i < 40; i++) await fetch(` + at + `/large"); return "done"`, `"done"`},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.want, r.eval(tc.code).body) })
	}
	assert.NotContains(t, r.output(), "unhandled")
}
