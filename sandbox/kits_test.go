//go:build !race

package sandbox_test

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// kits are the conformance apps of the guest kits, which all behave alike.
var kits = map[string]func(t testing.TB) *plugin{
	"go":         func(t testing.TB) *plugin { return prepared(t, "kit-go") },
	"c":          func(t testing.TB) *plugin { return prepared(t, "kit-c") },
	"go-nethttp": func(t testing.TB) *plugin { return prepared(t, "kit-go-nethttp") },
	"rust":       func(t testing.TB) *plugin { return prepared(t, "kit-rust") },
	"js":         preparedScript,
}

// preparedScript is the conformance app in JavaScript.
func preparedScript(t testing.TB) *plugin {
	t.Helper()
	code, err := os.ReadFile("guest/js/conformance/plugin.js")
	require.NoError(t, err)
	p := script(t, map[string]string{"app/plugin.js": string(code)})
	p.staged.Egress = true
	require.NoError(t, p.prepare())
	return p
}

// eachKit runs a test with every kit, in an environment as the host makes it.
func eachKit(t *testing.T, test func(t *testing.T, p *plugin)) {
	t.Helper()
	for name, stage := range kits {
		t.Run(name, func(t *testing.T) {
			p := stage(t)
			p.env = append(p.env, "APPZONE_PLUGIN_VERSION=1.2.3")
			test(t, p)
		})
	}
}

// ask sends one request and returns the answer with its body.
func (i *instance) ask(method, target, body string, headers ...string) (*http.Response, string) {
	i.t.Helper()
	var sent io.Reader
	if body != "" {
		sent = strings.NewReader(body)
	}
	req, err := http.NewRequest(method, "http://guest"+target, sent)
	require.NoError(i.t, err)
	for n := 0; n+1 < len(headers); n += 2 {
		req.Header.Set(headers[n], headers[n+1])
	}
	res, err := i.client.Do(req)
	require.NoError(i.t, err, "output: %s", i.output())
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(i.t, err, "output: %s", i.output())
	return res, string(b)
}

func TestKitsAnswerAlike(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 8<<10)
	eachKit(t, func(t *testing.T, p *plugin) {
		p.write("settings.json", []byte(`{"greeting":"Servus","n":7}`))
		p.launch.SettingsFile = p.path("settings.json")
		i := p.run()
		for _, c := range []struct {
			method, target, body string
			headers              []string
			status               int
			want                 string // the body; JSON is compared as such
			wantHeaders          []string
		}{
			{"GET", "/echo", "", nil, 200, "", []string{"X-Method", "GET", "X-Path", "/echo"}},
			{"POST", "/echo?a=b%20c&d", "hello", []string{"Content-Type", "text/x-test"}, 200, "hello",
				[]string{"X-Method", "POST", "X-Path", "/echo?a=b%20c&d", "Content-Type", "text/x-test"}},
			{"PROPFIND", "/echo", "x", nil, 200, "x", []string{"X-Method", "PROPFIND"}},
			{"DELETE", "/echo", "", nil, 200, "", []string{"X-Method", "DELETE"}},
			{"PUT", "/echo", long, nil, 200, long, nil},
			{"PUT", "/echo", "\x00\xff binary\r\n\r\n", nil, 200, "\x00\xff binary\r\n\r\n", nil},
			{"GET", "/env", "", []string{"X-AppZone-User", "ann", "X-AppZone-Role", "agent"}, 200,
				`{"plugin":"guest","version":"1.2.3","settings":{"greeting":"Servus","n":7},"user":"ann","role":"agent"}`, nil},
			{"GET", "/env", "", []string{"X-AppZone-User", `a"b\c`}, 200,
				`{"plugin":"guest","version":"1.2.3","settings":{"greeting":"Servus","n":7},"user":"a\"b\\c","role":""}`, nil},
			{"GET", "/store?key=k", "", nil, 404, "", nil},
			{"PUT", "/store?key=k", "value\x00\n", nil, 204, "", nil},
			{"GET", "/store?key=k", "", nil, 200, "value\x00\n", nil},
			{"PUT", "/store?key=k", "other", nil, 204, "", nil},
			{"GET", "/store?key=k", "", nil, 200, "other", nil},
			{"PUT", "/store?key=k2", "", nil, 204, "", nil},
			{"GET", "/store?key=k2", "", nil, 200, "", nil},
			{"DELETE", "/store?key=k", "", nil, 204, "", nil},
			{"DELETE", "/store?key=k", "", nil, 204, "", nil},
			{"GET", "/store?key=k", "", nil, 404, "", nil},
			{"PUT", "/store?key=..%2Fk", "x", nil, 400, "", nil},
			{"PUT", "/store?key=.", "x", nil, 400, "", nil},
			{"PUT", "/store", "x", nil, 400, "", nil},
			{"PUT", "/store?key=" + strings.Repeat("k", 65), "x", nil, 400, "", nil},
			{"GET", "/slow?ms=1", "", nil, 200, "slow", nil},
			{"GET", "/stream?n=0", "", nil, 200, "", nil},
		} {
			res, body := i.ask(c.method, c.target, c.body, c.headers...)
			what := c.method + " " + c.target
			assert.Equal(t, c.status, res.StatusCode, what)
			switch {
			case strings.HasPrefix(c.want, "{"):
				assert.JSONEq(t, c.want, body, what)
			case c.status == 200:
				assert.True(t, c.want == body, "%s: %.100q", what, body)
			}
			for n := 0; n+1 < len(c.wantHeaders); n += 2 {
				assert.Equal(t, c.wantHeaders[n+1], res.Header.Get(c.wantHeaders[n]), "%s: %s", what, c.wantHeaders[n])
			}
		}
	})
}

func TestKitsAnswerHead(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		res, body := i.ask("HEAD", "/env", "")
		assert.Equal(t, 200, res.StatusCode)
		assert.Empty(t, body)
		_, body = i.ask("GET", "/slow?ms=0", "")
		assert.Equal(t, "slow", body, "the connection is still in step")
	})
}

func TestKitsReadChunks(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		r, w := io.Pipe()
		go func() {
			for range 3 {
				_, _ = io.WriteString(w, "chunk ")
				time.Sleep(5 * time.Millisecond)
			}
			_ = w.Close()
		}()
		res, err := i.client.Post("http://guest/echo", "text/plain", r)
		require.NoError(t, err)
		defer res.Body.Close()
		assert.Equal(t, "chunk chunk chunk ", readAll(t, res.Body))
	})
}

func TestKitsOverlapRequests(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		i.ask("GET", "/slow?ms=0", "")
		const each, n = 1500 * time.Millisecond, 4
		began := time.Now()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() { _, err := i.try("/slow?ms=1500"); assert.NoError(t, err) })
		}
		var quick time.Duration
		for time.Since(began) < each/2 {
			_, body := i.ask("POST", "/echo", "quick")
			assert.Equal(t, "quick", body)
			quick = time.Since(began)
		}
		wg.Wait()
		assert.Less(t, quick, each, "others are answered meanwhile")
		assert.Less(t, time.Since(began), n*each, "one after another they would take %v", n*each)
	})
}

func TestKitsStream(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		res, err := i.client.Get("http://guest/stream?n=5")
		require.NoError(t, err)
		defer res.Body.Close()
		assert.Equal(t, []string{"chunked"}, res.TransferEncoding)
		lines := bufio.NewScanner(res.Body)
		var at []time.Time
		for n := 1; lines.Scan(); n++ {
			assert.Equal(t, "line "+string(rune('0'+n)), lines.Text())
			at = append(at, time.Now())
		}
		require.NoError(t, lines.Err())
		require.Len(t, at, 5)
		assert.Greater(t, at[4].Sub(at[0]), 40*time.Millisecond, "lines are sent as they are made")
	})
}

func TestKitsKeepData(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		first := p.run()
		first.ask("PUT", "/store?key=kept", "across restarts")
		first.Stop(20 * time.Second)
		assert.Empty(t, first.Exit().Signal, "it ends by itself: %s", first.output())
		assert.Zero(t, first.Exit().Code, first.output())
		_, body := p.run().ask("GET", "/store?key=kept", "")
		assert.Equal(t, "across restarts", body)
	})
}

func TestKitsEndRequestsInFlight(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		i.ask("GET", "/slow?ms=0", "")
		answer := make(chan error, 1)
		go func() { _, err := i.try("/slow?ms=1000"); answer <- err }()
		time.Sleep(300 * time.Millisecond)
		i.Stop(20 * time.Second)
		require.NoError(t, <-answer, "output: %s", i.output())
		assert.Empty(t, i.Exit().Signal)
	})
}

func TestKitsCrash(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		_, err := i.try("/crash")
		require.Error(t, err)
		assert.NotZero(t, i.end().Code, i.output())
	})
}
