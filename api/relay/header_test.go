package relay_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/relay"
)

// echoHead answers with the head that it got.
func echoHead(t testing.TB) *instance {
	return rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
		for {
			head, err := readHead(r)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(c, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(head), head); err != nil {
				return
			}
		}
	})
}

// D1, D2: what a plugin is told is the host's word, whatever the client sends.
func TestRequestHeaders(t *testing.T) {
	f := serve(t, echoHead(t))
	own := []string{
		"Host: front", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: front",
		"X-Forwarded-Prefix: /apps/clock", "X-Request-Id: req-1",
		"X-AppZone-User: ada", "X-AppZone-Role: agent", "X-AppZone-Identity: signed",
	}
	for _, c := range []struct {
		name   string
		sent   []string
		passed []string
	}{
		{"plain headers pass as they are", []string{"x-CuStom: A,b ;c", "Accept: */*"}, []string{"x-CuStom: A,b ;c", "Accept: */*"}},
		{"several lines of one name pass", []string{"X-A: 1", "X-A: 2"}, []string{"X-A: 1", "X-A: 2"}},
		{"identity headers do not", []string{"X-AppZone-User: root", "x-appzone-role: admin", "X-APPZONE-ANYTHING: 1"}, nil},
		{"nor with underscores", []string{"X_AppZone_User: root", "X-AppZone_Role: admin"}, nil},
		{"other underscores pass", []string{"api_key: 1"}, []string{"api_key: 1"}},
		{"Connection cannot remove the host's headers", []string{"Connection: X-AppZone-User, x-forwarded-for, close"}, nil},
		{"Connection removes what it lists", []string{"Connection: x-hop , keep-alive", "X-Hop: 1", "X-Stay: 1"}, []string{"X-Stay: 1"}},
		{"several Connection lines count", []string{"Connection: x-a", "Connection: x-b", "X-A: 1", "X-B: 1"}, nil},
		{"hop-by-hop headers do not pass", []string{"Keep-Alive: timeout=9", "TE: trailers", "Proxy-Connection: x", "Proxy-Authorization: x",
			"Proxy-Foo: x", "HTTP2-Settings: x"}, nil},
		{"Upgrade without Connection does not pass", []string{"Upgrade: h2c"}, nil},
		{"forwarding headers are rebuilt", []string{"X-Forwarded-For: 1.2.3.4", "X-Forwarded-Server: x", "Forwarded: for=1", "X-Real-IP: 1.2.3.4",
			"X-Forwarded-Prefix: /evil", "Via: 1.1 x", "X-Request-Id: forged"}, nil},
		{"credentials stay with the host", []string{"Authorization: Bearer secret", "Cookie: appzone_session=secret"}, nil},
		{"other cookies pass", []string{"Cookie: a=1; appzone_session=s; b=\"2\"; appzone=x; my_appzone_session=y"}, []string{`Cookie: a=1; b="2"; appzone=x; my_appzone_session=y`}},
		{"no spelling of the host's passes", []string{"Cookie: APPZONE_session=s; appzone_page_clock=t; __host-AppZone_page_clock=u; __Secure-appzone_x=v"}, nil},
		{"host cookies are found with blanks", []string{"Cookie:  appzone_session =s;appzone_session=t"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, got := f.raw(t, "GET", get("/", append([]string{"Connection: x-none"}, c.sent...)...))
			first, rest, _ := strings.Cut(strings.TrimSuffix(got, "\r\n\r\n"), "\r\n")
			assert.Equal(t, "GET / HTTP/1.1", first)
			assert.ElementsMatch(t, append(append([]string(nil), own...), c.passed...), strings.Split(rest, "\r\n"))
		})
	}
}

func TestEmptyIdentityIsNotSent(t *testing.T) {
	saved := identity
	identity = relay.Identity{}
	defer func() { identity = saved }()
	f := serve(t, echoHead(t))
	_, got := f.raw(t, "GET", get("/", "X-AppZone-User: root"))
	assert.NotContains(t, strings.ToLower(got), "appzone-")
}

func TestUnsafeIdentityIsRefused(t *testing.T) {
	saved := identity
	identity = relay.Identity{User: "a\r\nX-AppZone-Role: admin"}
	defer func() { identity = saved }()
	f := serve(t, echoHead(t))
	resp, _ := f.raw(t, "GET", get("/"))
	assert.Equal(t, 500, resp.StatusCode)
}

// D3: ambiguous framing is refused and never reaches a plugin.
func TestAmbiguousRequestsAreRefused(t *testing.T) {
	up := httpPlugin(t, func(http.ResponseWriter, *http.Request) {})
	f := serve(t, up)
	for name, header := range map[string]string{
		"content length and chunked":     "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		"chunked and content length":     "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
		"two lengths":                    "Content-Length: 5\r\nContent-Length: 6\r\n",
		"the same length twice":          "Content-Length: 5\r\nContent-Length: 5\r\n",
		"a list of lengths":              "Content-Length: 5, 5\r\n",
		"a signed length":                "Content-Length: +5\r\n",
		"another encoding":               "Transfer-Encoding: gzip, chunked\r\n",
		"identity encoding":              "Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
		"almost chunked":                 "Transfer-Encoding: xchunked\r\n",
		"two encodings":                  "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
		"a blank before the colon":       "Transfer-Encoding : chunked\r\n",
		"a folded line":                  "X-A: b\r\n Content-Length: 5\r\n",
		"a folded encoding":              "Transfer-Encoding:\r\n chunked\r\n",
		"a line that ends in LF":         "X-A: b\nContent-Length: 5\r\n",
		"a CR within a value":            "X-A: b\rContent-Length: 5\r\n",
		"a NUL within a value":           "X-A: b\x00\r\n",
		"a blank within a name":          "X A: b\r\n",
		"no colon":                       "XA\r\n",
		"a second host":                  "Host: other\r\n",
		"an encoding under HTTP/1.0 too": "Transfer-Encoding: chunked\r\nConnection: close\r\nTransfer-Encoding: x\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\n"+header+"\r\nhelloGET "+prefix+"/second HTTP/1.1\r\nHost: front\r\n\r\n")
			require.NoError(t, err)
			all, err := io.ReadAll(c)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(string(all), "HTTP/1.1 400"), "%q", all)
			assert.Equal(t, 1, strings.Count(string(all), "HTTP/1.1 "), "one answer and the end: %q", all)
			assert.NotContains(t, string(all), "hello", "no bytes of the request come back")
		})
	}
	assert.Zero(t, up.dials.Load(), "the plugin was never asked")
}

// The path that is checked is the path that is passed on.
func TestPathsThatAreRefused(t *testing.T) {
	up := httpPlugin(t, func(http.ResponseWriter, *http.Request) {})
	f := serve(t, up)
	for _, target := range []string{
		prefix + "/..", prefix + "/../x", prefix + "/a/../../x", prefix + "/%2e%2e/x", prefix + "/%2E./x", prefix + "/.%2e",
		prefix + "/./x", prefix + "/a%2f..%2fx", prefix + "/..%5cx", prefix + `/a\b`, prefix + "/..;/x", prefix + "/.;x=y/",
		prefix + "/%00", prefix + "/a%0d%0ab", prefix + "/%", prefix + "/%g0", prefix + "/a#b", prefix + "work/x", prefix + "%2fx",
		"/apps/../apps/clock/x", "/apps%2fclock/x", "http://evil" + prefix + "/x", "http://front", "*",
	} {
		t.Run(target, func(t *testing.T) {
			resp, _ := f.raw(t, "GET", "GET "+target+" HTTP/1.1\r\nHost: front\r\nConnection: close\r\n\r\n")
			assert.Contains(t, []int{400, 404}, resp.StatusCode)
		})
	}
	assert.Zero(t, up.dials.Load(), "the plugin was never asked")
}

// D9: a plugin cannot speak for the host.
func TestResponseHeaders(t *testing.T) {
	for _, c := range []struct {
		name   string
		sent   []string
		passed http.Header
	}{
		{"plain headers pass", []string{"X-A: 1", "X-A: 2", "ETag: \"x\"", "Server: mine"},
			http.Header{"X-A": {"1", "2"}, "Etag": {`"x"`}, "Server": {"mine"}}},
		{"what speaks for the origin does not", []string{`Clear-Site-Data: "*"`, "Service-Worker-Allowed: /", "Strict-Transport-Security: max-age=1",
			"Public-Key-Pins: x", "Alt-Svc: h3=\":1\"", "NEL: {}", "Report-To: {}", "Refresh: 0; url=/", "Expect-CT: x",
			`Secure-Session-Registration: (ES256);path="/x"`, `Sec-Session-Registration: (ES256);path="/x"`, `Secure-Session-Challenge: "x"`, "Set-Login: logged-out",
			"Accept-CH: DPR", "Origin-Agent-Cluster: ?0"}, http.Header{}},
		{"nor what speaks to a proxy in front", []string{"X-Accel-Redirect: /etc/passwd", "X-Sendfile: /etc/passwd"}, http.Header{}},
		{"nor hop-by-hop headers", []string{"Keep-Alive: timeout=5", "Proxy-Authenticate: x", "Trailer: X-T", "Upgrade: h2c"}, http.Header{}},
		{"nor what Connection lists", []string{"Connection: x-hop, close", "X-Hop: 1", "X-Stay: 1"}, http.Header{"X-Stay": {"1"}}},
		{"nor the host's names", []string{"X-AppZone-User: root", "X-Request-Id: forged"}, http.Header{}},
		{"nor what the caller excludes", []string{"Access-Control-Allow-Origin: *"}, http.Header{}},
		{"cookies lose their domain", []string{"Set-Cookie: a=1; Domain=example.org; HttpOnly; domain=x"}, http.Header{"Set-Cookie": {"a=1; HttpOnly"}}},
		{"and are kept below the prefix", []string{"Set-Cookie: a=1; Path=/; Secure", "Set-Cookie: b=1; path=/x", "Set-Cookie: c=1; Path=/apps/clock/y",
			"Set-Cookie: d=1; Path=/../..", "Set-Cookie: e=1; Path=", "Set-Cookie: f=1; Path=/apps/clockwork"},
			http.Header{"Set-Cookie": {"a=1; Path=/apps/clock/; Secure", "b=1; Path=/apps/clock/x", "c=1; Path=/apps/clock/y",
				"d=1; Path=/apps/clock", "e=1; Path=/apps/clock", "f=1; Path=/apps/clock/apps/clockwork"}}},
		{"and cannot be the host's", []string{"Set-Cookie: appzone_session=x", "Set-Cookie:  appzone_session = x; Path=/", "Set-Cookie: =appzone_session=x",
			"Set-Cookie: appzone_session", "Set-Cookie: appzone_page_clock=x", "Set-Cookie: AppZone_Session=x", "Set-Cookie: __Host-appzone_session=x; Path=/; Secure",
			"Set-Cookie: __HOST-appzone_page_clock=x; Path=/; Secure"}, http.Header{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			up := rawPlugin(t, canned("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"+lines(c.sent...)+"\r\nok"))
			f := serve(t, up, func(o *relay.Options) { o.DropResponse = []string{"Access-Control-Allow-Origin"} })
			resp, body := f.raw(t, "GET", get("/", "Connection: x"))
			assert.Equal(t, "ok", body)
			resp.Header.Del("Date")
			resp.Header.Del("Content-Length")
			assert.Equal(t, c.passed, resp.Header)
		})
	}
}

// D9: a redirect to this host stays with the plugin.
func TestLocations(t *testing.T) {
	for _, c := range []struct{ sent, passed string }{
		{"/login?x=1#y", "/apps/clock/login?x=1#y"},
		{"/", "/apps/clock/"},
		{"/apps/clock/x", "/apps/clock/x"},
		{"/apps/clockwork/x", "/apps/clock/apps/clockwork/x"},
		{"/api/v1/tokens", "/apps/clock/api/v1/tokens"},
		{"/apps/clock/../../api", "/apps/clock/api"},
		{"/%2e%2e/%2E%2e/api/", "/apps/clock/api/"},
		{`\api`, "/apps/clock/api"},
		{`/\..\api`, `/\..\api`}, // the host ".."
		{"next", "next"},
		{"./next", "/apps/clock/dir/next"},
		{"../x", "/apps/clock/x"},
		{"../../../api/v1", "/apps/clock/api/v1"},
		{"..%2f..%2fapi", ""},
		{"?page=2", "?page=2"},
		{"#top", "#top"},
		{"https://example.org/../x", "https://example.org/../x"},
		{"//example.org/x", "//example.org/x"},
		{"http://front/api", "/apps/clock/api"},
		{"HTTPS://FRONT:443/api", "/apps/clock/api"},
		{"http://user@front:80/api", "/apps/clock/api"},
		{"http://front", "/apps/clock/"},
		{"http://front:81/x", "http://front:81/x"},
		{"//front/api", "/apps/clock/api"},
		{"////front/api", ""}, {"///front/api", ""}, {"http:///api", ""},
		{`\\front\api`, "/apps/clock/api"},
		{"http:/api", ""},
		{"http:api", ""},
		{"http://fr%6fnt/api", ""},
		{"/a\tb", ""},
		{"myapp://callback", "myapp://callback"},
	} {
		t.Run(c.sent, func(t *testing.T) {
			f := serve(t, rawPlugin(t, canned("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "+c.sent+"\r\n\r\n")))
			resp, _ := f.raw(t, "GET", get("/dir/page", "Connection: x"))
			assert.Equal(t, c.passed, resp.Header.Get("Location"))
		})
	}
}

// D3, D9: an answer that is not plain HTTP is not passed on.
func TestMalformedAnswers(t *testing.T) {
	for name, answer := range map[string]string{
		"not HTTP":                     "SSH-2.0-x\r\n\r\n",
		"HTTP/2":                       "HTTP/2 200\r\n\r\n",
		"no status":                    "HTTP/1.1 \r\n\r\n",
		"a status of four digits":      "HTTP/1.1 2000 OK\r\n\r\n",
		"a status below 100":           "HTTP/1.1 099 x\r\n\r\n",
		"length and chunked":           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
		"two lengths":                  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 4\r\n\r\nhello",
		"a negative length":            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
		"a huge length":                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
		"another encoding":             "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nhello",
		"a folded line":                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
		"a bare CR":                    "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: x=y\r\n\r\n",
		"a NUL":                        "HTTP/1.1 200 OK\r\nX: a\x00b\r\n\r\n",
		"an upgrade that nobody asked": "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
		"informational without end":    strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 1000),
		"a head without end":           "HTTP/1.1 200 OK\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 100),
		"too many lines":               "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: 1\r\n", 1000) + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, rawPlugin(t, canned(answer)))
			resp, body := f.raw(t, "GET", get("/", "Connection: x"))
			assert.Equal(t, 502, resp.StatusCode)
			assert.Equal(t, "plugin_answer_malformed", body)
			assert.Empty(t, resp.Header.Get("Set-Cookie"))
		})
	}
}

func TestLargeHeads(t *testing.T) {
	f := serve(t, rawPlugin(t, canned("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Large: "+strings.Repeat("a", 60_000)+"\r\n\r\nok")))
	resp, body := f.raw(t, "GET", get("/", "X-Large: "+strings.Repeat("b", 14_000), "Connection: x"))
	assert.Equal(t, "ok", body)
	assert.Len(t, resp.Header.Get("X-Large"), 60_000)
	resp, _ = f.raw(t, "GET", get("/", "X-Large: "+strings.Repeat("b", 17_000), "Connection: x"))
	assert.Equal(t, 431, resp.StatusCode)
}
