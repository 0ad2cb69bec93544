package relay

import (
	"bytes"
	"errors"
	"strconv"
)

// outgoing is what a request to a plugin is made of.
type outgoing struct {
	method, target, host []byte
	prefix               string
	identity             Identity
	// client, proto and authority are what the X-Forwarded headers tell.
	client, proto, authority []byte
	requestID                string
	// upgrade asks for another protocol, the client's head.protocol.
	upgrade bool
	// length is the body's, -1 for chunked.
	length int64
	// sized says that a length is stated even if it is 0.
	sized bool
}

var errUnsafeValue = errors.New("a header value of the host holds control characters")

// ownRequestHeader tells what only the host may say to a plugin, and what is meant for the
// host alone.
func ownRequestHeader(name []byte) bool {
	switch string(name) {
	case "host", "authorization", "expect", "forwarded", "via", "x-real-ip", "x-request-id", "x-original-uri":
		return true
	}
	return bytes.HasPrefix(name, []byte("x-appzone-")) || bytes.HasPrefix(name, []byte("x-forwarded-")) ||
		bytes.HasPrefix(name, []byte("proxy-"))
}

// appendRequest appends the head of the request to a plugin: the client's fields but those
// that are hop-by-hop, declared to be, or the host's to say, and then what the host says.
// The host's own lines are written last and depend on nothing that the client sent, so that
// Connection: X-AppZone-User removes the client's line and not the host's.
func appendRequest(dst []byte, h *head, o *outgoing, reserved reservedNames) ([]byte, error) {
	dst = append(append(dst, o.method...), ' ')
	if len(o.target) == 0 || o.target[0] != '/' {
		dst = append(dst, '/')
	}
	dst = append(append(dst, o.target...), " HTTP/1.1\r\n"...)
	dst = appendLine(dst, "Host", o.host)
	var buf [lowerSize]byte
	for _, f := range h.fields {
		name := lower(&buf, f.name, true)
		if hopByHop(name) || ownRequestHeader(name) || h.isListed(f.name) {
			continue
		}
		if string(name) == "cookie" {
			dst = appendCookies(dst, f.value, reserved)
			continue
		}
		dst = append(append(append(append(dst, f.name...), ": "...), f.value...), "\r\n"...)
	}
	dst = appendLine(dst, "X-Forwarded-For", o.client)
	dst = appendLine(dst, "X-Forwarded-Proto", o.proto)
	dst = appendLine(dst, "X-Forwarded-Host", o.authority)
	own := [...]struct{ name, value string }{
		{"X-Forwarded-Prefix", o.prefix}, {"X-Request-Id", o.requestID},
		{"X-AppZone-User", o.identity.User}, {"X-AppZone-Role", o.identity.Role}, {"X-AppZone-Identity", o.identity.Token},
	}
	for _, l := range own {
		if l.value == "" {
			continue
		}
		if !safeValue(l.value) {
			return nil, errUnsafeValue
		}
		dst = appendLine(dst, l.name, l.value)
	}
	switch {
	case o.upgrade:
		dst = appendLine(append(dst, "Connection: Upgrade\r\n"...), "Upgrade", h.protocol)
	case o.length < 0:
		dst = append(dst, "Transfer-Encoding: chunked\r\n"...)
	case o.length > 0 || o.sized:
		dst = append(strconv.AppendInt(append(dst, "Content-Length: "...), o.length, 10), "\r\n"...)
	}
	return append(dst, "\r\n"...), nil
}

func safeValue(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == 0x7f {
			return false
		}
	}
	return true
}

func appendLine[T string | []byte](dst []byte, name string, value T) []byte {
	return append(append(append(append(dst, name...), ": "...), value...), "\r\n"...)
}

// appendCookies appends the Cookie line without the host's own cookies.
func appendCookies(dst, value []byte, reserved reservedNames) []byte {
	start := len(dst)
	dst = append(dst, "Cookie: "...)
	empty := len(dst)
	for len(value) > 0 {
		pair, rest, _ := bytes.Cut(value, []byte{';'})
		value = rest
		pair = bytes.TrimSpace(pair)
		name, _, _ := bytes.Cut(pair, []byte{'='})
		if len(pair) == 0 || reserved.has(bytes.TrimSpace(name)) {
			continue
		}
		if len(dst) > empty {
			dst = append(dst, "; "...)
		}
		dst = append(dst, pair...)
	}
	if len(dst) == empty {
		return dst[:start]
	}
	return append(dst, "\r\n"...)
}
