// Wasm-hello-go is a sample plugin: an ordinary net/http server that runs in the WASM
// sandbox. It greets the member, counts visits in its private folder, and shows its
// environment.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"

	guest "appzone/sandbox/guest/go"
)

// page is filled in by hand: html/template would make the module a third larger.
const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Hello</title>
<h1>%s, %s!</h1>
<p>This page comes from Go inside the WASM sandbox. It was asked for %d times.</p>
</html>
`

// settings are what the administrator may set for this plugin.
type settings struct {
	Greeting string `json:"greeting"`
}

// counter keeps a number in a file, so that it outlives the process.
type counter struct {
	mu   sync.Mutex
	file string
}

// next adds one and returns the new number.
func (c *counter) next() (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b, err := os.ReadFile(c.file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(b))) // an empty or damaged file starts over
	n++
	// A rename replaces the file as a whole, whatever happens in between.
	if err := os.WriteFile(c.file+".new", fmt.Appendln(nil, n), 0o600); err != nil {
		return 0, err
	}
	return n, os.Rename(c.file+".new", c.file)
}

func main() {
	set := settings{Greeting: "Hello"}
	if err := guest.Settings(&set); err != nil {
		log.Fatal(err)
	}
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	log.Print("wasm-hello-go is listening")
	err = http.Serve(l, handler(set, &counter{file: filepath.Join(guest.DataDir(), "visits")}))
	log.Printf("wasm-hello-go ends: %v", err)
}

func handler(set settings, visits *counter) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		n, err := visits.next()
		if err != nil {
			log.Printf("count the visit: %v", err)
			http.Error(w, "the visit could not be counted", http.StatusInternalServerError)
			return
		}
		member := r.Header.Get("X-AppZone-User")
		if member == "" {
			member = "stranger"
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, page, html.EscapeString(set.Greeting), html.EscapeString(member), n)
	})
	mux.HandleFunc("GET /env", func(w http.ResponseWriter, _ *http.Request) {
		env := os.Environ()
		sort.Strings(env)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(env)
	})
	return mux
}
