// Package samples holds the plugins that ship with the host, each in a folder of its own, and carries them, packed, inside the binary.
//
// The folders are the sources. "make samples" (cmd/samples) builds the WASM guests among them and packs every
// folder into dist, which is not in version control. The package starts no goroutine and reads nothing but what was
// embedded.
package samples
