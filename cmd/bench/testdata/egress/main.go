// Egress is a program that dials out and says how long it took. It runs as a plugin in the sandbox, and natively with an
// address to listen on.
//
//	/connect?to=host:port&n=100   microseconds for each of n connections with one byte there and back
//	/pull?to=host:port&mb=64      microseconds for so many megabytes
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"time"

	guest "appzone/sandbox/guest/go"
)

func main() {
	l, err := listen()
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/connect", measured(connect))
	http.HandleFunc("/pull", measured(pull))
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	log.Print(http.Serve(l, nil))
}

func listen() (net.Listener, error) {
	if runtime.GOOS == "wasip1" {
		return guest.Listen()
	}
	return net.Listen("tcp", "127.0.0.1:"+os.Args[1])
}

func dial(to string) (net.Conn, error) {
	if runtime.GOOS == "wasip1" {
		return guest.Dial("tcp", to)
	}
	return net.Dial("tcp", to)
}

func measured(work func(to string, r *http.Request) (time.Duration, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		took, err := work(r.FormValue("to"), r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		fmt.Fprint(w, took.Microseconds())
	}
}

func connect(to string, r *http.Request) (time.Duration, error) {
	n, _ := strconv.Atoi(r.FormValue("n"))
	began := time.Now()
	for range n {
		c, err := dial(to)
		if err != nil {
			return 0, err
		}
		_, err = c.Write([]byte("e"))
		if err == nil {
			_, err = io.ReadFull(c, make([]byte, 1))
		}
		_ = c.Close()
		if err != nil {
			return 0, err
		}
	}
	return time.Since(began) / time.Duration(max(n, 1)), nil
}

func pull(to string, r *http.Request) (time.Duration, error) {
	mb, _ := strconv.Atoi(r.FormValue("mb"))
	began := time.Now()
	c, err := dial(to)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, err := c.Write([]byte("p")); err != nil {
		return 0, err
	}
	buffer := make([]byte, 64<<10)
	for left := mb << 20; left > 0; {
		n, err := c.Read(buffer)
		if err != nil {
			return 0, err
		}
		left -= n
	}
	return time.Since(began), nil
}
