package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
)

// reader reads a stream in the background.
type reader struct {
	t     *testing.T
	res   *http.Response
	lines chan string
}

// open begins a stream.
func (r *rig) open(c call) *reader {
	r.t.Helper()
	c.method = "GET"
	res, err := http.DefaultTransport.RoundTrip(r.request(c))
	require.NoError(r.t, err)
	require.Equal(r.t, 200, res.StatusCode)
	s := &reader{r.t, res, make(chan string, 1000)}
	go func() {
		defer close(s.lines)
		for scanner := bufio.NewScanner(res.Body); scanner.Scan(); {
			s.lines <- scanner.Text()
		}
	}()
	r.t.Cleanup(func() { _ = res.Body.Close() })
	return s
}

// until returns the lines up to the first that has text.
func (s *reader) until(text string) []string {
	s.t.Helper()
	deadline := time.After(10 * time.Second)
	var out []string
	for {
		select {
		case line, ok := <-s.lines:
			require.True(s.t, ok, "the stream ended before %q: %q", text, out)
			if out = append(out, line); strings.Contains(line, text) {
				return out
			}
		case <-deadline:
			require.Fail(s.t, "not seen", "%q in %q", text, out)
		}
	}
}

// ended waits for the end.
func (s *reader) ended() {
	s.t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		select {
		case _, ok := <-s.lines:
			if !ok {
				return
			}
		case <-deadline:
			require.Fail(s.t, "the stream goes on")
		}
	}
}

func eventStream(path string, more ...string) call {
	c := call{path: path, header: map[string]string{"Accept": "text/event-stream"}}
	for i := 0; i+1 < len(more); i += 2 {
		c.header[more[i]] = more[i+1]
	}
	return c
}

func TestEventsAreFollowedAndResumed(t *testing.T) {
	r := newRig(t)
	live := r.open(eventStream("/api/v1/events"))
	assert.Equal(t, "text/event-stream", live.res.Header.Get("Content-Type"))
	live.until("retry:")
	require.Equal(t, 200, r.install(htmlZip(t, "One", "1.0.0"), false).StatusCode)
	require.Equal(t, 200, r.install(htmlZip(t, "Two", "1.0.0"), false).StatusCode)
	lines := live.until(`"plugin":"two","actor":"admin","data":{"digest"`)
	id := ""
	for i, line := range lines {
		if strings.HasPrefix(line, "event: plugin.uploaded") && id == "" {
			id = strings.TrimPrefix(lines[i-1], "id: ")
			var e host.Event
			require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(lines[i+1], "data: ")), &e))
			assert.Equal(t, "one", e.Plugin)
		}
	}
	require.NotEmpty(t, id)

	// Where a reader stopped, another one goes on: nothing twice, nothing left out, also what is not stored yet.
	var sequence []uint64
	again := r.open(eventStream("/api/v1/events", "Last-Event-ID", id))
	for _, line := range again.until(`"plugin":"two","actor":"admin","data":{"digest"`) {
		if text, ok := strings.CutPrefix(line, "data: "); ok && !strings.Contains(text, "job.progress") {
			var e host.Event
			require.NoError(t, json.Unmarshal([]byte(text), &e))
			sequence = append(sequence, e.Seq)
		}
	}
	require.NotEmpty(t, sequence)
	for i, seq := range sequence {
		assert.Equal(t, sequence[0]+uint64(i), seq)
	}

	only := r.open(eventStream("/api/v1/events?after=0&plugin=two&type=plugin.installed,token.*"))
	for _, line := range only.until(`"plugin.installed"`) {
		assert.NotContains(t, line, `"plugin":"one"`)
		assert.NotContains(t, line, "plugin.uploaded")
	}
	r.expect(call{method: "GET", path: "/api/v1/events?after=x"}, 400, "query_invalid")
}

func TestTheHistoryOfEventsHasPages(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "One", "1.0.0"), false).StatusCode)
	type page struct {
		Items []host.Event
		Next  *string
	}
	var all page
	require.Eventually(t, func() bool { // events are stored in batches
		all = page{}
		r.get("/api/v1/plugins/one/events").into(t, &all)
		return len(all.Items) >= 3
	}, 5*time.Second, 50*time.Millisecond)
	var paged []host.Event
	cursor := ""
	for {
		var p page
		r.get("/api/v1/plugins/one/events?limit=1"+cursor).into(t, &p)
		paged = append(paged, p.Items...)
		if p.Next == nil {
			break
		}
		cursor = "&cursor=" + *p.Next
	}
	require.Len(t, paged, len(all.Items))
	assert.Equal(t, all.Items[0].Seq, paged[0].Seq)
	var some page
	r.expect(call{method: "GET", path: "/api/v1/events?type=plugin.uploaded", header: map[string]string{"Accept": "application/json"}}, 200).into(t, &some)
	assert.Len(t, some.Items, 1)
}

func TestLogsAreReadAndFollowed(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	r.get("/apps/clock/log?1")
	var tail answer
	require.Eventually(t, func() bool {
		tail = r.get("/api/v1/plugins/clock/logs?tail=50")
		return strings.Contains(string(tail.text), "line 1")
	}, 5*time.Second, 50*time.Millisecond)
	assert.Equal(t, "application/x-ndjson", tail.Header.Get("Content-Type"))
	assert.Contains(t, string(tail.text), "hello from app.js")

	for _, query := range []string{"?tail=50", "?tail=50&follow=false"} { // only follow=true goes on
		once := r.open(eventStream("/api/v1/plugins/clock/logs" + query))
		assert.Equal(t, "text/event-stream", once.res.Header.Get("Content-Type"))
		assert.Contains(t, strings.Join(once.until(`"text":"line 1"`), "\n"), "id: ")
		once.ended()
	}

	follow := r.open(call{path: "/api/v1/plugins/clock/logs?follow=true&tail=1"})
	events := r.open(eventStream("/api/v1/plugins/clock/logs?follow=true&tail=1"))
	r.get("/apps/clock/log?2")
	follow.until(`"text":"line 2"`)
	assert.Contains(t, strings.Join(events.until(`"text":"line 2"`), "\n"), "id: ")
	r.expect(call{method: "GET", path: "/api/v1/plugins/clock/logs?tail=99999"}, 400, "query_invalid")
	r.expect(call{method: "GET", path: "/api/v1/plugins/nothing/logs?follow=true"}, 404)

	require.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/clock/uninstall?wait=true"}).StatusCode)
	follow.ended()
	events.ended()
}

func TestAShutdownEndsStreams(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	streams := []*reader{r.open(eventStream("/api/v1/events")), r.open(call{path: "/api/v1/plugins/clock/logs?follow=true"})}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	start := time.Now()
	require.NoError(t, r.server.Shutdown(ctx))
	for _, s := range streams {
		s.ended()
	}
	assert.Less(t, time.Since(start), 8*time.Second)
}

func TestHeadOfAStreamEnds(t *testing.T) {
	r := newRig(t)
	a := r.expect(call{method: "HEAD", path: "/api/v1/events"}, 200)
	assert.Equal(t, "text/event-stream", a.Header.Get("Content-Type"))
}

// Browsers open connections ahead of need. A host that is told to stop does not wait for what may come on them.
func TestShutdownDoesNotWaitForUnusedConnections(t *testing.T) {
	r := newRig(t)
	r.get("/api/v1/me")
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.Eventually(t, func() bool { return r.server.UnusedConnections() == 1 }, 10*time.Second, time.Millisecond)
	began := make(chan struct{})
	go func() {
		defer close(began)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		assert.NoError(t, r.server.Shutdown(ctx), "the grace was used up")
	}()
	_ = conn.SetReadDeadline(time.Now().Add(30 * time.Second))
	_, err = conn.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.EOF, "it is closed before any grace ends")
	<-began
}

// F2: who opens streams without end leaves some to others.
func TestNobodyTakesAllStreams(t *testing.T) {
	r := newRigWith(t, (*api.Server).WithoutLimits)
	r.member("boss", "admin", nil)
	c := eventStream("/api/v1/events")
	all := make([]*reader, 200)
	for i := range all {
		all[i] = r.open(c)
	}
	r.expect(c, 503, "too_many_streams")
	others := c
	others.header = map[string]string{"Accept": "text/event-stream", "Cookie": r.loginAs("boss")["Cookie"]}
	others.token = "-"
	r.open(others)
	require.NoError(t, all[0].res.Body.Close())
	require.Eventually(t, func() bool {
		r.host.Bus().Publish(host.Event{Type: "plugin.state", Plugin: "clock"}) // by writing of it the host learns that its client left
		res, err := http.DefaultTransport.RoundTrip(r.request(call{method: "GET", path: c.path, header: c.header}))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode == 200
	}, 10*time.Second, 50*time.Millisecond)
}
