package lean_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"testing"

	"appzone/sandbox/guest/go/lean"
)

// FuzzParse holds the parser to net/http's: what it accepts is the same request there, with the same
// body.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"PUT /a%20b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n",
		"GET http://x/y HTTP/1.1\r\nHost: x\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
		"GET / HTTP/1.1\nHost: x\n\n",
		"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		r, body, err := lean.Parse(text)
		if err != nil {
			return
		}
		other, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(text)))
		if err != nil {
			// It is stricter than this package about hosts, authorities and paths that nobody forwards.
			return
		}
		theirs, err := io.ReadAll(other.Body)
		if err != nil {
			t.Fatalf("net/http does not read the body: %v", err)
		}
		if r.Method != other.Method || r.ContentLength != other.ContentLength || !bytes.Equal(body, theirs) {
			t.Fatalf("%s %d %q, net/http: %s %d %q", r.Method, r.ContentLength, body, other.Method, other.ContentLength, theirs)
		}
		if r.Path != other.URL.Path && other.URL.Path != "" {
			t.Fatalf("path %q, net/http: %q", r.Path, other.URL.Path)
		}
	})
}
