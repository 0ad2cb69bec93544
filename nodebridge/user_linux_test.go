package nodebridge_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/process"
	"appzone/host/runtimetest"
	"appzone/host/storetest"
	"appzone/nodebridge"
)

// asker tells who it is and what it may do with its files.
const asker = `
const fs = require('fs'), os = require('os'), path = require('path'), here = (name) => path.join(__dirname, name)
const may = (f) => { try { f(); return 'yes' } catch (e) { return e.code } }
const data = (name) => path.join(process.env.APPZONE_DATA_DIR, name)
const answer = () => ({
  uid: process.getuid(), gid: process.getgid(), groups: process.getgroups(), name: os.userInfo().username,
  code: may(() => fs.chmodSync(__filename, 0o755)),
  config: may(() => { fs.copyFileSync(here('new.json'), here('config.json')); fs.chmodSync(here('config.json'), 0o600); fs.utimesSync(here('config.json'), 1, 1) }),
  edited: may(() => fs.readFileSync(here('new.json'))),
  settings: may(() => fs.readFileSync(process.env.APPZONE_SETTINGS_FILE)),
  settingsMode: may(() => fs.chmodSync(process.env.APPZONE_SETTINGS_FILE, 0o644)),
  data: may(() => { fs.mkdirSync(data('closed')); fs.writeFileSync(data('closed/file'), 'x', { mode: 0o600 }); fs.chmodSync(data('closed'), 0) }),
  root: may(() => process.setuid(0)),
  stderr: may(() => fs.writeFileSync('/dev/stderr', 'said\n')),
  spawned: require('child_process').execFileSync('id', ['-u'], { encoding: 'utf8' }).trim(),
  built: require('left').built,
})
require('http').createServer((q, r) => r.end(q.method === 'GET' ? JSON.stringify(answer()) : '')).listen(9006)
`

// F3: a Node program of a host that runs as root is a user of its own, its packages' scripts are another, and it works as
// under an ordinary user.
func TestProgramsOfARootHostAreNotRoot(t *testing.T) {
	if !process.Machine().OwnUsers {
		require.NotZero(t, os.Geteuid(), process.Machine().Problems)
		t.Skip("an ordinary user has no user ids to give")
	}
	registry := newRegistry(t)
	registry.publish(t, "left", map[string]any{"scripts": map[string]string{"install": "id -u > built"}}, map[string]string{
		"index.js": "exports.built = require('fs').readFileSync(__dirname + '/built', 'utf8').trim()"})
	dir := filepath.Join(t.TempDir(), "private") // which nobody but root may enter
	require.NoError(t, os.Mkdir(dir, 0o700))
	rt, err := nodebridge.New(nodebridge.Options{Dir: t.TempDir(), NPMRegistry: registry.URL})
	require.NoError(t, err)
	h, err := host.Open(t.Context(), host.Config{DataDir: dir, Store: storetest.Memory(), Runtimes: []host.Runtime{rt}, AdminPassword: "for the test"})
	require.NoError(t, err)
	t.Cleanup(h.Close)
	installOld(t, h, map[string]string{
		"manifest.json":   `{"name":"Old","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"old","scriptPath":"app/index.js","permissions":{"installScripts":true}}}`,
		"package.json":    `{"dependencies":{"left":"1.0.0"}}`,
		"app/index.js":    asker,
		"app/config.json": "{}",
	})
	admin := host.Actor{User: "admin", Role: host.RoleAdmin}
	require.NoError(t, h.WriteFile(t.Context(), "old", "app/new.json", strings.NewReader(`{"edited":true}`), admin))
	job, err := h.Restart(t.Context(), "old", admin)
	require.NoError(t, err)
	job, err = h.WaitJob(t.Context(), job.ID)
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, job.State, "%+v", job.Error)

	var got map[string]any
	decode(t, askOld(t, h), &got)
	uid := got["uid"]
	assert.Greater(t, uid, float64(process.BuildUser))
	assert.Equal(t, map[string]any{
		"uid": uid, "gid": uid, "groups": []any{uid}, "name": "app", "spawned": fmt.Sprintf("%.0f", uid), "built": fmt.Sprint(process.BuildUser),
		"code": "EPERM", "config": "yes", "edited": "yes", "settings": "yes", "settingsMode": "EROFS", "data": "yes", "root": "EPERM", "stderr": "yes",
	}, got)
	body, size, err := h.ReadFile(t.Context(), "old", "app/config.json") // which the program closed to others
	require.NoError(t, err)
	require.NoError(t, body.Close())
	assert.NotZero(t, size)
	stats, err := h.Stats(t.Context(), "old")
	require.NoError(t, err)
	assert.Equal(t, int64(1), stats.DataBytes)
	require.NoError(t, h.Remove(t.Context(), "old", true, admin))
	assert.NoDirExists(t, filepath.Join(dir, "plugins", "old"))
}

// installOld installs and starts a plugin whose id is "old".
func installOld(t *testing.T, h *host.Host, files map[string]string) {
	t.Helper()
	admin := host.Actor{User: "admin", Role: host.RoleAdmin}
	content := map[string][]byte{}
	for name, text := range files {
		content[name] = []byte(text)
	}
	u, err := h.Receive(t.Context(), bytes.NewReader(runtimetest.Zip(t, content)))
	require.NoError(t, err)
	defer u.Close()
	_, _, err = h.Accept(t.Context(), u, admin)
	require.NoError(t, err)
	plan, err := h.Plan(t.Context(), "old", "")
	require.NoError(t, err)
	start := true
	job, err := h.Install(t.Context(), "old", host.InstallRequest{Grants: host.GrantChoice{Requested: true}, Start: &start}, plan.ETag, admin)
	require.NoError(t, err)
	job, err = h.WaitJob(t.Context(), job.ID)
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, job.State, "%+v\n%v", job.Error, job.Output)
}
