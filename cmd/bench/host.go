package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"time"
)

// host is the binary under measurement, with a client.
type host struct {
	*child
	url   string
	token string
	http  http.Client
}

// startHost starts the binary with an empty data folder, and logs in.
func (b *bench) startHost(ctx context.Context, name string, env ...string) (*host, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	const password = "a password for one run"
	h := &host{url: "http://" + address}
	env = append(env, "XC_ADDR="+address, "XC_DATA_DIR="+filepath.Join(b.dir, name), "XC_ADMIN_PASSWORD="+password, "XC_LOG_LEVEL=error")
	if h.child, err = spawn(ctx, b.dir, env, b.appzone, "serve"); err != nil {
		return nil, err
	}
	if err := h.logIn(ctx, password); err != nil {
		h.stop()
		return nil, err
	}
	return h, nil
}

func (h *host) logIn(ctx context.Context, password string) error {
	if err := h.answers(ctx, h.url+"/healthz"); err != nil {
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	h.http.Jar = jar
	if err := h.call(ctx, "POST", "/session", map[string]string{"username": "admin", "password": password}, nil, nil); err != nil {
		return err
	}
	var created struct{ Token string }
	err = h.call(ctx, "POST", "/tokens", map[string]any{"name": "bench", "scopes": []string{"*"}}, nil, &created)
	h.token, h.http.Jar = created.Token, nil
	return err
}

// call makes one request to the REST interface. body is sent as JSON, or as a zip if it is bytes; into gets the answer.
func (h *host) call(ctx context.Context, method, path string, body any, header http.Header, into any) error {
	kind := "application/json"
	raw, isZip := body.([]byte)
	if isZip {
		kind = "application/zip"
	} else if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, h.url+"/api/v1"+path, bytes.NewReader(raw))
	if err != nil {
		return err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Origin", h.url)
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %.500s", method, path, resp.Status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// install uploads a zip and installs what its plan shows. It returns the plugin's id.
func (h *host) install(ctx context.Context, zip []byte) (string, error) {
	var plugin struct{ ID string }
	if err := h.call(ctx, "POST", "/plugins", zip, nil, &plugin); err != nil {
		return "", err
	}
	var plan struct{ Version, ETag string }
	if err := h.call(ctx, "GET", "/plugins/"+plugin.ID+"/plan", nil, nil, &plan); err != nil {
		return "", err
	}
	return plugin.ID, h.call(ctx, "POST", "/plugins/"+plugin.ID+"/install?wait=true&timeoutSeconds=120",
		map[string]any{"version": plan.Version, "grants": "requested", "start": true}, http.Header{"If-Match": {plan.ETag}}, nil)
}

// remove deletes a plugin with everything that it has.
func (h *host) remove(ctx context.Context, id string) error {
	return h.call(ctx, "DELETE", "/plugins/"+id+"?force=true", nil, nil, nil)
}

// settle waits until the host has done what it does in the background, bounded.
func (h *host) settle(ctx context.Context) {
	const quiet, patience = 300 * time.Millisecond, 60 * time.Second
	for end := time.Now().Add(patience); time.Now().Before(end) && ctx.Err() == nil; {
		before := h.cpu(false)
		time.Sleep(quiet)
		if h.cpu(false)-before <= 2*tick {
			return
		}
	}
}

func writeFiles(dir string, files map[string][]byte) error {
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
