//go:build !race

// The race detector's own memory does not fit the limits that children have; what is
// concurrent is tested with it in package wasi.
package sandbox_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuestsServe(t *testing.T) {
	for _, tc := range []struct{ guest, want string }{
		{"go", "hello ann\n"}, {"sample", "Hello, ann!"}, {"c", "Hello, ann!"}, {"sample-rust", "Hello, ann!"}, {"rust", "hello\n"},
	} {
		t.Run(tc.guest, func(t *testing.T) {
			p := prepared(t, tc.guest)
			began := time.Now()
			i := p.run()
			assert.Contains(t, i.get("/"), tc.want)
			t.Logf("first answer %v after the start", time.Since(began))
			i.Stop(20 * time.Second)
			assert.Empty(t, i.Exit().Signal, "it ends by itself: %s", i.output())
			assert.Zero(t, i.Exit().Code, i.output())
		})
	}
}

func TestGoroutinesOverlap(t *testing.T) {
	i := prepared(t, "go").run()
	i.get("/")
	const each, n = 700 * time.Millisecond, 4
	began := time.Now()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() { _, _ = i.try(fmt.Sprintf("/sleep?ms=%d", each.Milliseconds())) })
	}
	wg.Wait()
	assert.Less(t, time.Since(began), 2*each, "one after another they would take %v", n*each)
}

// G4: a guest that waits uses no processor time.
func TestIdleCostsNothing(t *testing.T) {
	i := prepared(t, "go").run()
	i.get("/") // leaves an idle keep-alive connection behind
	time.Sleep(500 * time.Millisecond)
	before := ticks(t, i.PID())
	time.Sleep(2 * time.Second)
	assert.LessOrEqual(t, ticks(t, i.PID())-before, 4, "of 200 in two seconds")
}

// ticks is the processor time of a process, in hundredths of a second.
func ticks(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if os.IsNotExist(err) {
		t.Skip("this system has no /proc to read processor time from")
	}
	require.NoError(t, err)
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	var user, system int
	_, err = fmt.Sscan(fields[11]+" "+fields[12], &user, &system)
	require.NoError(t, err)
	return user + system
}

func TestStopLetsRequestsEnd(t *testing.T) {
	i := prepared(t, "go").run()
	i.get("/")
	answer := make(chan error, 1)
	go func() { _, err := i.try("/sleep?ms=1000"); answer <- err }()
	time.Sleep(300 * time.Millisecond)
	i.Stop(20 * time.Second)
	require.NoError(t, <-answer, "output: %s", i.output())
	assert.Empty(t, i.Exit().Signal)
	assert.Contains(t, i.output(), "serve returned")
}

// A guest in C that uses poll(2) answers one client while it waits for another.
func TestPollServesSeveralAtOnce(t *testing.T) {
	i := prepared(t, "poll").run()
	slow, err := i.listener.Dial(context.Background())
	require.NoError(t, err)
	defer slow.Close()
	_, err = fmt.Fprint(slow, "GET / HTTP/1.1\r\n")
	require.NoError(t, err)
	for range 3 {
		assert.Equal(t, "hello\n", i.get("/"))
	}
	_, err = fmt.Fprint(slow, "Host: guest\r\n\r\n")
	require.NoError(t, err)
	assert.Contains(t, readAll(t, slow), "200 OK")
	i.Stop(20 * time.Second)
	assert.Zero(t, i.Exit().Code, i.output())
	assert.Contains(t, i.output(), "accept: ")
}

func TestLargeBodiesPassBothWays(t *testing.T) {
	i := prepared(t, "go").run()
	body := strings.Repeat("0123456789abcdef", 1<<18)
	res, err := i.client.Post("http://guest/echo", "text/plain", strings.NewReader(body))
	require.NoError(t, err)
	defer res.Body.Close()
	assert.True(t, readAll(t, res.Body) == body, "the body comes back as it was")
}

func TestCounterSurvivesARestart(t *testing.T) {
	p := prepared(t, "sample")
	first := p.run()
	assert.Contains(t, first.get("/"), "asked for 1 times")
	assert.Contains(t, first.get("/"), "asked for 2 times")
	first.Stop(20 * time.Second)
	assert.Contains(t, p.run().get("/"), "asked for 3 times")
}

func TestGuestsSeeTheirOwnEnvironment(t *testing.T) {
	p := prepared(t, "sample")
	p.write("settings.json", []byte(`{"greeting":"Servus"}`))
	p.launch.SettingsFile = p.path("settings.json")
	r, w, err := os.Pipe()
	require.NoError(t, err)
	defer r.Close()
	p.files = []*os.File{w}
	p.env = []string{"APPZONE_CONTROL_FD=4", "APPZONE_DATA_DIR=" + p.launch.DataDir, "TZ=Europe/Vienna"}
	i := p.run()
	require.NoError(t, w.Close())

	assert.Contains(t, i.get("/"), "Servus, ann!")
	env := i.get("/env")
	for _, want := range []string{
		"APPZONE_DATA_DIR=/data", "APPZONE_PLUGIN_ID=guest", "APPZONE_SETTINGS_FILE=/run/appzone/settings.json",
		"LISTEN_FDS=1", "LISTEN_FD=1000", "TMPDIR=/tmp", "TZ=Europe/Vienna",
	} {
		assert.Contains(t, env, `"`+want+`"`)
	}
	assert.NotContains(t, env, "CONTROL", "the channel to the host is not the guest's")
	assert.NotContains(t, env, p.path("."), "no path of the host")
	assert.NotContains(t, env, os.Getenv("HOME")+"\"", "nothing of the host's environment")
	assert.Equal(t, "{\"event\":\"listen\"}\n", readSome(t, r))
}
