package crashtest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const day = 24 * time.Hour

// turnable builds the product with a clock that a file turns: the standard library's time.Now adds the seconds that are in it.
// The monotonic clock goes on as it does when an administrator, or a time server, sets the machine's clock.
func turnable(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	source := filepath.Join(strings.TrimSpace(string(must(exec.Command("go", "env", "GOROOT").Output()))), "src/time/time.go")
	text := string(must(os.ReadFile(source)))
	const reads = "sec, nsec, mono := runtimeNow()\n"
	require.Contains(t, text, "func Now() Time {\n\t"+reads, "time.Now is not what it was: look at it, and change this test")
	text = strings.Replace(text, "func Now() Time {\n\t"+reads, "func Now() Time {\n\t"+reads+"\tsec += turned.Load()\n", 1)
	text = strings.Replace(text, "import (", "import (\n\t\"sync/atomic\"", 1)
	text += "\nvar turned atomic.Int64\n\n// Turn is for tests.\nfunc Turn(seconds int64) { turned.Store(seconds) }\n"
	const hand = `package main

import (
	"os"
	"strconv"
	"time"
)

func init() {
	path := os.Getenv("APPZONE_TEST_CLOCK")
	if path == "" {
		return
	}
	read := func() {
		text, err := os.ReadFile(path)
		if seconds, bad := strconv.ParseInt(string(text), 10, 64); err == nil && bad == nil {
			time.Turn(seconds)
		}
	}
	read()
	go func() {
		for ; ; time.Sleep(5 * time.Millisecond) {
			read()
		}
	}()
}
`
	root := filepath.Dir(filepath.Dir(must(os.Getwd())))
	overlay := map[string]string{source: filepath.Join(dir, "time.go"), filepath.Join(root, "cmd/appzone/clock.go"): filepath.Join(dir, "clock.go")}
	require.NoError(t, os.WriteFile(overlay[source], []byte(text), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "clock.go"), []byte(hand), 0o600))
	list := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(list, must(json.Marshal(map[string]any{"Replace": overlay})), 0o600))
	path := filepath.Join(dir, "appzone")
	require.NoError(t, compile(path, "-trimpath", "-overlay", list))
	return path
}

// clockZone is a harness whose clock can be turned.
type clockZone struct {
	*harness
	file string
	// pids are those of the programs.
	pids map[string]int
	// job and event are the newest that were seen.
	job   string
	event uint64
}

// turn sets the clock to so much from now, and waits until the host has it.
func (z *clockZone) turn(t *testing.T, by time.Duration) {
	t.Helper()
	z.set(t, by)
	want := time.Now().Add(by)
	require.True(t, eventually(func() bool {
		at, err := http.ParseTime(z.with("").get("/healthz").header.Get("Date"))
		return err == nil && at.Sub(want).Abs() < time.Hour
	}), "the clock is not turned")
}

func (z *clockZone) set(t *testing.T, by time.Duration) {
	t.Helper()
	next := z.file + ".new"
	require.NoError(t, os.WriteFile(next, fmt.Appendf(nil, "%d", int64(by/time.Second)), 0o600))
	require.NoError(t, os.Rename(next, z.file))
}

// TestTheClockJumps covers row F7: the machine's clock is set forward and back by a day and by years while everything runs, and while
// the host is down. Programs run on, the audit trail is whole, jobs and events are in order, and what expires does so in bounds.
func TestTheClockJumps(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clock")
	require.NoError(t, os.WriteFile(file, []byte("0"), 0o600))
	t.Setenv(clockFile, file)
	z := &clockZone{harness: newHarness(t, turnable(t), filepath.Join(t.TempDir(), "data"), kindHTML, kindNode, kindWASM), file: file}
	z.set(t, 0)
	z.install(t)
	for _, by := range []time.Duration{day, 0, -day, 3650 * day, 0, -3650 * day, 0} {
		t.Logf("the clock is set to %+d days", by/day)
		z.turn(t, by)
		z.unharmed(t)
		z.goOn(t)
	}
	for _, by := range []time.Duration{3650 * day, 0, -day, 0} {
		t.Logf("the host starts at %+d days", by/day)
		z.killNow()
		z.set(t, by)
		z.start()
		z.pids = nil
		z.unharmed(t)
		z.goOn(t)
	}
}

// unharmed finds everything running, with the processes that it had, and everything in order.
func (z *clockZone) unharmed(t *testing.T) {
	t.Helper()
	c := z.with(z.token)
	z.seen = checkChain(t, c, z.seen)
	checkJobs(t, c)
	pids := map[string]int{}
	for _, p := range z.plugins {
		p.check(t, z.zone, c)
		var view struct{ PID, Restarts int }
		require.NoError(t, c.get("/api/v1/plugins/"+p.name).into(&view))
		assert.Zero(t, view.Restarts, "restarts of %s", p.name)
		pids[p.name] = view.PID
	}
	if z.pids != nil {
		assert.Equal(t, z.pids, pids, "processes run on")
	}
	z.pids = pids
}

// goOn does something of everything, and finds it newer than all before.
func (z *clockZone) goOn(t *testing.T) {
	t.Helper()
	c := z.with(z.token)
	var job struct{ ID, State string }
	require.NoError(t, c.do(http.MethodPost, "/api/v1/plugins/node/restart?wait=true", nil).into(&job))
	assert.Equal(t, "succeeded", job.State)
	assert.Greater(t, job.ID, z.job, "a new job follows the old ones")
	z.job = job.ID
	var jobs struct{ Items []struct{ ID string } }
	require.NoError(t, c.get("/api/v1/jobs?limit=1").into(&jobs))
	assert.Equal(t, job.ID, jobs.Items[0].ID, "the newest job is first")
	z.pids = nil
	var events struct{ Items []struct{ Seq uint64 } }
	require.True(t, eventually(func() bool { // they are written with a delay
		return c.get("/api/v1/plugins/node/events?limit=1").into(&events) == nil && len(events.Items) == 1 && events.Items[0].Seq > z.event
	}), "new events follow the old ones")
	z.event = events.Items[0].Seq

	cookie, a := c.logIn("admin", adminPassword)
	require.True(t, a.ok(), "log in: %s", a)
	assert.True(t, c.anonymous().do(http.MethodGet, "/api/v1/me", nil, "Cookie", cookie).ok(), "a session holds right after it was opened")
	a = c.do(http.MethodPost, "/api/v1/tokens", map[string]any{"name": "short", "scopes": []string{"plugins:read"}, "expiresInSeconds": 3600})
	var made token
	require.NoError(t, a.into(&made))
	assert.True(t, (&client{url: c.url, http: c.http, token: made.Token}).get("/api/v1/me").ok(), "a token holds right after it was made")
	require.True(t, c.do(http.MethodDelete, "/api/v1/tokens/"+made.ID, nil).ok())
	z.seen = checkChain(t, c, z.seen)
}
