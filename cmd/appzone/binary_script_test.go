package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clock is a Node program that asks for a port of its own, and needs no packages.
func clock(t *testing.T) string {
	t.Helper()
	return folder(t, map[string]string{
		"manifest.json": `{"name":"Clock","version":"1.0.0","description":"tells its process","type":"script","parameters":{"scriptName":"clock","scriptPath":"app.js"}}`,
		"app.js":        `require('http').createServer((q, a) => a.end('from ' + process.pid)).listen(9006, () => console.log('clock is up'))`,
	})
}

// plugin is what "plugin show" tells.
func (b *binary) plugin(id string) (p struct {
	State    string
	PID      int
	Restarts int
}) {
	b.t.Helper()
	require.NoError(b.t, json.Unmarshal([]byte(b.cli("plugin", "show", id, "-o", "json")), &p))
	return p
}

func (b *binary) runs(id string, unlike int) int {
	b.t.Helper()
	pid := 0
	require.Eventually(b.t, func() bool {
		p := b.plugin(id)
		pid = p.PID
		return p.State == "running" && pid > 0 && pid != unlike
	}, 30*time.Second, 100*time.Millisecond)
	return pid
}

// The runtime may read code as another user than the host's: what is in the zip is not told as missing.
func TestADryRunReadsTheProgramsCode(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	dir := folder(t, map[string]string{
		"manifest.json": `{"name":"Parts","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"p","scriptPath":"app/index.js"}}`,
		"app/index.js":  `require('./part'); require('left-pad')`, "app/part.js": `require('./gone')`,
	})
	dry := b.cli("plugin", "upload", "--dry-run", dir)
	assert.Contains(t, dry, `"./gone"`, "the code was read to its end")
	assert.NotContains(t, dry, "index.js", "and nothing of it is missing")
	assert.Contains(t, dry, "left-pad")
}

func TestAProgramComesBack(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	b := serve(t, data)
	b.first()
	assert.Contains(t, b.cli("plugin", "install", clock(t), "--grant", "requested", "--start"), "succeeded")
	res, text := b.fetch("/apps/clock/", nil)
	assert.Equal(t, 200, res.StatusCode, text)
	assert.Contains(t, b.cli("plugin", "logs", "clock"), "clock is up")

	// After a crash by itself, and by hand.
	pid := b.runs("clock", 0)
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	next := b.runs("clock", pid)
	_, text = b.fetch("/apps/clock/", nil)
	assert.True(t, strings.HasPrefix(text, "from "), text)
	assert.Equal(t, 1, b.plugin("clock").Restarts)
	assert.Contains(t, b.cli("plugin", "restart", "clock"), "succeeded")
	third := b.runs("clock", next)

	// The host's own kill -9 leaves no orphan; the next boot brings programs back if it was told to.
	require.NoError(t, b.cmd.Process.Kill())
	b.ends()
	again := serve(t, data, "XC_PLUGIN_RESTART=true", "XC_PLUGIN_RESTART_DELAY=0")
	assert.Error(t, syscall.Kill(third, 0), "the former program is gone")
	again.runs("clock", third)
	again.terminate()

	// Without the switch they stay stopped.
	last := serve(t, data)
	assert.Equal(t, "stopped", last.plugin("clock").State)
	assert.Contains(t, last.cli("plugin", "start", "clock"), "succeeded")
	assert.Contains(t, last.cli("plugin", "stop", "clock"), "succeeded")
	status, _, errOut := command(t, "", "plugin", "start", "nothing", "--server", last.url)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "plugin_not_found")
}

func TestInstallAsksForConsent(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	status, _, errOut := command(t, "", "plugin", "install", clock(t), "--server", b.url)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "asks for")
	assert.Contains(t, errOut, "--grant requested")
	assert.Contains(t, b.cli("plugin", "show", "clock"), "uploaded")
}
