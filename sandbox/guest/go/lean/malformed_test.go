package lean_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"appzone/sandbox/guest/go/lean"
)

// What is malformed, or could be taken for another request by another reader, is refused and the
// connection closed: nothing that follows is taken for a request.
func TestMalformedRequestsAreRefused(t *testing.T) {
	path, _ := serve(t, &lean.Server{Handler: echo})
	const line, host = "GET / HTTP/1.1\r\n", "Host: x\r\n"
	many := strings.Repeat("X: y\r\n", lean.MaxHeaders+1)
	for name, c := range map[string]struct {
		send   string
		status int
	}{
		"not HTTP":                    {"hello\r\n\r\n", 400},
		"TLS":                         {"\x16\x03\x01\x02\x00\x01\n", 400},
		"an empty line first":         {"\r\n" + line + host + "\r\n", 400},
		"no version":                  {"GET /\r\n" + host + "\r\n", 400},
		"two spaces":                  {"GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
		"space in target":             {"GET /a b HTTP/1.1\r\n" + host + "\r\n", 400},
		"raw bytes in target":         {"GET /\xff HTTP/1.1\r\n" + host + "\r\n", 400},
		"fragment":                    {"GET /#a HTTP/1.1\r\n" + host + "\r\n", 400},
		"no path":                     {"GET x HTTP/1.1\r\n" + host + "\r\n", 400},
		"star":                        {"GET * HTTP/1.1\r\n" + host + "\r\n", 400},
		"wrong percent":               {"GET /%zz HTTP/1.1\r\n" + host + "\r\n", 400},
		"cut percent":                 {"GET /%a HTTP/1.1\r\n" + host + "\r\n", 400},
		"method with a bracket":       {"GE[T / HTTP/1.1\r\n" + host + "\r\n", 400},
		"long method":                 {strings.Repeat("A", 99) + " / HTTP/1.1\r\n" + host + "\r\n", 501},
		"connect":                     {"CONNECT x:1 HTTP/1.1\r\n" + host + "\r\n", 501},
		"long target":                 {"GET /" + strings.Repeat("a", lean.MaxTarget) + " HTTP/1.1\r\n" + host + "\r\n", 414},
		"later version":               {"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
		"lower case version":          {"GET / http/1.1\r\n" + host + "\r\n", 400},
		"no host":                     {line + "\r\n", 400},
		"two hosts":                   {line + host + host + "\r\n", 400},
		"bare line feed":              {"GET / HTTP/1.1\n" + host + "\r\n", 400},
		"bare line feed in headers":   {line + "Host: x\n\r\n", 400},
		"bare line feed at the end":   {line + host + "\n", 400},
		"bare carriage return":        {line + "Host: x\rX: y\r\n\r\n", 400},
		"folded":                      {line + host + "X: a\r\n b\r\n\r\n", 400},
		"folded with a tab":           {line + host + "X: a\r\n\tb\r\n\r\n", 400},
		"space before the colon":      {line + host + "Content-Length : 1\r\n\r\na", 400},
		"no colon":                    {line + host + "X\r\n\r\n", 400},
		"no name":                     {line + host + ": x\r\n\r\n", 400},
		"zero in a value":             {line + host + "X: a\x00b\r\n\r\n", 400},
		"many headers":                {line + host + many + "\r\n", 431},
		"long header":                 {line + host + "X: " + strings.Repeat("a", lean.MaxHead) + "\r\n\r\n", 431},
		"a head without end":          {line + host + strings.Repeat("X: "+strings.Repeat("a", 1000)+"\r\n", 40), 431},
		"two lengths":                 {line + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\na", 400},
		"two lengths alike":           {line + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400},
		"list of lengths":             {line + host + "Content-Length: 1, 1\r\n\r\na", 400},
		"signed length":               {line + host + "Content-Length: +1\r\n\r\na", 400},
		"negative length":             {line + host + "Content-Length: -1\r\n\r\na", 400},
		"hexadecimal length":          {line + host + "Content-Length: 0x1\r\n\r\na", 400},
		"empty length":                {line + host + "Content-Length:\r\n\r\n", 400},
		"endless length":              {line + host + "Content-Length: 99999999999999999999\r\n\r\na", 400},
		"huge length":                 {line + host + "Content-Length: 9999999999999\r\n\r\na", 413},
		"length and chunks":           {line + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		"chunks and length":           {line + host + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n", 400},
		"chunks twice":                {line + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		"other coding":                {line + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
		"coding with a vertical tab":  {line + host + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400},
		"old with chunks":             {"GET / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
		"other expectation":           {line + host + "Expect: miracles\r\n\r\n", 417},
		"chunk size is a word":        {line + host + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400},
		"chunk size is signed":        {line + host + "Transfer-Encoding: chunked\r\n\r\n+1\r\na\r\n0\r\n\r\n", 400},
		"chunk size is hexadecimal":   {line + host + "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400},
		"chunk size is empty":         {line + host + "Transfer-Encoding: chunked\r\n\r\n\r\n", 400},
		"chunk size overflows":        {line + host + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\na\r\n0\r\n\r\n", 400},
		"chunk line is long":          {line + host + "Transfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("a", 5000) + "\r\na\r\n0\r\n\r\n", 400},
		"chunk ends with a line feed": {line + host + "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n", 400},
		"chunk is longer":             {line + host + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400},
		"trailer is folded":           {line + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n x\r\n\r\n", 400},
		"trailers without end":        {line + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + strings.Repeat("X: y\r\n", 2000), 400},
	} {
		t.Run(name, func(t *testing.T) {
			got := exchange(t, path, c.send+"GET /smuggled HTTP/1.1\r\n"+end+"\r\n")
			assert.Contains(t, got, fmt.Sprintf("HTTP/1.1 %d ", c.status))
			assert.NotContains(t, got, "/smuggled")
			assert.Equal(t, 1, strings.Count(got, "HTTP/1.1 "), "one answer: %q", got)
		})
	}
}
