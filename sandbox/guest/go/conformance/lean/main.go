package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"strconv"
	"time"

	guest "appzone/sandbox/guest/go"
	"appzone/sandbox/guest/go/conformance"
	"appzone/sandbox/guest/go/lean"
)

func main() {
	l, err := guest.Listen()
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("ends: %v", lean.Serve(l, handle))
}

func handle(w *lean.Response, r *lean.Request) {
	switch r.Path {
	case "/echo":
		echo(w, r)
	case "/env":
		b, err := conformance.Env(guest.IdentityOf(r.Header.Get))
		answer(w, 200, b, err)
	case "/identity":
		status, b, err := conformance.Identity(r.Header.Get)
		answer(w, status, b, err)
	case "/fetch":
		fetch(w, r)
	case "/store":
		value, err := io.ReadAll(r.Body)
		if err != nil {
			return // the server says what is wrong with it
		}
		status, b, err := conformance.Store(r.Method, r.Query("key"), value)
		answer(w, status, b, err)
	case "/slow":
		time.Sleep(min(time.Duration(number(r, "ms"))*time.Millisecond, conformance.MaxWait))
		_, _ = w.WriteString("slow")
	case "/stream":
		stream(w, min(number(r, "n"), conformance.MaxLines))
	case "/crash":
		conformance.Crash()
	default:
		w.SetStatus(404)
	}
}

func number(r *lean.Request, name string) int {
	n, _ := strconv.Atoi(r.Query(name))
	return n
}

func answer(w *lean.Response, status int, body []byte, err error) {
	if err != nil {
		log.Print(err)
		w.SetStatus(500)
		return
	}
	w.SetStatus(status)
	w.SetHeader("Content-Type", "application/json")
	_, _ = w.Write(body)
}

func echo(w *lean.Response, r *lean.Request) {
	w.SetHeader("X-Method", r.Method)
	w.SetHeader("X-Path", r.Target)
	if t := r.Header.Get("Content-Type"); t != "" {
		w.SetHeader("Content-Type", t)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return // the server says what is wrong with it
	}
	_, _ = w.Write(b)
}

func fetch(w *lean.Response, r *lean.Request) {
	ctx, cancel := context.WithTimeout(context.Background(), conformance.MaxWait)
	defer cancel()
	got, err := lean.Get(ctx, guest.DialContext, r.Query("url"))
	if err != nil {
		answer(w, 502, conformance.Failed(err), nil)
		return
	}
	answer(w, 200, conformance.Fetched(got.Status, got.Body), nil)
}

func stream(w *lean.Response, n int) {
	for i := range n {
		if i > 0 {
			time.Sleep(conformance.Beat)
		}
		fmt.Fprintf(w, "line %d\n", i+1)
		if w.Flush() != nil {
			return
		}
	}
}
