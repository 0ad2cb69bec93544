package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// diary is a program that writes two files in order, over and over, and answers with a setting and what it was given at an earlier start.
func diary(t *testing.T) string {
	t.Helper()
	return folder(t, map[string]string{
		"manifest.json": `{"name":"Keeper","version":"1.0.0","description":"keeps","type":"script","parameters":{"scriptName":"keeper","scriptPath":"app.js","permissions":{},
			"settings":{"type":"object","properties":{"token":{"type":"string","writeOnly":true}}}}}`,
		"app.js": `const fs = require('fs'), dir = process.env.APPZONE_DATA_DIR
			const settings = () => JSON.parse(fs.readFileSync(process.env.APPZONE_SETTINGS_FILE))
			if (!fs.existsSync(dir + '/born')) fs.writeFileSync(dir + '/born', 'first ' + Math.random())
			fs.writeFileSync(__dirname + '/beside.json', 'written beside the code')
			let n = 0
			const put = (name) => { fs.writeFileSync(dir + '/' + name + '.tmp', '' + n); fs.renameSync(dir + '/' + name + '.tmp', dir + '/' + name) }
			setInterval(() => { for (let i = 0; i < 20; i++) { n++; put('a'); put('b') } }, 1)
			require('http').createServer((q, a) => a.end(fs.readFileSync(dir + '/born') + ' ' + settings().token)).listen(80)`,
	})
}

func number(t *testing.T, data, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(data, "plugins/keeper/data", name))
	require.NoError(t, err)
	return string(text)
}

// Rows A1, F2, F8: a backup of a host that is busy makes a host that serves the same.
func TestABackupMakesAHostThatServesTheSame(t *testing.T) {
	dir := t.TempDir()
	b := serve(t, filepath.Join(dir, "data"))
	b.first()
	pages := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "<h1>hello</h1>" + strings.Repeat("<p>text</p>", 200)})
	b.cli("plugin", "install", pages, "--grant", "requested")
	b.cli("plugin", "install", diary(t), "--grant", "requested", "--start")
	b.cli("plugin", "install", folder(t, map[string]string{
		"manifest.json": `{"name":"Boxed","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"boxed","scriptPath":"app.js","runtime":"wasm","wasmPath":"app.js"}}`,
		"app.js":        `export default { fetch() { return new Response('from the sandbox') } }`,
	}), "--grant", "requested", "--start")
	settings := filepath.Join(dir, "settings.json")
	require.NoError(t, os.WriteFile(settings, []byte(`{"token":"very secret"}`), 0o600))
	b.cli("plugin", "settings", "keeper", "-f", settings)
	require.Eventually(t, func() bool { _, text := b.fetch("/apps/keeper/", nil); return strings.Contains(text, "very secret") }, 30*time.Second, 50*time.Millisecond)
	_, born := b.fetch("/apps/keeper/", nil)
	page, html := b.fetch("/apps/hello-pages/", nil)

	// Under traffic: no request fails.
	stop := make(chan struct{})
	var traffic sync.WaitGroup
	for range 4 {
		traffic.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				res, text := b.fetch("/apps/keeper/", nil)
				assert.Equal(t, 200, res.StatusCode, text)
			}
		})
	}
	file := filepath.Join(dir, "backup.tar.zst")
	for range 3 {
		b.cli("backup", "-f", file)
		status, _, errOut := command(t, "", "backup", "-f", file, "--server", b.url)
		assert.Equal(t, exitFailed, status)
		assert.Contains(t, errOut, "not overwritten")
		if _, err := os.Stat(file + ".1"); err != nil {
			require.NoError(t, os.Rename(file, file+".1"))
		} else {
			require.NoError(t, os.Remove(file))
		}
	}
	close(stop)
	traffic.Wait()
	file += ".1"
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	left, _ := filepath.Glob(filepath.Join(dir, ".backup-*"))
	assert.Empty(t, left)
	export := filepath.Join(dir, "keeper.tar.zst")
	b.cli("plugin", "export", "keeper", "-f", export)

	data := filepath.Join(dir, "again")
	status, out, errOut := command(t, "", "restore", file, "--data-dir", data)
	require.Equal(t, exitDone, status, errOut)
	assert.Contains(t, out, "secret.key")
	a, n := number(t, data, "a"), number(t, data, "b")
	assert.True(t, n == a || len(n) <= len(a), "a is %s and b is %s", a, n)
	status, _, errOut = command(t, "", "restore", file, "--data-dir", data)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "not empty")
	key, err := os.ReadFile(filepath.Join(b.data, "secret.key"))
	require.NoError(t, err)
	b.terminate()
	require.NoError(t, os.WriteFile(filepath.Join(data, "secret.key"), key, 0o600))

	again := serve(t, data)
	got, text := again.fetch("/apps/hello-pages/", nil)
	assert.Equal(t, html, text)
	assert.Equal(t, page.Header.Get("ETag"), got.Header.Get("ETag"))
	assert.Contains(t, again.cli("plugin", "start", "keeper"), "succeeded")
	_, text = again.fetch("/apps/keeper/", nil)
	assert.Equal(t, born, text)
	assert.Contains(t, again.cli("plugin", "start", "boxed"), "succeeded", "what was compiled is made again")
	_, text = again.fetch("/apps/boxed/", nil)
	assert.Equal(t, "from the sandbox", text)
	beside, err := os.ReadFile(filepath.Join(data, "plugins/keeper/overlay/beside.json"))
	require.NoError(t, err)
	assert.Equal(t, "written beside the code", string(beside))
	assert.Contains(t, again.cli("audit", "list"), "host.restored")
	assert.Contains(t, again.cli("audit", "verify"), "whole")

	again.cli("plugin", "uninstall", "keeper")
	again.cli("plugin", "remove", "keeper")
	again.cli("plugin", "import", export)
	again.cli("plugin", "install", "keeper", "--grant", "requested", "--start")
	_, text = again.fetch("/apps/keeper/", nil)
	assert.Equal(t, born, text)
	again.terminate()
}

func TestARestoreThatCannotBeLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	b := serve(t, filepath.Join(dir, "data"))
	b.first()
	b.cli("plugin", "install", folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "x"}), "--grant", "requested")
	file := filepath.Join(dir, "backup")
	b.cli("backup", "-f", file)
	whole, err := os.ReadFile(file)
	require.NoError(t, err)
	for name, in := range map[string][]byte{"half": whole[:len(whole)/2], "almost all": whole[:len(whole)-20], "a zip": []byte("PK"), "nothing": nil, "damaged": bytes.Replace(whole, whole[900:910], make([]byte, 10), 1)} {
		data := filepath.Join(dir, "again")
		status, _, errOut := command(t, string(in), "restore", "-", "--data-dir", data)
		assert.Equal(t, exitFailed, status, name)
		assert.Contains(t, errOut, "backup", name)
		assert.NoDirExists(t, data, name)
	}
	half := filepath.Join(dir, "half")
	require.NoError(t, os.Mkdir(half, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(half, "restore-unfinished"), nil, 0o600))
	refused := launch(t, half, freeAddress(t))
	assert.Equal(t, exitFailed, refused.ends())
	assert.Contains(t, refused.text(), "restore")
}
