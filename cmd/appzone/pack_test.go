package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

const htmlManifest = `{"name":"Hello Pages","version":"1.0.0","description":"pages","type":"html","parameters":{"views":{"admin":"index.html"}}}`

func TestPackAndValidate(t *testing.T) {
	dir := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "<h1>hello</h1>", ".git/config": "x"})
	t.Chdir(t.TempDir())
	status, out, errOut := command(t, "", "pack", dir)
	require.Equal(t, exitDone, status, errOut)
	assert.Contains(t, out, "hello-pages-1.0.0.zip")
	for _, what := range []string{"hello-pages-1.0.0.zip", dir, filepath.Join(dir, "manifest.json")} {
		status, out, errOut := command(t, "", "validate", what)
		assert.Equal(t, exitDone, status, errOut)
		assert.Contains(t, out, "valid")
	}
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing but the zip")
}

func TestValidateNamesEveryMistake(t *testing.T) {
	dir := folder(t, map[string]string{"manifest.json": `{"name":"X","version":"","description":"d","type":"page","parameters":{}}`})
	status, _, errOut := command(t, "", "validate", dir)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "\n  version: ")
	assert.Contains(t, errOut, "\n  type: ")
	status, _, errOut = command(t, "", "pack", dir)
	assert.Equal(t, exitFailed, status, errOut)

	warned := folder(t, map[string]string{"manifest.json": `{"name":"X","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"a.html"},},}`, "a.html": "x"})
	status, out, errOut := command(t, "", "validate", warned)
	assert.Equal(t, exitDone, status, errOut)
	assert.Contains(t, out, "warning: line 1")
}
