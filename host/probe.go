package host

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	// probeEach bounds one attempt, so that a program that takes a connection and forgets it gets another.
	probeEach = 5 * time.Second
	// probePause is between attempts that failed at once.
	probePause = 25 * time.Millisecond
)

// probe asks until it gets an answer that means ready, or ctx ends. With no path any HTTP answer to HEAD / will
// do; with one it must be 2xx or 3xx. The connection waits in the listener's queue until the program
// accepts, so the answer comes at the moment that it can.
func probe(ctx context.Context, dial func(context.Context) (net.Conn, error), path string) error {
	for {
		err := probeOnce(ctx, dial, path)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(probePause):
		}
	}
}

func probeOnce(ctx context.Context, dial func(context.Context) (net.Conn, error), path string) error {
	conn, err := dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	_ = conn.SetDeadline(time.Now().Add(probeEach))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	method, target := "HEAD", "/"
	if path != "" {
		method, target = "GET", path
	}
	if _, err := fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: appzone-probe\r\nConnection: close\r\n\r\n", method, target); err != nil {
		return err
	}
	line, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString('\n')
	if err != nil {
		return err
	}
	status, ok := statusOf(line)
	if !ok {
		return fmt.Errorf("the answer is not HTTP/1: %.40q", line)
	}
	if path != "" && (status < 200 || status > 399) {
		return fmt.Errorf("%s answered %d", path, status)
	}
	return nil
}

// statusOf reads the status line "HTTP/1.1 404 Not Found".
func statusOf(line string) (int, bool) {
	proto, rest, _ := strings.Cut(line, " ")
	if !strings.HasPrefix(proto, "HTTP/1.") {
		return 0, false
	}
	code, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	n, err := strconv.Atoi(code)
	return n, err == nil && n >= 100 && n < 600
}

func probeName(path string) string {
	if path == "" {
		return "HEAD /"
	}
	return "GET " + path
}
