package nodebridge_test

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every program asks for a port of its own and is served through the inherited listener.
func TestProgramsAreServedThroughTheInheritedListener(t *testing.T) {
	tests := map[string]struct {
		file string
		path string
		want string
		log  string
	}{
		"CommonJS program with express":      {"express-routes.js", "/who", `{"ip":"127.0.0.1","remote":"127.0.0.1","secure":false}`, ""},
		"ESM program":                        {"esm.mjs", "/", `esm {"address":"::","family":"IPv6","port":9006}`, "listening true"},
		"raw server":                         {"raw.js", "/", "raw", ""},
		"HTTPS server is spoken to in plain": {"https.js", "/", "encrypted true", ""},
		"fastify":                            {"fastify.js", "/", `{"hello":"fastify","ip":"127.0.0.1"}`, "at http://"},
		"koa":                                {"koa.mjs", "/", "koa", ""},
		"port probed, closed and listened on again": {"probe.js", "/", "port 9006", ""},
		"second live server on one port":            {"twice.js", "/", `{"again":"ERR_SERVER_ALREADY_LISTEN","second":"EADDRINUSE","message":"listen EADDRINUSE: address already in use :::9006","listening":false,"other":"EADDRINUSE"}`, ""},
		"first HTTP server of several":              {"several.js", "/", "first", "appzone: the server on port 9006 gets the requests"},
		"listen on LISTEN_FD":                       {"own-descriptor.js", "/", "descriptor null", ""},
		"listen on a path works inside the plugin":  {"unix-path.js", "/", "from the path", "appzone: a server listens on the path"},
		"listen on another server's handle":         {"handle.js", "/", `{"error":"ENOTSUP"}`, "appzone: a server that shares the handle"},
		"listen in a worker thread":                 {"worker.js", "/", "worker got ENOTSUP", "appzone: a worker thread cannot serve port 9007"},
		"HTTP/2 server without TLS":                 {"http2.js", "/x", "http2 /x", ""},
		"HTTP/2 server with TLS":                    {"http2-secure.js", "/x", "secure /x", ""},
		"UDP service is refused, UDP client works":  {"dgram.js", "/", `{"service":"ENOTSUP","client":true}`, "appzone: UDP port 9006 is not opened"},
		"forked child knows nothing of it":          {"fork.js", "/", `{"names":[],"execArgv":[]}`, "appzone: a forked process is not served"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, test.file)
			got := p.get(t, test.path)
			assert.Equal(t, test.want, got)
			if test.log != "" {
				p.waitFor(t, test.log)
			}
			p.waitFor(t, `{"event":"listen"`)
			for _, port := range []string{"9006", "9007", "9443", "1234"} { // D7
				_, err := net.Dial("tcp", "localhost:"+port)
				assert.Error(t, err, "port %s is open", port)
			}
		})
	}
}

// The documented sample has no route: its 404 is an answer. Ten of them run side by side.
func TestTenDocumentedSamplesRunSideBySide(t *testing.T) {
	programs := make([]*program, 10)
	for i := range programs {
		programs[i] = start(t, "express.js")
	}
	for _, p := range programs {
		status, body, err := p.try("/")
		require.NoError(t, err)
		assert.Equal(t, 404, status)
		assert.Contains(t, body, "Cannot GET /")
		p.waitFor(t, "Sample Node Application Plugin Service listening on port 9006")
	}
	_, err := net.Dial("tcp", "localhost:9006") // D7
	assert.Error(t, err)
}

func TestListeningServersReportWhatTheyAskedFor(t *testing.T) {
	p := start(t, "address.js")
	got := p.get(t, "/")
	type reported struct {
		Address, Family                          string
		Port                                     int
		Before, Listening, Closed, Sync, Aborted bool
	}
	var seen map[string]any
	decode(t, got, &seen)
	for name, want := range map[string]reported{
		"plain":  {Address: "::", Family: "IPv6", Port: 9001},
		"host":   {Address: "127.0.0.1", Family: "IPv4", Port: 9002},
		"name":   {Address: "127.0.0.1", Family: "IPv4", Port: 9003},
		"object": {Address: "::1", Family: "IPv6", Port: 9004},
		"text":   {Address: "::", Family: "IPv6", Port: 9005},
		"any":    {Address: "::", Family: "IPv6"},
		"none":   {Address: "::", Family: "IPv6"},
	} {
		var r reported
		recode(t, seen[name], &r)
		if want.Port == 0 {
			assert.Greater(t, r.Port, 1023, name)
			want.Port = r.Port
		}
		want.Listening, want.Closed = true, true
		assert.Equal(t, want, r, name)
	}
	assert.Equal(t, true, seen["aborted"])
	assert.Equal(t, "ERR_SOCKET_BAD_PORT", seen["range"])
}

func TestServersMayCloseAndListenAgain(t *testing.T) {
	p := start(t, "relisten.js")
	assert.Equal(t, "opened 1", p.get(t, "/again"))
	p.waitFor(t, `{"event":"close"}`)
	p.waitFor(t, `{"event":"listen","port":9007}`)
	assert.Equal(t, "opened 2", p.get(t, "/again"))
}

func TestNextServerTakesOverWhenTheFirstCloses(t *testing.T) {
	p := start(t, "several.js")
	p.waitFor(t, "appzone: the server on port 9006 gets the requests")
	assert.Equal(t, "first", p.get(t, "/close"))
	p.waitFor(t, "appzone: the server on port 9007 gets the requests now")
	assert.Equal(t, "second", p.get(t, "/"))
}

func TestClusterWorkersServe(t *testing.T) {
	p := start(t, "cluster.js")
	p.waitFor(t, "worker listens\nworker listens")
	seen := map[string]bool{}
	for range 4 {
		seen[p.get(t, "/")] = true
	}
	assert.Equal(t, map[string]bool{"worker 1 at 9006": true, "worker 2 at 9006": true}, seen)
	p.terminate(t)
	assert.Equal(t, "code 0", p.exit(t))
}

func TestClusterThatSharesHandlesIsRefused(t *testing.T) {
	p := start(t, "cluster-none.js")
	p.waitFor(t, "worker got ENOTSUP")
	p.waitFor(t, "appzone: cluster.SCHED_NONE is not supported")
}

func TestServerPassedToAChildServesThere(t *testing.T) {
	p := start(t, "pass-server.js")
	p.waitFor(t, "appzone: a server was passed to a child process")
	require.Eventually(t, func() bool {
		_, body, _ := p.try("/")
		return body == "child"
	}, patience, 10*time.Millisecond)
}

func TestHTTP2StreamsAreRefused(t *testing.T) {
	p := start(t, "http2-streams.js")
	assert.Equal(t, "code 3", p.exit(t))
	assert.Contains(t, p.text(), "refused ENOTSUP")
	assert.Contains(t, p.text(), "appzone: HTTP/2 streams are not supported")
}

func TestProgramsEndAsWithoutTheHost(t *testing.T) {
	t.Run("one that does nothing", func(t *testing.T) {
		p := start(t, "exits.js")
		assert.Equal(t, "code 7", p.exit(t))
		assert.Empty(t, p.events())
	})
	t.Run("one that closes its last referenced server", func(t *testing.T) {
		p := start(t, "closes.js")
		assert.Equal(t, "code 0", p.exit(t))
	})
	t.Run("one that never listens goes on", func(t *testing.T) {
		p := start(t, "never-listens.js")
		p.waitFor(t, "tick\ntick\n")
		assert.Empty(t, p.events())
		p.terminate(t)
		assert.Equal(t, "code 0", p.exit(t))
	})
}

func TestRequestsInFlightEndOnSIGTERM(t *testing.T) {
	tests := map[string]struct{ file, exit string }{
		"default":                {"slow.js", "code 0"},
		"handler of the program": {"sigterm.js", "code 5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.file)
			answer := make(chan string, 1)
			go func() {
				_, body, err := p.try("/slow")
				if err != nil {
					body = err.Error()
				}
				answer <- body
			}()
			p.waitFor(t, "slow request")
			p.terminate(t)
			assert.Equal(t, "slow", <-answer)
			assert.Equal(t, test.exit, p.exit(t))
		})
	}
}

func TestExitHooksRunAndIdleConnectionsEndOnSIGTERM(t *testing.T) {
	p := start(t, "slow.js")
	p.get(t, "/") // leaves an idle connection
	p.terminate(t)
	assert.Equal(t, "code 0", p.exit(t))
	assert.Contains(t, p.text(), "exit hook 0")
}

func TestSIGHUPTellsAndEndsNothing(t *testing.T) {
	t.Run("with a handler of the program", func(t *testing.T) {
		p := start(t, "sighup.js")
		assert.Equal(t, "told 0", p.get(t, "/"))
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
		require.Eventually(t, func() bool { return p.get(t, "/") == "told 1" }, patience, 5*time.Millisecond)
	})
	t.Run("without one", func(t *testing.T) {
		p := start(t, "slow.js")
		p.get(t, "/")
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGHUP))
		time.Sleep(50 * time.Millisecond) // long enough to end by it
		p.get(t, "/")
		p.terminate(t)
		assert.Equal(t, "code 0", p.exit(t), "SIGTERM is as ever")
	})
}

func TestOurSignalHandlerIsNotSeen(t *testing.T) {
	t.Run("counted", func(t *testing.T) {
		p := start(t, "sigterm.js")
		p.waitFor(t, "handlers 0")
	})
	t.Run("raised again", func(t *testing.T) {
		p := start(t, "reraise.js")
		assert.Equal(t, "ok", p.get(t, "/"))
		p.terminate(t)
		assert.Equal(t, "code 0", p.exit(t))
		assert.Contains(t, p.text(), "cleaned up")
	})
}

func TestWebSocket(t *testing.T) {
	p := start(t, "ws.js")
	assert.Equal(t, "plain", p.get(t, "/"))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, "ws://plugin/", &websocket.DialOptions{HTTPClient: p.client})
	require.NoError(t, err)
	defer conn.CloseNow()
	require.NoError(t, conn.Write(ctx, websocket.MessageText, []byte("hello")))
	_, message, err := conn.Read(ctx)
	require.NoError(t, err)
	assert.Equal(t, "echo hello", string(message))
	p.terminate(t) // an open WebSocket does not hold the end
	assert.Equal(t, "code 0", p.exit(t))
}

func TestStreaming(t *testing.T) {
	p := start(t, "stream.js")
	response, err := p.client.Get("http://plugin/events")
	require.NoError(t, err)
	defer response.Body.Close()
	var got []string
	for s := bufio.NewScanner(response.Body); s.Scan(); {
		if s.Text() != "" {
			got = append(got, s.Text())
		}
	}
	assert.Equal(t, []string{"data: 1", "data: 2", "data: 3"}, got)
	upload, err := p.client.Post("http://plugin/", "text/plain", strings.NewReader(strings.Repeat("x", 3<<20)))
	require.NoError(t, err)
	defer upload.Body.Close()
	assert.Equal(t, http.StatusOK, upload.StatusCode)
	assert.Equal(t, "got 3145728", read(t, upload.Body))
}
