// This guest of the tests is an ordinary net/http server.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"

	guest "appzone/sandbox/guest/go"
)

var kept [][]byte

func main() {
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello %s\n", r.Header.Get("X-AppZone-User"))
	})
	http.HandleFunc("/sleep", func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.FormValue("ms"))
		time.Sleep(time.Duration(ms) * time.Millisecond)
		fmt.Fprintln(w, "slept")
	})
	http.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	})
	http.HandleFunc("/grow", func(w http.ResponseWriter, r *http.Request) {
		for {
			b := make([]byte, 1<<20)
			for i := range b {
				b[i] = 1
			}
			kept = append(kept, b)
		}
	})
	http.HandleFunc("/panic", func(http.ResponseWriter, *http.Request) {
		go func() { panic("on purpose") }()
	})
	log.Printf("serving with %v", os.Args)
	err = http.Serve(l, nil)
	log.Printf("serve returned: %v", err)
}
