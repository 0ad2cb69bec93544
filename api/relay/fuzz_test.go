package relay_test

import (
	"bufio"
	"bytes"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/api/relay"
)

var reserved = []string{"appzone_", "__Host-appzone_"}

// FuzzRequestHead: whatever a client sends, the plugin reads the host's word (D1, D2, D3).
func FuzzRequestHead(f *testing.F) {
	for _, s := range []string{
		"Host: a\r\nX-AppZone-User: root\r\nConnection: X-AppZone-User\r\n\r\n",
		"Cookie: a=1; appzone_session=2;;=;b\r\nx_appzone_role: admin\r\n\r\n",
		"Content-Length: 5\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n",
		"Host: a\r\nCookie: a=1; appzone_session=2; b=3\r\nConnection: close, X-A, Cookie2\r\nX-A: 1\r\nX_AppZone_User: eve\r\nCookie: c=4\r\n\r\n",
		"Connection: upgrade\r\nUpgrade: websocket\r\nAuthorization: x\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		head, err := relay.RequestHead(block, reserved)
		if err != nil {
			return
		}
		req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(head)))
		if err != nil {
			// Two of some names are net/http's to refuse; none of them is the host's.
			return
		}
		require.Equal(t, "front", req.Host)
		require.Equal(t, "/x", req.RequestURI)
		require.Equal(t, []string{"ada"}, req.Header["X-Appzone-User"])
		require.Equal(t, []string{"agent"}, req.Header["X-Appzone-Role"])
		require.Equal(t, []string{"/apps/clock"}, req.Header["X-Forwarded-Prefix"])
		require.Zero(t, req.ContentLength)
		for name := range req.Header {
			switch name {
			case "Authorization", "Connection", "Upgrade", "Te", "Trailer", "Keep-Alive", "Expect", "Forwarded", "X-Appzone-Identity":
				t.Fatalf("%s passed", name)
			}
		}
		for _, c := range req.Cookies() {
			require.NotEqual(t, "appzone_session", c.Name)
		}
		againstStandard(t, block, req)
	})
}

// againstStandard holds what the plugin gets against how the standard library reads what the client sent: what Connection lists is not
// passed on (D2), and a plugin's cookies are.
func againstStandard(t *testing.T, block []byte, got *http.Request) {
	t.Helper()
	sent, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET /x HTTP/1.1\r\n" + string(block))))
	if err != nil {
		return
	}
	listed := map[string]bool{}
	for _, line := range sent.Header["Connection"] {
		for token := range strings.SplitSeq(line, ",") {
			listed[http.CanonicalHeaderKey(strings.TrimSpace(token))] = true
		}
	}
	for name := range listed {
		own := strings.HasPrefix(name, "X-Appzone-") || strings.HasPrefix(name, "X-Forwarded-")
		require.True(t, own || len(got.Header[name]) == 0, "%s passed", name)
	}
	for name := range got.Header {
		require.False(t, strings.Contains(name, "_") && strings.HasPrefix(strings.ToLower(strings.ReplaceAll(name, "_", "-")), "x-appzone-"), "%s passed", name)
	}
	if listed["Cookie"] {
		return
	}
	passed := map[string]bool{}
	for _, c := range got.Cookies() {
		passed[c.Name+"="+c.Value] = true
	}
	for _, c := range sent.Cookies() {
		if !strings.HasPrefix(strings.ToLower(c.Name), "appzone_") && !strings.HasPrefix(strings.ToLower(c.Name), "__host-appzone_") {
			require.True(t, passed[c.Name+"="+c.Value], "the cookie %q is lost", c.Name)
		}
	}
}

// FuzzResponseHead: whatever a plugin answers, the client reads one plain head (D9).
func FuzzResponseHead(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: a\r\nSet-Cookie: a=1; Domain=x; Path=/\r\n\r\n",
		"HTTP/1.1 302 Found\nLocation: //front/../api\nClear-Site-Data: \"*\"\n\n",
		"HTTP/1.0 101 x\r\nConnection: a, upgrade\r\nUpgrade: websocket\r\nA: b\r\n\r\n",
		"HTTP/1.1 200\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		head, err := relay.ResponseHead(block, reserved)
		if err != nil {
			return
		}
		require.Equal(t, len(head)-4, bytes.Index(head, []byte("\r\n\r\n")), "one head")
		resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), &http.Request{Method: "HEAD"})
		require.NoError(t, err, "%q", head)
		for name := range resp.Header {
			switch name {
			case "Clear-Site-Data", "Service-Worker-Allowed", "Strict-Transport-Security", "Keep-Alive", "Transfer-Encoding", "Trailer", "Refresh":
				t.Fatalf("%s passed", name)
			}
		}
		for _, c := range resp.Cookies() {
			require.NotEqual(t, "appzone_session", c.Name)
			require.Empty(t, c.Domain)
		}
	})
}

// FuzzLocation: a redirect that comes back to this host comes back below the prefix (D9).
func FuzzLocation(f *testing.F) {
	for _, s := range []string{"/a", "../../api", "//front/api", `/\front/..`, "http://front:80/%2e%2e/api", "a/../../../b?c#d", "..;/x", "http:/x", "./.././%2E./"} {
		f.Add(s, "/dir/page")
	}
	const prefix = "/apps/clock"
	f.Fuzz(func(t *testing.T, value, at string) {
		if _, err := relay.CutTarget([]byte(prefix+at), prefix); err != nil || strings.ContainsAny(value, "\r\n\x00") || strings.Contains(at, "?") {
			return
		}
		if at == "" {
			at = "/"
		}
		out := relay.RewriteLocation([]byte(strings.TrimSpace(value)), prefix, "front", at)
		if out == nil {
			return
		}
		base, err := url.Parse("http://front" + prefix + at)
		if err != nil {
			return
		}
		ref, err := url.Parse(strings.ReplaceAll(string(out), `\`, "/"))
		if err != nil {
			return
		}
		got := base.ResolveReference(ref)
		if got.Host != "front" {
			return
		}
		clean := path.Clean(got.Path)
		require.True(t, clean == prefix || strings.HasPrefix(clean, prefix+"/"), "%q at %q gave %q: %s", value, at, out, clean)
	})
}

// FuzzTarget: what is passed on cannot climb, however often it is decoded once more.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"/a", "/a%2fb", "/..;/x", "/%2e%2e", "?x", "/a?/../", `/\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		out, err := relay.CutTarget([]byte("/p"+rest), "/p")
		if err != nil {
			return
		}
		require.Equal(t, rest, string(out))
		raw, _, _ := strings.Cut(rest, "?")
		decoded, err := url.PathUnescape(raw)
		require.NoError(t, err)
		for _, segment := range strings.FieldsFunc(decoded, func(r rune) bool { return r == '/' || r == '\\' }) {
			name, _, _ := strings.Cut(segment, ";")
			require.NotContains(t, []string{".", ".."}, name)
		}
	})
}
