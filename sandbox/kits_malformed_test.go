//go:build !race

package sandbox_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The kits with a parser of their own refuse what is malformed, or could be taken for another request by another
// reader, and take nothing that follows for a request.
func TestKitsRefuseMalformedRequests(t *testing.T) {
	const line, host, chunked = "PUT /echo HTTP/1.1\r\n", "Host: x\r\n", "Transfer-Encoding: chunked\r\n\r\n"
	requests := map[string]string{
		"not HTTP":                   "hello\r\n\r\n",
		"an empty line first":        "\r\n" + line + host + "\r\n",
		"no version":                 "GET /\r\n" + host + "\r\n",
		"two spaces":                 "GET  / HTTP/1.1\r\n" + host + "\r\n",
		"no path":                    "GET x HTTP/1.1\r\n" + host + "\r\n",
		"wrong percent":              "GET /%zz HTTP/1.1\r\n" + host + "\r\n",
		"cut percent":                "GET /%a HTTP/1.1\r\n" + host + "\r\n",
		"bytes in the target":        "GET /\xff HTTP/1.1\r\n" + host + "\r\n",
		"connect":                    "CONNECT x:1 HTTP/1.1\r\n" + host + "\r\n",
		"long target":                "GET /" + strings.Repeat("a", 40<<10) + " HTTP/1.1\r\n" + host + "\r\n",
		"later version":              "GET / HTTP/2.0\r\n" + host + "\r\n",
		"no host":                    line + "\r\n",
		"two hosts":                  line + host + host + "\r\n",
		"bare line feeds":            "GET / HTTP/1.1\nHost: x\n\n",
		"bare line feed":             line + "Host: x\nX: y\r\n\r\n",
		"bare carriage return":       line + "Host: x\rX: y\r\n\r\n",
		"folded":                     line + host + "X: a\r\n b\r\n\r\n",
		"space before the colon":     line + host + "Content-Length : 1\r\n\r\na",
		"no colon":                   line + host + "X\r\n\r\n",
		"no name":                    line + host + ": x\r\n\r\n",
		"zero in a value":            line + host + "X: a\x00b\r\n\r\n",
		"many headers":               line + host + strings.Repeat("X: y\r\n", 1000) + "\r\n",
		"a head without end":         line + host + strings.Repeat("X: "+strings.Repeat("a", 1000)+"\r\n", 90),
		"two lengths":                line + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na",
		"two lengths alike":          line + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
		"list of lengths":            line + host + "Content-Length: 1, 1\r\n\r\na",
		"signed length":              line + host + "Content-Length: +1\r\n\r\na",
		"empty length":               line + host + "Content-Length:\r\n\r\n",
		"endless length":             line + host + "Content-Length: 99999999999999999999999\r\n\r\na",
		"huge length":                line + host + "Content-Length: 999999999\r\n\r\na",
		"length and chunks":          line + host + "Content-Length: 1\r\n" + chunked + "0\r\n\r\n",
		"chunks twice":               line + host + "Transfer-Encoding: chunked\r\n" + chunked + "0\r\n\r\n",
		"other coding":               line + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"old with chunks":            "GET / HTTP/1.0\r\n" + host + chunked + "0\r\n\r\n",
		"other expectation":          line + host + "Expect: miracles\r\n\r\n",
		"chunk size is a word":       line + host + chunked + "x\r\n",
		"chunk size is signed":       line + host + chunked + "+1\r\na\r\n0\r\n\r\n",
		"chunk size is empty":        line + host + chunked + "\r\n",
		"chunk size overflows":       line + host + chunked + "10000000000000001\r\na\r\n0\r\n\r\n",
		"chunk line is long":         line + host + chunked + "1;" + strings.Repeat("a", 5000) + "\r\na\r\n0\r\n\r\n",
		"line feed in a chunk":       line + host + chunked + "1\na\r\n0\r\n\r\n",
		"chunk is longer":            line + host + chunked + "1\r\nab\r\n0\r\n\r\n",
		"trailer is folded":          line + host + chunked + "0\r\n x\r\n\r\n",
		"trailers without end":       line + host + chunked + "0\r\n" + strings.Repeat("X: y\r\n", 2000),
		"more than the body allowed": line + host + chunked + strings.Repeat("8000\r\n"+strings.Repeat("a", 0x8000)+"\r\n", 400),
	}
	for _, kit := range []string{"go", "c", "rust"} {
		t.Run(kit, func(t *testing.T) {
			i := kits[kit](t).run()
			for name, request := range requests {
				got := i.raw(request + "GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
				got = got[:min(len(got), 1000)]
				assert.Regexp(t, `^(HTTP/1\.1 (4|5)[0-9][0-9] |$)`, got, name)
				assert.LessOrEqual(t, strings.Count(got, "HTTP/1.1 "), 1, "%s: one answer: %q", name, got)
				assert.NotContains(t, got, "slow", name)
				if name != "more than the body allowed" { // the client is cut off while it sends
					assert.NotEmpty(t, got, name)
				}
			}
			_, body := i.ask("GET", "/slow?ms=0", "")
			assert.Equal(t, "slow", body, "it serves on")
		})
	}
}

// raw sends text as it is, and returns all that comes until the guest closes.
func (i *instance) raw(text string) string {
	i.t.Helper()
	c, err := i.listener.Dial(context.Background())
	require.NoError(i.t, err)
	defer c.Close()
	require.NoError(i.t, c.SetDeadline(time.Now().Add(30*time.Second)))
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = io.WriteString(c, text)
	}()
	b, _ := io.ReadAll(c)
	_ = c.Close()
	<-sent
	return string(b)
}
