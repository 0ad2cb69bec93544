package tree_test

import (
	"testing"

	"appzone/host/tree"

	"github.com/stretchr/testify/assert"
)

func TestIsCode(t *testing.T) {
	for _, p := range []string{"index.js", "lib/a.mjs", "a.cjs", "x/y.node", "app.wasm", "A.JS", "package.json", "x/package.json",
		"package-lock.json", "manifest.json", "node_modules/x/readme.md", "a/node_modules/b"} {
		assert.True(t, tree.IsCode(p), p)
	}
	for _, p := range []string{"config.json", "data/app.log", "js", "my_node_modules/x", "a.js.bak"} {
		assert.False(t, tree.IsCode(p), p)
	}
}
