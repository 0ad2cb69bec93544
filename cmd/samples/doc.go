// Samples packs the plugins that ship with the host: "make samples" runs it.
//
// For every folder below the first argument that holds a manifest.json it builds the WASM guest, where there is one, and writes
// name.zip, name.json (the manifest) and name.md (the README) into the folder that -o names, where package samples
// embeds them. A guest whose compiler is not installed is left out with a line that says so; with -all
// that is an error. It starts no goroutine.
package main
