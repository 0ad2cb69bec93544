package api_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
	"appzone/host/storetest"
)

const (
	adminPassword = "only for the test"
	maxUpload     = 1 << 20
)

// rig is a host with its interface on a port of its own.
type rig struct {
	t      *testing.T
	host   *host.Host
	server *api.Server
	store  host.Store
	base   string
	// token may do everything.
	token string
}

// newRig starts a host; change edits its options.
func newRig(t *testing.T, change ...func(*api.Options)) *rig {
	t.Helper()
	return newRigWith(t, func(*api.Server) {}, change...)
}

// newRigWith lets prepare change the server before it serves.
func newRigWith(t *testing.T, prepare func(*api.Server), change ...func(*api.Options)) *rig {
	t.Helper()
	store := storetest.Memory()
	h, err := host.Open(t.Context(), host.Config{DataDir: t.TempDir(), Store: store, Runtimes: []host.Runtime{pluginRuntime{}}, PublicURL: "http://zone.example.org",
		AdminPassword: adminPassword, MaxUploadBytes: maxUpload, Version: "1.0.0", Backoff: host.Backoff{First: 200 * time.Millisecond, Budget: 3}})
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	o := api.Options{Host: h, PublicURL: "http://zone.example.org", MaxUploadBytes: maxUpload, Version: "test"}
	for _, f := range change {
		f(&o)
	}
	s, err := api.New(o)
	require.NoError(t, err)
	prepare(s)
	ended := make(chan error, 1)
	var pages []net.Listener
	if at := o.AppsPorts; at.First > 0 {
		for port := at.First; port <= at.Last; port++ {
			page, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			require.NoError(t, err)
			pages = append(pages, page)
		}
	}
	go func() { ended <- s.Serve(ln, pages...) }()
	r := &rig{t: t, host: h, server: s, store: store, base: "http://" + ln.Addr().String()}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		assert.NoError(t, s.Shutdown(ctx))
		assert.NoError(t, <-ended)
		h.Close()
	})
	r.token = r.newToken("*")
	return r
}

func trustLoopback(o *api.Options) {
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
}

// newToken makes a token of the administrator with these scopes.
func (r *rig) newToken(scopes ...string) string {
	r.t.Helper()
	token, err := r.host.CreateToken(r.t.Context(), host.TokenRequest{Name: "test", Scopes: scopes}, host.Actor{User: "admin", Role: host.RoleAdmin})
	require.NoError(r.t, err)
	return token.Secret
}

// call is one request. The zero value of token is the rig's; "-" is none.
type call struct {
	method, path string
	header       map[string]string
	// json is encoded; body is sent as it is, chunked if it is no buffer.
	json  any
	body  io.Reader
	token string
}

// answer is a response, read whole.
type answer struct {
	*http.Response
	text []byte
}

func (a answer) into(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.text, v), string(a.text))
}

// code is the problem's code, "" for no problem.
func (a answer) code() string {
	var p struct{ Code string }
	_ = json.Unmarshal(a.text, &p)
	return p.Code
}

// do makes the request and holds the answer to the OpenAPI document.
func (r *rig) do(c call) answer {
	r.t.Helper()
	req := r.request(c)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(r.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	if !strings.Contains(req.Host, ".apps.") { // the document is the console's
		checkAnswer(r.t, c.method, req.URL.Path, res, text)
	}
	return answer{res, text}
}

func (r *rig) request(c call) *http.Request {
	r.t.Helper()
	body := c.body
	if c.json != nil {
		b, err := json.Marshal(c.json)
		require.NoError(r.t, err)
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(r.t.Context(), c.method, r.base+c.path, body)
	require.NoError(r.t, err)
	if c.json != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	switch c.token {
	case "":
		req.Header.Set("Authorization", "Bearer "+r.token)
	case "-":
	default:
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	for name, value := range c.header {
		if name == "Host" {
			req.Host = value
		}
		req.Header.Set(name, value)
	}
	return req
}

// expect is do with the status that must come, and for problems the code.
func (r *rig) expect(c call, status int, code ...string) answer {
	r.t.Helper()
	a := r.do(c)
	require.Equal(r.t, status, a.StatusCode, string(a.text))
	if len(code) > 0 {
		require.Equal(r.t, code[0], a.code(), string(a.text))
	}
	return a
}

func (r *rig) get(path string) answer {
	r.t.Helper()
	return r.expect(call{method: "GET", path: path}, 200)
}

// zipOf makes a zip of files by name.
func zipOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	// Sorted, so that the same files are the same zip, digest included.
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, files[name])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// htmlZip is a plugin of pages.
func htmlZip(t *testing.T, name, version string) []byte {
	return zipOf(t, map[string]string{
		"manifest.json":    `{"name":"` + name + `","version":"` + version + `","description":"pages","type":"html","parameters":{"views":{"admin":"pages/admin.html","agent":"pages/agent.html"}}}`,
		"pages/admin.html": "<h1>admin</h1>" + strings.Repeat("<p>text that can be compressed</p>", 50),
		"pages/agent.html": "<h1>agent</h1>",
		"pages/icon.svg":   `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
	})
}

// scriptZip is a plugin with a program; more goes into its parameters.
func scriptZip(t *testing.T, name, version, entry, more string) []byte {
	return zipOf(t, map[string]string{
		"manifest.json": `{"name":"` + name + `","version":"` + version + `","description":"program","type":"script","parameters":{"scriptName":"` + name + `","scriptPath":"` + entry + `"` + more + `}}`,
		entry:           "// the program",
		"README.md":     "how to use it",
	})
}

// upload sends a zip as the body.
func (r *rig) upload(zip []byte, query ...string) answer {
	r.t.Helper()
	return r.do(call{method: "POST", path: "/api/v1/plugins" + strings.Join(query, ""), body: bytes.NewReader(zip),
		header: map[string]string{"Content-Type": "application/zip"}})
}

// install uploads and installs, with all that is asked for.
func (r *rig) install(zip []byte, start bool) answer {
	r.t.Helper()
	up := r.upload(zip)
	require.Contains(r.t, []int{200, 201}, up.StatusCode, string(up.text))
	var p struct{ ID string }
	up.into(r.t, &p)
	return r.do(call{method: "POST", path: "/api/v1/plugins/" + p.ID + "/install?wait=true", json: map[string]any{"grants": "requested", "start": start},
		header: map[string]string{"If-Match": r.planOf(p.ID)}})
}

// planOf is the ETag of the plugin's plan.
func (r *rig) planOf(id string) string {
	r.t.Helper()
	return r.get("/api/v1/plugins/" + id + "/plan").Header.Get("ETag")
}

// login opens a session and returns its cookie.
func (r *rig) login() string {
	r.t.Helper()
	a := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "admin", "password": adminPassword}}, 204)
	return cookieOf(r.t, a, "session")
}

// cookieOf is the cookie whose name ends like this, as a browser sends it.
func cookieOf(t *testing.T, a answer, name string) string {
	t.Helper()
	for _, c := range a.Cookies() {
		if strings.HasSuffix(c.Name, "appzone_"+name) {
			return c.Name + "=" + c.Value
		}
	}
	require.Fail(t, "no cookie", "%s in %v", name, a.Cookies())
	return ""
}
