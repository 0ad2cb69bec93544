package samples

import (
	"embed"
	"io/fs"
)

// packed is what "make samples" made. Its placeholder keeps a build without samples possible.
//
//go:embed all:dist
var packed embed.FS

// FS returns the packed samples: for each of them name.zip, its manifest as name.json and its instructions as
// name.md, side by side. It is empty where the binary was built without "make samples".
func FS() fs.FS {
	sub, err := fs.Sub(packed, "dist")
	if err != nil {
		panic(err) //nolint:forbidigo // it cannot be: the name is a constant, and valid
	}
	return sub
}
