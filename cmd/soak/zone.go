package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"appzone/cmd/appzone/client"
)

const (
	password = "a password for one run"
	// readyTimeout bounds a start, stopTimeout what follows SIGTERM.
	readyTimeout = 30 * time.Second
	stopTimeout  = 60 * time.Second
	// versionsKept is the host's default.
	versionsKept = 5
)

// zone is the host that is put under load.
type zone struct {
	*client.Client
	cmd    *exec.Cmd
	ended  chan struct{}
	url    string
	data   string
	token  string
	visits *http.Client // who uses plugins
}

func startZone(ctx context.Context, binary, dir string) (*zone, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	z := &zone{ended: make(chan struct{}), url: "http://" + address, data: filepath.Join(dir, "data"),
		visits: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 2 * time.Minute}}
	log, err := os.Create(filepath.Join(dir, "host.log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	z.cmd = exec.Command(binary, "serve")
	z.cmd.Dir, z.cmd.Stdout, z.cmd.Stderr = dir, log, log
	z.cmd.Env = append(os.Environ(), "XC_ADDR="+address, "XC_DATA_DIR="+z.data, "XC_ADMIN_PASSWORD="+password, "XC_LOG_LEVEL=error",
		fmt.Sprintf("XC_VERSIONS_KEPT=%d", versionsKept))
	if err := z.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(z.ended)
		_ = z.cmd.Wait() // what it ended with shows in what follows
	}()
	if err := z.logIn(ctx); err != nil {
		text, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("start the host: %w: %s", err, text), z.stop())
	}
	return z, nil
}

// logIn gets a token with all rights.
func (z *zone) logIn(ctx context.Context) error {
	c, err := client.New(z.url, "")
	if err != nil {
		return err
	}
	for end := time.Now().Add(readyTimeout); ; {
		_, err := c.Do(ctx, client.Request{Method: "GET", Path: "/healthz"})
		if err == nil {
			break
		}
		select {
		case <-z.ended:
			return errors.New("it ended")
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(end) || ctx.Err() != nil {
			return err
		}
	}
	cookie, err := z.session(ctx)
	if err != nil {
		return err
	}
	answer, err := c.Do(ctx, client.Request{Method: "POST", Path: client.Path("tokens"), JSON: map[string]any{"name": "soak", "scopes": []string{"*"}},
		Header: http.Header{"Cookie": {cookie}, "Origin": {z.url}}})
	if err != nil {
		return err
	}
	var made struct{ Token string }
	if err := answer.Into(&made); err != nil {
		return err
	}
	z.token = made.Token
	z.Client, err = client.New(z.url, z.token)
	return err
}

func (z *zone) session(ctx context.Context) (cookie string, err error) {
	req, err := http.NewRequestWithContext(ctx, "POST", z.url+"/api/v1/session", bytes.NewBufferString(`{"username":"admin","password":"`+password+`"}`))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", z.url)
	res, err := z.visits.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		return "", fmt.Errorf("log in: %s", res.Status)
	}
	var pairs []string
	for _, c := range res.Cookies() {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; "), nil
}

// visit makes one request of a plugin and returns its answer.
func (z *zone) visit(ctx context.Context, method, id, path, body string) (status int, text string, err error) {
	req, err := http.NewRequestWithContext(ctx, method, z.url+"/apps/"+url.PathEscape(id)+"/"+path, bytes.NewBufferString(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", "Bearer "+z.token)
	res, err := z.visits.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, string(b), err
}

// stop ends the host kindly, and by force if it does not go.
func (z *zone) stop() error {
	_ = z.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-z.ended:
		return nil
	case <-time.After(stopTimeout):
	}
	_ = z.cmd.Process.Kill()
	<-z.ended
	return fmt.Errorf("the host did not end within %s of SIGTERM", stopTimeout)
}
