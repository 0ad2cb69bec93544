package static

import "strings"

// indexFile is served for a folder.
const indexFile = "index.html"

// decode turns the raw path of a request into the key of a file: percent-encoding is
// undone exactly once. ok is false for what can name no file: malformed escapes, control
// characters, and separators that came encoded or as a backslash, which would give one
// file two addresses with different folders. Dot segments need no care here, since no key
// of a site has them.
func decode(raw string) (path string, ok bool) {
	raw = strings.TrimPrefix(raw, "/")
	plain := true
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '%':
			plain = false
		case c < ' ' || c == 0x7f || c == '\\':
			return "", false
		}
	}
	if plain {
		return raw, true
	}
	var b strings.Builder
	b.Grow(len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '%' {
			if i+2 >= len(raw) {
				return "", false
			}
			high, low := hexValue(raw[i+1]), hexValue(raw[i+2])
			if high > 15 || low > 15 {
				return "", false
			}
			if c = high<<4 | low; c < ' ' || c == 0x7f || c == '/' || c == '\\' {
				return "", false
			}
			i += 2
		}
		b.WriteByte(c)
	}
	return b.String(), true
}

// hexValue is above 15 for what is no hexadecimal digit.
func hexValue(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
