package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

// B1, B2: JSON that two parsers would read in two ways, or that costs more than it is worth.
func TestBodiesAreReadExactly(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		body   string
		status int
		code   string
	}{
		"unknown field":    {`{"name":"a","scopes":["*"],"role":"admin"}`, 400, "body_malformed"},
		"key twice":        {`{"name":"a","name":"b","scopes":["*"]}`, 400, "duplicate_key"},
		"key twice inside": {`{"name":"a","scopes":[{"x":1,"x":2}]}`, 400, "duplicate_key"},
		"trailing value":   {`{"name":"a","scopes":["*"]} {}`, 400, "body_malformed"},
		"trailing bracket": {`{"name":"a","scopes":["*"]}}`, 400, "body_malformed"},
		"cut off":          {`{"name":"a","scopes":["*"`, 400, "body_malformed"},
		"not JSON":         {`name=a`, 400, "body_malformed"},
		"too deep":         {strings.Repeat("[", 100) + strings.Repeat("]", 100), 400, "body_too_deep"},
		"very deep":        {strings.Repeat("[", 500_000), 400, "body_too_deep"},
		"wrong type":       {`{"name":["a"],"scopes":"*"}`, 400, "body_malformed"},
		"too large":        {`{"name":"` + strings.Repeat("a", 1<<20) + `"}`, 413, "body_too_large"},
		"blank":            {"  \n ", 400, "body_empty"},
	} {
		for way, body := range map[string]*strings.Reader{"with a length": strings.NewReader(c.body), "chunked": strings.NewReader(c.body)} {
			req := call{method: "POST", path: "/api/v1/tokens", body: body, header: map[string]string{"Content-Type": "application/json"}}
			if way == "chunked" {
				req.body = struct{ *bufio.Reader }{bufio.NewReader(body)}
			}
			a := r.do(req)
			assert.Equal(t, c.status, a.StatusCode, "%s %s: %s", name, way, a.text)
			assert.Equal(t, c.code, a.code(), "%s %s", name, way)
		}
	}
	assert.Contains(t, string(r.do(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"rolle": 1}}).text), `"field":"rolle"`)
}

func TestEveryFailureIsAProblemDocument(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct {
		call   call
		status int
		code   string
	}{
		"no such path":         {call{method: "GET", path: "/api/v1/nothing"}, 404, "not_found"},
		"a slash too many":     {call{method: "GET", path: "/api/v1/plugins/"}, 404, "not_found"},
		"wrong method":         {call{method: "PUT", path: "/api/v1/plugins"}, 405, "method_not_allowed"},
		"unknown method":       {call{method: "BREW", path: "/api/v1/plugins"}, 501, "method_unknown"},
		"no such plugin":       {call{method: "GET", path: "/api/v1/plugins/nothing"}, 404, "plugin_not_found"},
		"no plugin's id":       {call{method: "GET", path: "/api/v1/plugins/No%20Id"}, 404, "plugin_not_found"},
		"NUL in an id":         {call{method: "GET", path: "/api/v1/plugins/a%00b"}, 404, "plugin_not_found"},
		"no such job":          {call{method: "GET", path: "/api/v1/jobs/1"}, 404, "job_not_found"},
		"no such sample":       {call{method: "GET", path: "/api/v1/samples/nothing.zip"}, 404, "sample_not_found"},
		"a sample's path":      {call{method: "GET", path: "/api/v1/samples/..%2f..%2fmain.zip"}, 404, "sample_not_found"},
		"limit out of range":   {call{method: "GET", path: "/api/v1/plugins?limit=9999"}, 400, "query_invalid"},
		"unknown state":        {call{method: "GET", path: "/api/v1/plugins?state=up"}, 400, "query_invalid"},
		"neither true nor not": {call{method: "POST", path: "/api/v1/plugins/a/start?wait=maybe"}, 400, "query_invalid"},
	} {
		a := r.do(c.call)
		assert.Equal(t, c.status, a.StatusCode, "%s: %s", name, a.text)
		if c.code == "" {
			continue
		}
		assert.Equal(t, "application/problem+json", a.Header.Get("Content-Type"), name)
		var p struct {
			Type, Title, Code, Detail, RequestID string
			Status                               int
		}
		a.into(t, &p)
		assert.Equal(t, c.code, p.Code, name)
		assert.Equal(t, "about:blank", p.Type, name)
		assert.Equal(t, c.status, p.Status, name)
		assert.Equal(t, http.StatusText(c.status), p.Title, name)
		assert.Equal(t, a.Header.Get("X-Request-Id"), p.RequestID, name)
		assert.NotEmpty(t, p.Detail, name)
	}
}

func TestAnEndlessHeaderIsAProblem(t *testing.T) {
	r := newRig(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	// Exactly what the server reads, so that closing the connection does not take the answer away.
	head := "GET /api/v1/me HTTP/1.1\r\nHost: zone.example.org\r\nX-Long: "
	_, err = conn.Write([]byte(head + strings.Repeat("a", 16<<10-len(head))))
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, 431, res.StatusCode)
	assert.Equal(t, "application/problem+json", res.Header.Get("Content-Type"))
	assert.NotEmpty(t, res.Header.Get("X-Request-Id"))
}

func TestAPanicIsAnInternalError(t *testing.T) {
	r := newRigWith(t, func(s *api.Server) { s.Boom("/boom") })
	a := r.expect(call{method: "GET", path: "/boom"}, 500, "internal")
	assert.NotContains(t, string(a.text), "boom", "H8: causes stay in the log")
	r.get("/api/v1/me")
}

// D3: what an upload leaves unread must never run as a second request.
func TestAnUnreadBodyIsNoSecondRequest(t *testing.T) {
	r := newRig(t)
	inner := "DELETE /api/v1/session HTTP/1.1\r\nHost: zone.example.org\r\nAuthorization: Bearer " + r.token + "\r\n\r\n"
	for name, head := range map[string]string{
		"401":          "POST /api/v1/plugins HTTP/1.1\r\nHost: zone.example.org\r\nContent-Type: application/zip\r\n",
		"415":          "POST /api/v1/plugins HTTP/1.1\r\nHost: zone.example.org\r\nAuthorization: Bearer " + r.token + "\r\nContent-Type: text/plain\r\n",
		"unknown verb": "BREW /api/v1/plugins HTTP/1.1\r\nHost: zone.example.org\r\n",
		"404":          "POST /nothing HTTP/1.1\r\nHost: zone.example.org\r\n",
		"wrong host":   "POST /api/v1/session HTTP/1.1\r\nHost: evil.example\r\n",
		"a start":      "POST /api/v1/plugins/clock/start HTTP/1.1\r\nHost: zone.example.org\r\nAuthorization: Bearer " + r.token + "\r\n",
		"a GET's body": "GET /api/v1/me HTTP/1.1\r\nHost: zone.example.org\r\nAuthorization: Bearer " + r.token + "\r\n",
	} {
		for way, request := range map[string]string{
			"fixed":   head + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(inner)+100_000, inner+strings.Repeat("x", 100_000)),
			"chunked": head + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(inner), inner),
		} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(r.base, "http://"))
			require.NoError(t, err)
			require.NoError(t, conn.SetDeadline(time.Now().Add(2*time.Second)))
			go func() { _, _ = conn.Write([]byte(request)) }()
			in := bufio.NewReader(conn)
			first, err := http.ReadResponse(in, nil)
			require.NoError(t, err, "%s %s", name, way)
			_ = first.Body.Close()
			second, err := http.ReadResponse(in, nil)
			if err == nil {
				assert.NotEqual(t, 204, second.StatusCode, "%s %s", name, way)
			}
			_ = conn.Close()
		}
	}
}
