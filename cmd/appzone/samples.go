package main

import (
	"io/fs"

	"appzone/samples"
)

// sampleFiles are the plugins that ship with the host: for each a .zip, its manifest as .json and its
// instructions as .md. There are none when the binary was built without "make samples".
func sampleFiles() fs.FS { return samples.FS() }
