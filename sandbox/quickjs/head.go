package quickjs

import (
	"bytes"
	"errors"
	"strings"

	"github.com/valyala/fasthttp"
)

// maxHeadBytes bounds the headers of an answer.
const maxHeadBytes = 64 << 10

var errHead = errors.New("the headers of the answer are more than 64 KiB, or one of them has a name or a value that HTTP does not allow")

// connectionHeaders are between this server and its client, and no affair of a program.
var connectionHeaders = map[string]bool{
	"connection": true, "content-length": true, "keep-alive": true, "proxy-connection": true, "te": true, "trailer": true,
	"transfer-encoding": true, "upgrade": true,
}

// setHead sets an answer's status and headers. Names and values are checked here again, whatever the program's own classes
// let through: a value with a line feed in it would begin another header, or another answer.
func setHead(r *fasthttp.Response, status int, raw []byte) error {
	if len(raw) > maxHeadBytes {
		return errHead
	}
	r.Header.Reset()
	r.Header.SetNoDefaultContentType(true)
	for len(raw) > 0 {
		name, rest, ok := bytes.Cut(raw, newline)
		if !ok {
			return errHead
		}
		value, rest, ok := bytes.Cut(rest, newline)
		if !ok || !validName(name) || !validValue(value) {
			return errHead
		}
		raw = rest
		switch {
		case len(name) == len("content-type") && string(name) == "content-type":
			r.Header.SetContentTypeBytes(value)
		case connectionHeaders[string(name)]:
		default:
			r.Header.AddBytesKV(name, value)
		}
	}
	r.SetStatusCode(status)
	return nil
}

var newline = []byte{'\n'}

// validName says whether name is a token, in lower case.
func validName(name []byte) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return len(name) > 0
}

func validValue(value []byte) bool {
	for _, c := range value {
		if (c < ' ' && c != '\t') || c == 0x7f {
			return false
		}
	}
	return true
}

// clip bounds what goes into a log.
func clip(s string) string {
	if len(s) > maxLogBytes {
		return strings.ToValidUTF8(s[:maxLogBytes], "") + "..."
	}
	return s
}
