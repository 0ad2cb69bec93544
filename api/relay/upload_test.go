package relay_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExpectContinue(t *testing.T) {
	got := make(chan string, 1)
	f := serve(t, httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- r.Header.Get("Expect") + string(b)
	}))
	c := f.dial(t)
	_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
	require.NoError(t, err)
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	require.NoError(t, err)
	assert.Contains(t, line, "100")
	_, _ = io.WriteString(c, "hello")
	assert.Equal(t, "hello", <-got)
}

// D10, D3: an answer that comes before the request has ended is passed on at once, and the
// rest of the request is never run as another one.
func TestEarlyAnswers(t *testing.T) {
	seen := make(chan string, 10)
	f := serve(t, rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
		head, err := readHead(r)
		if err != nil {
			return
		}
		first, _, _ := strings.Cut(head, "\r\n")
		seen <- first
		_, _ = io.WriteString(c, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
	}))
	const smuggled = "GET " + prefix + "/smuggled HTTP/1.1\r\nHost: front\r\n\r\n"
	for name, request := range map[string]string{
		"sized":   "Content-Length: 100000000\r\n\r\n",
		"chunked": "Transfer-Encoding: chunked\r\n\r\nfffffff\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\n"+request)
			require.NoError(t, err)
			go func() {
				for range 20 {
					if _, err := c.Write(bytes.Repeat([]byte(smuggled), 1000)); err != nil {
						return
					}
				}
			}()
			all, err := io.ReadAll(c)
			require.NoError(t, err)
			assert.Equal(t, 1, strings.Count(string(all), "HTTP/1.1 "), "one answer")
			assert.True(t, strings.HasSuffix(string(all), "big"), "%q", all)
			assert.Equal(t, "POST / HTTP/1.1", <-seen)
			assert.Empty(t, seen)
		})
	}
}

// A client that leaves between two chunks has not ended its body.
func TestACutUploadIsNeverACleanEnd(t *testing.T) {
	got := make(chan error, 1)
	f := serve(t, httpPlugin(t, func(_ http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		got <- err
	}))
	for name, request := range map[string]string{
		"sized":          "Content-Length: 100000\r\n\r\n" + strings.Repeat("x", 20000),
		"between chunks": "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"malformed":      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := f.dial(t)
			_, err := io.WriteString(c, "POST "+prefix+"/ HTTP/1.1\r\nHost: front\r\n"+request)
			require.NoError(t, err)
			require.NoError(t, c.(*net.TCPConn).CloseWrite())
			assert.Error(t, <-got)
		})
	}
}

func TestFullDuplex(t *testing.T) {
	f := serve(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).EnableFullDuplex()
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		buf := make([]byte, 100)
		for {
			n, err := r.Body.Read(buf)
			_, _ = w.Write(bytes.ToUpper(buf[:n]))
			w.(http.Flusher).Flush()
			if err != nil {
				return
			}
		}
	}))
	pr, pw := io.Pipe()
	req, err := http.NewRequest("POST", f.url("/"), pr)
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(pw, "start ") }()
	resp, err := f.client(t).Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	buf := make([]byte, 6)
	for _, word := range []string{"START ", "HELLO ", "WORLD "} {
		if word != "START " {
			_, err = io.WriteString(pw, strings.ToLower(word))
			require.NoError(t, err)
		}
		_, err = io.ReadFull(resp.Body, buf)
		require.NoError(t, err)
		assert.Equal(t, word, string(buf))
	}
	_ = pw.Close()
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Empty(t, rest)
}
