package crashtest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client asks a host over REST.
type client struct {
	url   string
	token string
	http  *http.Client
	// stopping is set when the host is told to stop: from then on it may refuse.
	stopping *atomic.Bool
}

// callTime is when a host that does not answer counts as hanging.
const callTime = time.Minute

// with is a client of the zone's present host. Each host gets one of its own, since connections end with it.
func (z *zone) with(token string) *client {
	return &client{url: z.url, token: token, stopping: &z.stopping, http: &http.Client{Timeout: callTime, Transport: &http.Transport{DisableCompression: true}}}
}

// anonymous is the same client without a token.
func (c *client) anonymous() *client { return &client{url: c.url, http: c.http} }

// harnessToken is the name of the token that the harness works with.
const harnessToken = "harness"

// answer is what a host said. One that was killed meanwhile said nothing: status 0, and nobody knows what became of the request.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

func (a answer) String() string {
	return fmt.Sprintf("%d %.600s %v", a.status, strings.TrimSpace(string(a.body)), a.err)
}

// json decodes the body.
func (a answer) json(v any) error { return json.Unmarshal(a.body, v) }

// into is json for an answer that must be good.
func (a answer) into(v any) error {
	if !a.ok() {
		return fmt.Errorf("refused: %s", a)
	}
	return a.json(v)
}

// code is the problem's code.
func (a answer) code() string {
	var p struct{ Code string }
	_ = a.json(&p)
	return p.Code
}

// do sends a request, again while the host says that it is asked too often. body is sent as it is if it is bytes, as JSON otherwise;
// header names and values alternate.
func (c *client) do(method, path string, body any, header ...string) answer {
	for {
		a := c.once(method, path, body, header)
		if a.status != http.StatusTooManyRequests {
			return a
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (c *client) once(method, path string, body any, header []string) answer {
	kind, content := "application/json", []byte(nil)
	switch b := body.(type) {
	case nil:
	case []byte:
		kind, content = "application/zip", b
	default:
		content = must(json.Marshal(b))
	}
	req := must(http.NewRequest(method, c.url+path, bytes.NewReader(content)))
	req.Header.Set("Content-Type", kind)
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for n := 0; n < len(header); n += 2 {
		req.Header.Set(header[n], header[n+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return answer{err: err}
	}
	return answer{status: res.StatusCode, header: res.Header, body: text}
}

func (c *client) get(path string) answer { return c.do(http.MethodGet, path, nil) }

// logIn opens a session, and returns its cookie.
func (c *client) logIn(user, password string) (cookie string, a answer) {
	a = c.do(http.MethodPost, "/api/v1/session", map[string]string{"username": user, "password": password}, "Origin", c.url)
	for _, line := range a.header["Set-Cookie"] {
		if strings.HasPrefix(line, "appzone_session=") {
			cookie, _, _ = strings.Cut(line, ";")
		}
	}
	return cookie, a
}

// adminToken logs in for a token that may do everything.
func (z *zone) adminToken(t *testing.T) string {
	t.Helper()
	c := z.with("")
	cookie, a := c.logIn("admin", adminPassword)
	require.Equal(t, http.StatusNoContent, a.status, "%s", a)
	a = c.do(http.MethodPost, "/api/v1/tokens", map[string]any{"name": harnessToken, "scopes": []string{"*"}}, "Cookie", cookie, "Origin", c.url)
	var token struct{ Token string }
	require.True(t, a.ok(), "%s", a)
	require.NoError(t, a.json(&token))
	return token.Token
}

// shortHash is how the host names folders after the data folder.
func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])[:12]
}
