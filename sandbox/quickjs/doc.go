// Package quickjs runs a plugin that is one JavaScript file: QuickJS as a WASM module in wazero, web interfaces around it, and
// an HTTP server in front.
//
// The engine's file comes from the npm package quickjs-wasi and is embedded when "make" has fetched it; see [Engine]. An
// [Instance] holds one QuickJS. It starts no goroutine for it: a request, a timer, the answer to a fetch each take the
// instance's lock, call into JavaScript and run what promises have to do. So requests overlap at every await, and one
// that needs no await is answered on the goroutine of its connection. The interfaces (Request, URL, fetch and others)
// are JavaScript in the folder prelude; they call functions of the host, which take nothing that comes from there on trust.
//
// Goroutines: one for each connection, which the server owns; one for each fetch and for each read of a body, which end
// when the instance lets go of them; one that rings the clock. The package ends no process and knows no plugin's manifest.
package quickjs
