package main

import "io/fs"

// sampleFiles are the plugins that ship with the host: for each a .zip, its manifest as .json and its
// instructions as .md. Nil when the binary was built without them.
func sampleFiles() fs.FS { return nil }
