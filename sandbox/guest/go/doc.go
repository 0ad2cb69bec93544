// Package guest is the kit for WASM plugins written in Go.
//
// Build with GOOS=wasip1 GOARCH=wasm, listen with [Listen], and serve with net/http as
// anywhere else:
//
//	l, err := guest.Listen()
//	if err != nil {
//		log.Fatal(err)
//	}
//	log.Fatal(http.Serve(l, handler))
//
// The host ends requests in flight before it stops a plugin; then Accept fails and Serve
// returns. The kit works in an ordinary Linux or macOS build too, started with a listener on
// the descriptor that LISTEN_FD names. It is all there is: files are below [DataDir] and /app,
// and the rest is the standard library.
package guest
