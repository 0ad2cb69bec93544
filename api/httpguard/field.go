package httpguard

import (
	"bytes"
	"errors"
)

var (
	errFieldFolded = errors.New("folded header line")
	errFieldEnd    = errors.New("header line does not end in CRLF")
	errFieldName   = errors.New("malformed header name")
	errFieldValue  = errors.New("control character in a header value")
)

// NextField cuts the first field line off a header block. The name is a token, the value
// holds no control character but tab and is trimmed. At the blank line that ends the
// block, and at its end, the name is empty. A line may end in a bare LF only if bareLF
// says so; folded lines are always refused.
func NextField(block []byte, bareLF bool) (name, value, rest []byte, err error) {
	end := bytes.IndexByte(block, '\n')
	if end < 0 {
		if len(block) > 0 {
			return nil, nil, nil, errFieldEnd
		}
		return nil, nil, nil, nil
	}
	line, rest := block[:end], block[end+1:]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	} else if !bareLF {
		return nil, nil, nil, errFieldEnd
	}
	if len(line) == 0 {
		return nil, nil, rest, nil
	}
	if line[0] == ' ' || line[0] == '\t' {
		return nil, nil, nil, errFieldFolded
	}
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return nil, nil, nil, errFieldName
	}
	name, value = line[:colon], trimSpace(line[colon+1:])
	for _, b := range name {
		if !tokenByte[b] {
			return nil, nil, nil, errFieldName
		}
	}
	for _, b := range value {
		if (b < ' ' && b != '\t') || b == 0x7f {
			return nil, nil, nil, errFieldValue
		}
	}
	return name, value, rest, nil
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// EqualFold compares ASCII without regard to case. lower must be in lower case.
func EqualFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i := range b {
		c := b[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// tokenByte marks what RFC 9110 allows in a header name.
var tokenByte = func() (t [256]bool) {
	for _, b := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[b] = true
	}
	return t
}()
