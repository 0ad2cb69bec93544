package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	// readyTimeout bounds a start, stopTimeout what follows SIGTERM.
	readyTimeout = 20 * time.Second
	stopTimeout  = 20 * time.Second
)

// child is a program that runs beside this one.
type child struct {
	cmd    *exec.Cmd
	output bytes.Buffer
	ended  chan struct{}
}

// spawn starts a program. The caller stops it.
func spawn(ctx context.Context, dir string, env []string, name string, args ...string) (*child, error) {
	c := &child{cmd: exec.CommandContext(ctx, name, args...), ended: make(chan struct{})}
	c.cmd.Dir, c.cmd.Env = dir, append(os.Environ(), env...)
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	c.cmd.WaitDelay = stopTimeout
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(c.ended)
		_ = c.cmd.Wait() // what it ended with is in its output, where that matters
	}()
	return c, nil
}

// stop ends the program, first kindly, and waits.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.ended:
	case <-time.After(stopTimeout):
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
}

// answers waits until url answers anything.
func (c *child) answers(ctx context.Context, url string) error {
	limited, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(limited, http.MethodHead, url, http.NoBody)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			return resp.Body.Close()
		}
		select {
		case <-c.ended:
			return fmt.Errorf("%s ended: %s", c.cmd.Path, c.output.String())
		case <-limited.Done():
			return errors.Join(fmt.Errorf("%s does not answer at %s", c.cmd.Path, url), limited.Err())
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func portOf(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
