package lean

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// MaxAnswer bounds the body of an answer to [Get], in bytes.
const MaxAnswer = 10 << 20

// Answer is what a server answered.
type Answer struct {
	Status int
	Header Header
	Body   []byte
}

// Dialer connects; guest.DialContext is one.
type Dialer func(ctx context.Context, network, address string) (net.Conn, error)

// Get asks for an http URL over a connection of its own and returns the whole answer, whatever its
// status; redirects are not followed. The end of ctx ends it. Errors of dial are returned as they
// are.
func Get(ctx context.Context, dial Dialer, url string) (*Answer, error) {
	host, target, err := splitURL(url)
	if err != nil {
		return nil, err
	}
	address := host
	if _, _, err := net.SplitHostPort(host); err != nil {
		address = net.JoinHostPort(strings.Trim(host, "[]"), "80")
	}
	c, err := dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	past := time.Unix(1, 0)
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(past) })()
	answer, err := exchange(c, host, target)
	if err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, fmt.Errorf("get %s: %w", url, err)
	}
	return answer, nil
}

func splitURL(url string) (host, target string, err error) {
	rest, ok := strings.CutPrefix(url, "http://")
	host, target = rest, "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, target = rest[:i], rest[i:]
		if target[0] == '?' {
			target = "/" + target
		}
	}
	target, _, _ = strings.Cut(target, "#")
	for i := 0; i < len(url); i++ {
		ok = ok && url[i] > ' ' && url[i] < 0x7f
	}
	if !ok || host == "" || strings.ContainsAny(host, "@#\\") {
		return "", "", fmt.Errorf("%q is not an http URL of a host and a path", url)
	}
	return host, target, nil
}

// exchange sends the request and reads the answer.
func exchange(c net.Conn, host, target string) (*Answer, error) {
	if _, err := io.WriteString(c, "GET "+target+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n"); err != nil {
		return nil, err
	}
	in := newInput(c)
	for {
		head, err := in.head(MaxHead)
		if err != nil {
			return nil, err
		}
		a, length, err := parseAnswer(head)
		if err != nil {
			return nil, err
		}
		if a.Status < 200 { // an informational answer comes before the real one
			continue
		}
		var b body
		b.reset(in, length, MaxAnswer)
		a.Body, err = io.ReadAll(&b)
		return a, err
	}
}

// parseAnswer reads an answer's head, and how long its body is.
func parseAnswer(head string) (*Answer, int64, error) {
	line, rest, _ := strings.Cut(head, "\r\n")
	version, after, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(after, " ")
	status, ok := parseLength(code)
	if !ok || len(code) != 3 || status < 100 || version != "HTTP/1.1" && version != "HTTP/1.0" {
		return nil, 0, malformed("the answer is not HTTP/1.1")
	}
	a := &Answer{Status: int(status)}
	var err error
	if a.Header, err = parseFields(nil, rest); err != nil {
		return nil, 0, err
	}
	if status < 200 || status == 204 || status == 304 {
		return a, 0, nil
	}
	length, err := answerLength(a.Header)
	return a, length, err
}

// answerLength refuses what could be read in two ways, as for requests.
func answerLength(h Header) (int64, error) {
	lengths, codings := h.Values("Content-Length"), h.Values("Transfer-Encoding")
	switch {
	case len(lengths) > 1 || len(codings) > 1 || len(lengths)*len(codings) > 0:
		return 0, malformed("the length of the answer is ambiguous")
	case len(codings) == 1 && strings.EqualFold(codings[0], "chunked"):
		return lengthChunked, nil
	case len(codings) == 1:
		return 0, malformed("the only Transfer-Encoding is chunked")
	case len(lengths) == 0:
		return lengthUnknown, nil
	}
	n, ok := parseLength(lengths[0])
	if !ok {
		return 0, malformed("the Content-Length of the answer is not a number")
	}
	return n, nil
}
