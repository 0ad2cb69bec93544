package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// planted is a text that is nowhere else, to be looked for.
type planted struct {
	text    string
	needles [][]byte
}

// plant makes a text that differs between its forms: raw, in JSON, in base64. Its middle is the same in most of them.
func plant(kind string) planted {
	middle := strings.ToLower(kind + rand.Text())
	p := planted{text: `"` + middle + "\\ü\n<&>"}
	p.needles = [][]byte{[]byte(middle), []byte(hex.EncodeToString([]byte(middle)))}
	for shift := range 3 { // base64 of it, wherever in a group of three it begins
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + middle + "xx"))
		p.needles = append(p.needles, []byte(text[4:len(text)-8]))
	}
	return p
}

// in tells where in text it is found, or "".
func (p planted) in(text []byte) string {
	for _, n := range p.needles {
		if at := bytes.Index(text, n); at >= 0 {
			return fmt.Sprintf("%q", text[max(0, at-60):min(len(text), at+20)])
		}
	}
	return ""
}

func TestANeedleIsFoundInEveryForm(t *testing.T) {
	p := plant("secret")
	asJSON, err := json.Marshal(p.text)
	require.NoError(t, err)
	twice, err := json.Marshal(string(asJSON))
	require.NoError(t, err)
	for name, text := range map[string]string{"raw": p.text, "JSON": string(asJSON), "JSON in JSON": string(twice),
		"base64": base64.StdEncoding.EncodeToString([]byte("ab" + p.text)), "base64 in a URL": base64.RawURLEncoding.EncodeToString([]byte("a" + p.text)),
		"hex": hex.EncodeToString([]byte(p.text)), "quoted": fmt.Sprintf("%q", p.text)} {
		assert.NotEmpty(t, p.in([]byte("before "+text+" after")), name)
	}
	assert.Empty(t, plant("secret").in([]byte(p.text)))
}

// put sends settings and returns the answer, which may be a refusal.
func (b *binary) put(id, body string, header map[string]string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPut, b.url+"/api/v1/plugins/"+id+"/settings", strings.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+os.Getenv(envToken))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", "the same for all")
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return res.StatusCode, string(text)
}

// known makes a planted text of a secret that the host made.
func known(secret string) planted { return planted{text: secret, needles: [][]byte{[]byte(secret)}} }

// send makes a request of the console, without a token.
func (b *binary) send(method, path, cookie string, body any) *http.Response {
	b.t.Helper()
	text, err := json.Marshal(body)
	require.NoError(b.t, err)
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/api/v1/"+path, bytes.NewReader(text))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	return res
}

// everything is what all reading routes answer, by their path.
func (b *binary) everything(ids ...string) map[string]string {
	b.t.Helper()
	var document struct {
		Paths map[string]map[string]json.RawMessage
	}
	_, text := b.fetch("/api/v1/openapi.json", nil)
	require.NoError(b.t, json.Unmarshal([]byte(text), &document))
	_, jobs := b.fetch("/api/v1/jobs", nil)
	job := regexp.MustCompile(`"id":"([0-9a-f]+)"`).FindStringSubmatch(jobs)
	require.NotNil(b.t, job)
	found := map[string]string{}
	for path, methods := range document.Paths {
		if methods["get"] == nil || strings.Contains(path, "samples") {
			continue
		}
		for _, id := range ids {
			at := path
			if strings.Contains(path, "jobs") {
				at = strings.ReplaceAll(path, "{id}", job[1])
			}
			at = strings.NewReplacer("{id}", id, "{path}", "manifest.json", "{version}", "1.0.0").Replace(at)
			if !strings.HasPrefix(at, "/api") && !strings.HasPrefix(at, "/h") && !strings.HasPrefix(at, "/r") && !strings.HasPrefix(at, "/m") {
				at = "/api/v1" + at
			}
			if _, ok := found[at]; !ok {
				found[at] = b.some(at)
			}
		}
	}
	require.Greater(b.t, len(found), 15)
	return found
}

// some reads an answer, of a stream what comes within a moment: all that happened before.
func (b *binary) some(path string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	if path == "/api/v1/events" {
		ctx, cancel = context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url+path, nil)
	require.NoError(b.t, err)
	req.Header.Set("Authorization", "Bearer "+os.Getenv(envToken))
	req.Header.Set("Last-Event-ID", "0")
	res, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err, path)
	defer res.Body.Close()
	var text bytes.Buffer
	_, err = io.Copy(&text, res.Body)
	if err != nil {
		require.ErrorIs(b.t, err, context.DeadlineExceeded, path)
	}
	return text.String()
}

// nowhere looks for the planted texts in what can be read: files below dirs, and what the system tells of each process. seen
// are further texts. It returns the files that hold one.
func nowhere(t *testing.T, all []planted, seen map[string]string, dirs ...string) (holders []string) {
	t.Helper()
	look := func(where string, text []byte) bool {
		for _, p := range all {
			if at := p.in(text); at != "" {
				t.Logf("found in %s: %s", where, at)
				return true
			}
		}
		return false
	}
	for where, text := range seen {
		assert.False(t, look(where, []byte(text)), "H8: %s", where)
	}
	for _, dir := range dirs {
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return ignoreMissing(err)
			}
			text, err := os.ReadFile(path)
			if err == nil && look(path, text) {
				holders = append(holders, path)
			}
			return ignoreMissing(err)
		}))
	}
	processes, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range processes {
		for _, file := range []string{"cmdline", "environ", "comm"} {
			text, _ := os.ReadFile(filepath.Join(p, file)) // of a process that is gone: nothing
			assert.False(t, look(p+"/"+file, text), "B8, H8")
		}
	}
	out, err := exec.Command("ps", "-eo", "pid,args").Output()
	if err == nil {
		assert.False(t, look("ps", out), "H8")
	}
	return holders
}

// ignoreMissing: the store and the programs make and remove files all the time.
func ignoreMissing(err error) error {
	if os.IsNotExist(err) {
		return nil
	}
	return err
}
