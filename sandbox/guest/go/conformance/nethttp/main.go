package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"strconv"
	"time"

	guest "appzone/sandbox/guest/go"
	"appzone/sandbox/guest/go/conformance"
	"appzone/sandbox/guest/go/nethttp"
)

// maxBody bounds what is read of a request, and of an answer.
const maxBody = 10 << 20

var client = nethttp.Client()

func main() {
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/echo", echo)
	http.HandleFunc("/env", func(w http.ResponseWriter, r *http.Request) {
		b, err := conformance.Env(guest.IdentityOf(r.Header.Get))
		answer(w, 200, b, err)
	})
	http.HandleFunc("/identity", func(w http.ResponseWriter, r *http.Request) {
		status, b, err := conformance.Identity(r.Header.Get)
		answer(w, status, b, err)
	})
	http.HandleFunc("/fetch", fetch)
	http.HandleFunc("/store", func(w http.ResponseWriter, r *http.Request) {
		value, err := io.ReadAll(http.MaxBytesReader(w, r.Body, conformance.MaxValue))
		if err != nil {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		status, b, err := conformance.Store(r.Method, r.FormValue("key"), value)
		answer(w, status, b, err)
	})
	http.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(min(time.Duration(number(r, "ms"))*time.Millisecond, conformance.MaxWait))
		_, _ = io.WriteString(w, "slow")
	})
	http.HandleFunc("/stream", stream)
	http.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { conformance.Crash() })
	log.Printf("ends: %v", http.Serve(l, nil))
}

func number(r *http.Request, name string) int {
	n, _ := strconv.Atoi(r.URL.Query().Get(name))
	return n
}

func answer(w http.ResponseWriter, status int, body []byte, err error) {
	if err != nil {
		log.Print(err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func echo(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Method", r.Method)
	w.Header().Set("X-Path", r.RequestURI)
	if t := r.Header.Get("Content-Type"); t != "" {
		w.Header().Set("Content-Type", t)
	}
	// net/http gives up a body that is still being read when the answer begins.
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	}
	_, _ = w.Write(b)
}

func fetch(w http.ResponseWriter, r *http.Request) {
	res, err := client.Get(r.URL.Query().Get("url"))
	if err != nil {
		answer(w, 502, conformance.Failed(err), nil)
		return
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		answer(w, 502, conformance.Failed(err), nil)
		return
	}
	answer(w, 200, conformance.Fetched(res.StatusCode, b), nil)
}

func stream(w http.ResponseWriter, r *http.Request) {
	for i := range min(number(r, "n"), conformance.MaxLines) {
		if i > 0 {
			time.Sleep(conformance.Beat)
		}
		fmt.Fprintf(w, "line %d\n", i+1)
		if http.NewResponseController(w).Flush() != nil {
			return
		}
	}
}
