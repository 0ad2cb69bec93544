package relay_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkRelay measures a request over one client connection, two sockets away.
func BenchmarkRelay(b *testing.B) {
	answer := strings.Repeat("x", 1024)
	for _, c := range []struct{ name, answer, request string }{
		{"sized 1 KiB", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1024\r\n\r\n" + answer, ""},
		{"chunked 1 KiB", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + answer + "\r\n0\r\n\r\n", ""},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := serve(b, rawPlugin(b, canned(c.answer)))
			conn := f.dial(b)
			r := bufio.NewReader(conn)
			request := get("/x?y=1", "User-Agent: bench", "Accept: */*", "Accept-Encoding: gzip, br", "Cookie: a=b; appzone_session=s")
			b.ReportAllocs()
			for b.Loop() {
				_, err := io.WriteString(conn, request)
				require.NoError(b, err)
				resp, err := http.ReadResponse(r, nil)
				require.NoError(b, err)
				_, _ = io.Copy(io.Discard, resp.Body)
			}
		})
	}
}
