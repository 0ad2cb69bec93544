package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"syscall"
)

// upstreamVersion is what this program says when it is asked for its version in node's place.
const upstreamVersion = "v22.0.0"

// serveAsNode makes this program the upstream of the comparison of proxies. The host starts it in the place of Node.js
// (XC_NODE_PATH), with a listener; nginx gets the same server on a socket that its last argument names. It reports
// whether the arguments meant that.
func serveAsNode(args []string) bool {
	switch {
	case args[0] == "--version":
		fmt.Println(upstreamVersion)
		return true
	case args[0] == "-e":
		return true // a question about node's memory, which has no answer here
	case args[0] == "upstream":
		l, err := net.Listen("unix", args[1])
		exitOn(err)
		serveUpstream(l)
		return true
	case slices.Contains(args, "--require"):
		fd, err := strconv.Atoi(os.Getenv("LISTEN_FD"))
		exitOn(err)
		l, err := net.FileListener(os.NewFile(uintptr(fd), "listener"))
		exitOn(err)
		serveUpstream(l)
		return true
	}
	return false
}

// serveUpstream answers until SIGTERM.
func serveUpstream(l net.Listener) {
	mux := http.NewServeMux()
	small, large := []byte("{\"hello\":\"world\"}\n"), bytes.Repeat([]byte("0123456789abcdef"), 16<<10)
	mux.HandleFunc("/small", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(small) })
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(large) })
	server := &http.Server{Handler: mux}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() { _ = server.Close() })
	_ = server.Serve(l) // it ends by Close
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench upstream:", err)
		os.Exit(1)
	}
}
