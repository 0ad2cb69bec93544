package console

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Index is the page that all addresses of the console show. Each "{{nonce}}" in it stands for the nonce of the answer's content security policy.
const Index = "index.html"

// Files are the console's: [Index], "scheme.js", "icons/<name>.svg" for the icons that manifests name, and "assets/<name>-<hash>.<type>", whose
// names change with what they hold and which may lie there compressed as well, as <name>.br and <name>.gz.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return dist // not reached: the folder is a constant
	}
	return files
}

// Built tells whether the console was there when the binary was built.
func Built() bool {
	_, err := fs.Stat(Files(), Index)
	return err == nil
}
