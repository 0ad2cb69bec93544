package relay

import (
	"bytes"

	"appzone/api/httpguard"
)

// rewriteCookie keeps a plugin's cookie in its own place: no Domain, so that it is sent to
// this host alone, and a Path below the plugin's prefix. It returns nil for a cookie that
// carries the name of one of the host's.
func rewriteCookie(value []byte, prefix string, reserved reservedNames) []byte {
	pair, attributes, more := bytes.Cut(value, []byte{';'})
	name, _, named := bytes.Cut(pair, []byte{'='})
	name = bytes.TrimSpace(name)
	// A nameless cookie is sent as its value alone, which can look like any other cookie.
	if !named || len(name) == 0 || reserved.has(name) {
		return nil
	}
	if !more {
		return value
	}
	out := append(make([]byte, 0, len(value)+len(prefix)), pair...)
	for len(attributes) > 0 {
		var attribute []byte
		attribute, attributes, _ = bytes.Cut(attributes, []byte{';'})
		key, setting, _ := bytes.Cut(attribute, []byte{'='})
		switch key = bytes.TrimSpace(key); {
		case httpguard.EqualFold(key, "domain"):
			continue
		case httpguard.EqualFold(key, "path") && prefix != "":
			out = append(append(out, "; Path="...), below(prefix, bytes.TrimSpace(setting))...)
		default:
			out = append(append(out, ';'), attribute...)
		}
	}
	return out
}

// below puts a cookie's path under prefix, unless it is there.
func below(prefix string, path []byte) []byte {
	if len(path) == 0 || path[0] != '/' || !safePath(path) {
		return []byte(prefix)
	}
	if under(prefix, path) {
		return path
	}
	return append([]byte(prefix), path...)
}

// under tells whether path is prefix or below it.
func under(prefix string, path []byte) bool {
	return len(path) >= len(prefix) && string(path[:len(prefix)]) == prefix &&
		(len(path) == len(prefix) || path[len(prefix)] == '/')
}
