package api_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

// journal is a log that a test reads.
type journal struct {
	mu  sync.Mutex // guards all
	all bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.Write(p)
}

func (j *journal) text() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.all.String()
}

// One id names a request wherever it leaves a trace.
func TestARequestHasOneNameFromEndToEnd(t *testing.T) {
	var log journal
	logged := func(o *api.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	r := newRigWith(t, func(s *api.Server) { s.Boom("/boom") }, logged, trustLoopback)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)

	for path, status := range map[string]int{"/apps/clock/x": 200, "/api/v1/me": 200, "/nothing": 404, "/boom": 500} {
		id := "of-the-proxy" + strings.ReplaceAll(path, "/", ".")
		a := r.expect(call{method: "GET", path: path, header: map[string]string{"X-Request-Id": id}}, status)
		assert.Equal(t, id, a.Header.Get("X-Request-Id"))
		assert.Contains(t, log.text(), `"msg":"request","request_id":"`+id+`"`)
		switch {
		case status >= 400:
			var p struct{ RequestID string }
			a.into(t, &p)
			assert.Equal(t, id, p.RequestID)
		case strings.HasPrefix(path, "/apps/"):
			var seen struct{ Header map[string][]string }
			a.into(t, &seen)
			assert.Equal(t, []string{id}, seen.Header["X-Request-Id"], "the plugin")
		}
	}
	assert.Contains(t, log.text(), `"msg":"request failed","request_id":"of-the-proxy.boom"`)
}

// D1: a name that a client makes up, or that could not stand in a log, is replaced.
func TestNamesOfRequestsAreOurOwnOrAProxys(t *testing.T) {
	own := regexp.MustCompile(`^[0-9a-f]{24}$`)
	trusting, plain := newRig(t, trustLoopback), newRig(t)
	ask := func(r *rig, id string) string {
		return r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"X-Request-Id": id}}).Header.Get("X-Request-Id")
	}
	for _, id := range []string{"abc", "a-b_c.D9", strings.Repeat("x", 64)} {
		assert.Equal(t, id, ask(trusting, id))
		assert.Regexp(t, own, ask(plain, id), "from nobody who is trusted")
	}
	for _, id := range []string{"", strings.Repeat("x", 65), "a b", `a"b`, "a\tb", "a,b", "a/b", "{a}", "<a>", "\u00e9", "a=b"} {
		assert.Regexp(t, own, ask(trusting, id), "%q", id)
	}
	assert.NotEqual(t, ask(plain, ""), ask(plain, ""))
}
