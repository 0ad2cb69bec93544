// Package wasmtest makes small WASM modules for tests, byte by byte: no compiler is needed,
// and every malformed, lying or hostile module can be made as well. Tests alone import it.
package wasmtest
