package main

import (
	"cmp"
	"fmt"
	"log"
	"net/http"

	guest "appzone/sandbox/guest/go"
)

func main() {
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", hello)
	log.Print("listening")
	log.Printf("ends: %v", http.Serve(l, nil))
}

func hello(w http.ResponseWriter, r *http.Request) {
	n, err := visit()
	if err != nil {
		log.Printf("count the visit: %v", err)
		http.Error(w, "the visit could not be counted", http.StatusInternalServerError)
		return
	}
	fmt.Fprintf(w, "Hello, %s! This is visit %d.\n", cmp.Or(guest.IdentityOf(r.Header.Get).User, "stranger"), n)
}
