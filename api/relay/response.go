package relay

import (
	"bytes"
	"errors"

	"github.com/valyala/fasthttp"

	"appzone/api/httpguard"
)

// response is the head of an answer.
type response struct {
	head
	status int
	// length is the stated one, -1 without.
	length  int64
	chunked bool
	// reusable says that the connection may serve again after this answer.
	reusable bool
	// events says that this is a stream of server-sent events.
	events bool
}

var (
	errStatusLine = errors.New("the status line is malformed")
	errFraming    = errors.New("the length of the answer is stated twice or malformed")
	errEncoding   = errors.New("the transfer encoding of the answer is not chunked")
)

// parse reads the head of an answer, which ends with its blank line. Lines may end in a
// bare LF: plugins are written by hand, too, and everything is written anew.
func (r *response) parse(block []byte) error {
	line, rest, _ := bytes.Cut(block, []byte{'\n'})
	line = bytes.TrimSuffix(line, []byte{'\r'})
	version, ok := bytes.CutPrefix(line, []byte("HTTP/1."))
	if !ok || len(version) < 5 || (version[0] != '0' && version[0] != '1') || version[1] != ' ' {
		return errStatusLine
	}
	status, ok := decimal(version[2:5])
	if !ok || status < 100 || status > 599 || (len(version) > 5 && version[5] != ' ') {
		return errStatusLine
	}
	*r = response{head: r.head, status: int(status), length: -1}
	if err := r.scan(rest, true); err != nil {
		return err
	}
	for _, f := range r.fields {
		if err := r.frame(f); err != nil {
			return err
		}
	}
	if r.chunked && (r.length >= 0 || version[0] == '0') {
		return errFraming
	}
	r.reusable = version[0] == '1' && !r.close
	return nil
}

func (r *response) frame(f field) error {
	switch {
	case httpguard.EqualFold(f.name, "content-length"):
		n, ok := decimal(f.value)
		if !ok || r.length >= 0 {
			return errFraming
		}
		r.length = n
	case httpguard.EqualFold(f.name, "transfer-encoding"):
		if r.chunked {
			return errFraming
		}
		if !httpguard.EqualFold(f.value, "chunked") {
			return errEncoding
		}
		r.chunked = true
	case httpguard.EqualFold(f.name, "content-type"):
		const events = "text/event-stream"
		r.events = len(f.value) >= len(events) && httpguard.EqualFold(f.value[:len(events)], events)
	}
	return nil
}

// bodiless tells whether an answer to method has no body whatever its head says.
func (r *response) bodiless(head bool) bool {
	return head || r.status == fasthttp.StatusNoContent || r.status == fasthttp.StatusNotModified
}

// decimal reads digits; more than 18 are not a number here.
func decimal(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// ownResponseHeader tells what a plugin must not say, because it would speak for the whole
// origin or to a proxy in front of the host: clearing or pinning the origin, claiming it for
// a service worker, binding its sessions to keys that the plugin has, saying who is logged in or
// what browsers tell of themselves, sending its traffic or its error reports elsewhere, or asking a
// front proxy for another file. Refresh is a Location that programs do not check.
func ownResponseHeader(name []byte) bool {
	switch string(name) {
	case "clear-site-data", "service-worker-allowed", "strict-transport-security", "public-key-pins",
		"public-key-pins-report-only", "expect-ct", "alt-svc", "nel", "report-to", "refresh", "set-cookie2",
		"set-login", "accept-ch", "critical-ch", "origin-agent-cluster", "x-sendfile", "x-request-id", "date":
		return true
	}
	return bytes.HasPrefix(name, []byte("sec-session-")) || bytes.HasPrefix(name, []byte("secure-session-")) ||
		bytes.HasPrefix(name, []byte("x-accel-")) || bytes.HasPrefix(name, []byte("x-appzone-"))
}

// place is where a plugin's answer belongs in the eyes of the client.
type place struct {
	prefix string
	// host is the authority of the request, path the one that the plugin saw.
	host, path []byte
}

// pass adds the fields that may pass to the client's answer.
func (r *Relay) pass(h *fasthttp.ResponseHeader, in *response, at place) {
	var buf [lowerSize]byte
	for _, f := range in.fields {
		name := lower(&buf, f.name, false)
		if hopByHop(name) || ownResponseHeader(name) || in.isListed(f.name) {
			continue
		}
		if len(r.drop) > 0 && r.drop[string(name)] {
			continue
		}
		value := f.value
		switch string(name) {
		case "set-cookie":
			if value = rewriteCookie(value, at.prefix, r.reserved); value == nil {
				continue
			}
		case "location":
			if value = rewriteLocation(value, at); value == nil {
				continue
			}
		}
		h.AddBytesKV(f.name, value)
	}
	if in.status == fasthttp.StatusSwitchingProtocols {
		h.SetBytesV(fasthttp.HeaderConnection, []byte("Upgrade"))
		h.SetBytesV(fasthttp.HeaderUpgrade, in.protocol)
	}
}
