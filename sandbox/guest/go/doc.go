// Package guest is the kit for WASM plugins written in Go: the listener that the host made
// ([Listen]), connections to the addresses that were granted ([Dial], [DialContext]), settings
// ([Settings]), the private folder ([DataDir]) and who asks ([IdentityOf]).
//
// Build with GOOS=wasip1 GOARCH=wasm. Serve with package lean, which is small and fast, or with
// net/http, which has everything and costs several times the memory and time to compile:
//
//	l, err := guest.Listen()
//	if err != nil {
//		log.Fatal(err)
//	}
//	log.Fatal(lean.Serve(l, handler)) // or http.Serve
//
// The host ends requests in flight before it stops a plugin; then Accept fails and Serve
// returns. In an ordinary Linux or macOS build the kit works as well, started with a listener on
// the descriptor that LISTEN_FD names, except that Dial is an error there. Package nethttp is the
// client of net/http over Dial; it is apart so that who does not use net/http does not carry it.
// The package starts no goroutine.
package guest
