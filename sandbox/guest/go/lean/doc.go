// Package lean serves HTTP/1.1 without net/http: a module of a third of the size that compiles and
// starts in a fraction of the time, holds a fraction of the memory, and answers several times as many
// requests a second in the sandbox.
//
//	err := lean.Serve(l, func(w *lean.Response, r *lean.Request) {
//		w.SetHeader("Content-Type", "text/plain; charset=utf-8")
//		fmt.Fprintf(w, "hello %s\n", r.Header.Get("X-AppZone-User"))
//	})
//
// It reads request lines, headers, and bodies with Content-Length or chunked; it keeps connections
// open, answers pipelined requests in order, and sends a response with its length when it is small
// and in chunks when it is flushed or long. [Get] is a client as small as the server.
//
// What is malformed or could be read in two ways (two lengths, a length and chunks, bare line feeds,
// folded headers) is answered with an error and the connection closed. Sizes are bounded by the
// constants of this package and by [Server.MaxBody]. It does not do TLS, HTTP/2, WebSocket or
// compression, and has no time limits: the host in front of a plugin has them all.
//
// Each connection has a goroutine, owned by [Server.Serve], which waits for those that answer a
// request.
package lean
