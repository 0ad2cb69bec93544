//go:build wasip1

// The program of the conformance suite (host/runtimetest), for WASM: unchanged net/http on the inherited listener.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	appzone "appzone/sandbox/guest/go"
)

func number(r *http.Request, name string) int {
	n, _ := strconv.Atoi(r.URL.Query().Get(name))
	return n
}

func main() {
	raw, err := os.ReadFile("/app/behaviour")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
	behaviour := string(raw)
	switch behaviour {
	case "crash":
		fmt.Fprintln(os.Stderr, "about to crash")
		os.Exit(3)
	case "quit":
		os.Exit(0)
	case "never":
		for {
			time.Sleep(time.Second)
		}
	case "late":
		time.Sleep(700 * time.Millisecond)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	mux.HandleFunc("/settings", func(w http.ResponseWriter, _ *http.Request) {
		settings, err := os.ReadFile(os.Getenv("APPZONE_SETTINGS_FILE"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(settings)
	})
	mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(time.Duration(number(r, "ms")) * time.Millisecond)
		fmt.Fprint(w, "slow")
	})
	mux.HandleFunc("/log", func(w http.ResponseWriter, r *http.Request) {
		for n := 1; n <= number(r, "n"); n++ {
			fmt.Println("line", n)
		}
		fmt.Fprint(w, "done")
	})
	mux.HandleFunc("/flood", func(http.ResponseWriter, *http.Request) {
		for {
			fmt.Println("all work and no play makes a dull plugin")
		}
	})
	mux.HandleFunc("/exit", func(_ http.ResponseWriter, r *http.Request) { os.Exit(number(r, "code")) })
	var handler http.Handler = mux
	if behaviour == "mute" {
		handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { select {} })
	}
	l, err := appzone.Listen()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(9)
	}
	// Serve returns when the host asks the plugin to end; what is in flight may still end then.
	srv := &http.Server{Handler: handler}
	_ = srv.Serve(l)
	for behaviour == "stubborn" {
		time.Sleep(time.Second)
	}
}
