package main

import (
	"cmp"
	"fmt"
	"log"

	guest "appzone/sandbox/guest/go"
	"appzone/sandbox/guest/go/lean"
)

func main() {
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	log.Print("listening")
	log.Printf("ends: %v", lean.Serve(l, handle))
}

func handle(w *lean.Response, r *lean.Request) {
	if r.Path != "/" {
		w.SetStatus(404)
		return
	}
	n, err := visit()
	if err != nil {
		log.Printf("count the visit: %v", err)
		w.SetStatus(500)
		return
	}
	w.SetHeader("Content-Type", "text/plain; charset=utf-8")
	fmt.Fprintf(w, "Hello, %s! This is visit %d.\n", cmp.Or(guest.IdentityOf(r.Header.Get).User, "stranger"), n)
}
