package nodebridge_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/runtimetest"
	"appzone/host/storetest"
	"appzone/nodebridge"
)

// rewriter counts its starts in a file that its zip ships, appends to another, and tries to change its own code.
const rewriter = `
const fs = require('fs'), path = require('path'), here = (name) => path.join(__dirname, name)
const config = JSON.parse(fs.readFileSync(here('config.json')))
config.starts++
fs.writeFileSync(here('config.json'), JSON.stringify(config))
fs.appendFileSync(here('shipped.log'), 'start\n')
let own = 'written'
try { fs.writeFileSync(__filename, '// gone') } catch (e) { own = e.code }
require('http').createServer((q, r) => r.end(config.starts + ' ' + fs.readFileSync(here('shipped.log'), 'utf8').length + ' ' + own)).listen(9006)
`

// TestOldProgramsRewriteTheFilesBesideTheirCode: files that the zip ships can be written, stay as written over restarts, and
// code cannot.
func TestOldProgramsRewriteTheFilesBesideTheirCode(t *testing.T) {
	rt, err := nodebridge.New(nodebridge.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{DataDir: t.TempDir(), Store: storetest.Memory(), Runtimes: []host.Runtime{rt}, AdminPassword: "for the test"})
	require.NoError(t, err)
	t.Cleanup(h.Close)
	admin := host.Actor{User: "admin", Role: host.RoleAdmin}
	u, err := h.Receive(t.Context(), bytes.NewReader(runtimetest.Zip(t, map[string][]byte{
		"manifest.json":   []byte(`{"name":"Old","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"old","scriptPath":"app/index.js","permissions":{}}}`),
		"app/index.js":    []byte(rewriter),
		"app/config.json": []byte(`{"starts":0}`),
		"app/shipped.log": []byte("x\n"),
	})))
	require.NoError(t, err)
	defer u.Close()
	_, _, err = h.Accept(t.Context(), u, admin)
	require.NoError(t, err)
	plan, err := h.Plan(t.Context(), "old", "")
	require.NoError(t, err)
	start := true
	job, err := h.Install(t.Context(), "old", host.InstallRequest{Grants: host.GrantChoice{Requested: true}, Start: &start}, plan.ETag, admin)
	for _, want := range []string{"1 8 EACCES", "2 14 EACCES", "3 20 EACCES"} {
		require.NoError(t, err)
		job, err = h.WaitJob(t.Context(), job.ID)
		require.NoError(t, err)
		require.Equal(t, host.JobSucceeded, job.State, "%+v\n%v", job.Error, job.Output)
		assert.Equal(t, want, askOld(t, h))
		job, err = h.Restart(t.Context(), "old", admin)
	}
}

func askOld(t *testing.T, h *host.Host) string {
	t.Helper()
	up, release, err := h.Acquire(t.Context(), "old")
	require.NoError(t, err)
	defer release()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return up.Dial(ctx) }}}
	resp, err := client.Get("http://plugin/")
	require.NoError(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}

// TestDataIsNoCode: Node looks for packages below HOME, which is the plugin's data folder; row A9.
func TestDataIsNoCode(t *testing.T) {
	dir := t.TempDir()
	_, err := nodebridge.New(nodebridge.Options{Dir: dir})
	require.NoError(t, err)
	preloads, err := filepath.Glob(filepath.Join(dir, "*", "preload.cjs"))
	require.NoError(t, err)
	require.Len(t, preloads, 1)
	data, empty := t.TempDir(), t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(data, ".node_modules"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(data, ".node_modules", "planted.js"), []byte("module.exports = 'ran'"), 0o600))
	for preloaded, want := range map[bool]string{false: "ran", true: "MODULE_NOT_FOUND"} {
		args := []string{"-e", "try { console.log(require('planted')) } catch (e) { console.log(e.code) }"}
		if preloaded {
			args = append([]string{"--require", preloads[0]}, args...)
		}
		cmd := exec.Command("node", args...)
		cmd.Dir, cmd.Env = empty, []string{"HOME=" + data, "PATH=" + os.Getenv("PATH")}
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		assert.Equal(t, want, strings.TrimSpace(string(out)))
	}
}
