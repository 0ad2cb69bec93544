// Package nethttp is the client of net/http for WASM plugins: requests go out through the host, to
// the addresses that the plugin was granted. It is apart from the kit because net/http alone makes
// a module several times as large.
package nethttp
