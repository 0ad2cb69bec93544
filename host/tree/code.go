package tree

import (
	"path"
	"slices"
	"strings"
)

// IsCode tells whether the file at p (slash-separated) is code to a runtime: what must stay as it was
// installed, and what an overlay must never replace. Everything else is a plugin's own to write.
func IsCode(p string) bool {
	p = strings.ToLower(p) // require("./x.JS") is code too
	switch path.Ext(p) {
	case ".js", ".mjs", ".cjs", ".node", ".wasm":
		return true
	}
	switch path.Base(p) {
	case "package.json", "package-lock.json", "manifest.json":
		return true
	}
	return InNodeModules(p)
}

// InNodeModules tells whether p lies in a package that was bundled or installed.
func InNodeModules(p string) bool { return slices.Contains(strings.Split(p, "/"), "node_modules") }
