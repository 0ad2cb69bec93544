package relay

import (
	"bytes"
	"errors"

	"appzone/api/httpguard"
)

// field is one header line, as slices of the head that it was read from.
type field struct{ name, value []byte }

// maxFields bounds the lines of one head.
const maxFields = 256

var errTooManyFields = errors.New("too many header fields")

// head is a scanned header block.
type head struct {
	fields []field
	// connection and upgrade are of the message: does Connection say so.
	close, keepAlive, upgrade bool
	// protocol is the value of Upgrade.
	protocol []byte
	// listed are the names that Connection declares to be hop-by-hop.
	listed [][]byte
}

// scan reads block into h, whose slices are reused.
func (h *head) scan(block []byte, bareLF bool) error {
	*h = head{fields: h.fields[:0], listed: h.listed[:0]}
	for len(block) > 0 {
		name, value, rest, err := httpguard.NextField(block, bareLF)
		if err != nil {
			return err
		}
		if len(name) == 0 {
			break
		}
		if len(h.fields) == maxFields {
			return errTooManyFields
		}
		h.fields = append(h.fields, field{name, value})
		switch {
		case httpguard.EqualFold(name, "connection"):
			h.connection(value)
		case httpguard.EqualFold(name, "upgrade"):
			h.protocol = value
		}
		block = rest
	}
	return nil
}

func (h *head) connection(value []byte) {
	for len(value) > 0 {
		token, rest, _ := bytes.Cut(value, []byte{','})
		value = rest
		switch token = bytes.TrimSpace(token); {
		case len(token) == 0:
		case httpguard.EqualFold(token, "close"):
			h.close = true
		case httpguard.EqualFold(token, "keep-alive"):
			h.keepAlive = true
		case httpguard.EqualFold(token, "upgrade"):
			h.upgrade = true
		default:
			h.listed = append(h.listed, token)
		}
	}
}

func (h *head) isListed(name []byte) bool {
	for _, l := range h.listed {
		if bytes.EqualFold(l, name) {
			return true
		}
	}
	return false
}

// lower writes the lower-case form of a name into buf; a name longer than buf is cut, and
// then equals no name that anything here knows. Underscores become dashes where fold says
// so, since CGI-like servers cannot tell the two apart.
func lower(buf *[lowerSize]byte, name []byte, fold bool) []byte {
	n := copy(buf[:], name)
	for i, c := range buf[:n] {
		switch {
		case 'A' <= c && c <= 'Z':
			buf[i] = c | 0x20
		case c == '_' && fold:
			buf[i] = '-'
		}
	}
	return buf[:n]
}

// hopByHop tells the headers that belong to one connection, and those that the framing of
// a message replaces.
func hopByHop(name []byte) bool {
	switch string(name) {
	case "connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization",
		"proxy-authentication-info", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings", "content-length":
		return true
	}
	return false
}
