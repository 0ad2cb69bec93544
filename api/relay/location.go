package relay

import (
	"bytes"
	gopath "path"
)

// rewriteLocation keeps a plugin's redirects to this host below the plugin's prefix, since
// a program would follow one with its bearer token. Targets on other hosts pass; nil means
// that the header is dropped because it cannot be told where a client would go. Without a
// prefix the origin is the plugin's own and everything passes.
//
// It reads backslashes as browsers do, as slashes, and drops what browsers and programs read
// in different ways.
func rewriteLocation(value []byte, at place) []byte {
	if at.prefix == "" {
		return value
	}
	if bytes.IndexByte(value, '\t') >= 0 {
		return nil
	}
	reference, tail := splitTail(value)
	path := bytes.ReplaceAll(reference, []byte{'\\'}, []byte{'/'})
	if scheme, rest, ok := cutScheme(path); ok {
		if !bytes.EqualFold(scheme, []byte("http")) && !bytes.EqualFold(scheme, []byte("https")) {
			return value
		}
		if !bytes.HasPrefix(rest, []byte("//")) {
			return nil
		}
		path = rest
	}
	if bytes.HasPrefix(path, []byte("//")) {
		authority, rest := cutAuthority(path[2:])
		if len(authority) == 0 || !plainHost(authority) {
			return nil
		}
		if !sameHost(authority, at.host) {
			return value
		}
		if path = rest; len(path) == 0 {
			path = []byte("/")
		}
	}
	switch {
	case len(path) == 0:
		return value
	case path[0] != '/' && safePath(path):
		// Relative and without dots: it stays in the folder that it comes from. A colon in
		// its first segment was a scheme above.
		return value
	case path[0] != '/':
		folder := at.path[:bytes.LastIndexByte(at.path, '/')+1]
		if len(folder) == 0 {
			folder = []byte{'/'}
		}
		path = append(bytes.Clone(folder), path...)
	}
	return confine(path, tail, at.prefix)
}

// confine resolves the dots of an absolute path and puts it below prefix.
func confine(path, tail []byte, prefix string) []byte {
	if !safePath(path) {
		plain, ok := decodeDots(path)
		if !ok {
			return nil
		}
		cleaned := gopath.Clean(string(plain))
		if bytes.HasSuffix(plain, []byte("/")) && cleaned != "/" {
			cleaned += "/"
		}
		if path = []byte(cleaned); !safePath(path) {
			return nil
		}
	}
	if under(prefix, path) {
		return append(bytes.Clone(path), tail...)
	}
	return append(append([]byte(prefix), path...), tail...)
}

// decodeDots undoes the escapes of dots, as clients do before they resolve segments.
func decodeDots(path []byte) ([]byte, bool) {
	path = bytes.ReplaceAll(bytes.ReplaceAll(path, []byte("%2e"), []byte{'.'}), []byte("%2E"), []byte{'.'})
	return path, len(path) > 0 && path[0] == '/'
}

// splitTail cuts query and fragment off.
func splitTail(value []byte) (reference, tail []byte) {
	if i := bytes.IndexAny(value, "?#"); i >= 0 {
		return value[:i], value[i:]
	}
	return value, nil
}

func cutScheme(b []byte) (scheme, rest []byte, ok bool) {
	for i, c := range b {
		switch {
		case c == ':':
			return b[:i], b[i+1:], i > 0
		case 'a' <= c|0x20 && c|0x20 <= 'z', i > 0 && (c == '+' || c == '-' || c == '.' || ('0' <= c && c <= '9')):
		default:
			return nil, b, false
		}
	}
	return nil, b, false
}

// cutAuthority reads "host/path". It is empty after a third slash, which browsers skip and
// programs take for the beginning of a path.
func cutAuthority(b []byte) (authority, path []byte) {
	if i := bytes.IndexByte(b, '/'); i >= 0 {
		b, path = b[:i], b[i:]
	}
	return b[bytes.LastIndexByte(b, '@')+1:], path
}

// sameHost compares authorities as clients do that decide whether to send credentials again.
func sameHost(a, b []byte) bool {
	return bytes.EqualFold(plainAuthority(a), plainAuthority(b))
}

func plainAuthority(a []byte) []byte {
	a = bytes.TrimSuffix(bytes.TrimSuffix(a, []byte(":80")), []byte(":443"))
	return bytes.TrimSuffix(bytes.TrimSuffix(a, []byte{':'}), []byte{'.'})
}

// plainHost tells whether a client takes the authority as it is written, without escapes
// or the mapping of international names.
func plainHost(authority []byte) bool {
	for _, c := range authority {
		if c == '%' || c >= 0x80 || c <= ' ' {
			return false
		}
	}
	return true
}
