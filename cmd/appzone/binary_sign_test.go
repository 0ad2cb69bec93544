package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// What the commands sign, the host takes for signed (rows H4, H5).
func TestAHostKnowsWhatTheCommandLineSigned(t *testing.T) {
	b := serve(t, filepath.Join(t.TempDir(), "data"))
	b.first()
	signedPlugin(t)
	state := func() string { return b.cli("plugin", "show", "hello-pages") }
	assert.Contains(t, b.cli("plugin", "upload", "p.zip"), "hello-pages")
	assert.Regexp(t, `signature +unknown key`, state())
	b.cli("key", "trust", "appzone.pub", "--name", "Example Ltd")
	assert.Regexp(t, `signature +signed \(Example Ltd, [0-9A-F]{16}\)`, state())

	rezip(t, "p.zip", "changed.zip", func(name string, text []byte) []byte {
		if name == "index.html" {
			text = append(text, "<script src=//evil.example></script>"...)
		}
		return text
	})
	b.cli("plugin", "upload", "changed.zip")
	assert.Regexp(t, `signature +modified`, state())
	assert.Contains(t, b.cli("plugin", "plan", "hello-pages"), "index.html")

	unsigned := folder(t, map[string]string{"manifest.json": htmlManifest, "index.html": "<h1>hello</h1>"})
	succeeds(t, "pack", unsigned, "-f", "unsigned.zip")
	b.cli("plugin", "upload", "unsigned.zip")
	assert.Regexp(t, `signature +unsigned`, state())
}
