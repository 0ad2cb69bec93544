package relay

import (
	"bytes"

	"appzone/host/fault"
)

// cutTarget checks the raw target of a request and cuts prefix off. What is left is passed
// on byte for byte; it begins with "/", or is empty or a query alone.
//
// A plugin may decode its path in ways that the host cannot know, so the path is checked
// as if every escape and separator counted: no segment may be "." or "..", in any spelling,
// and no backslash and no control character may occur. An encoded slash may.
func cutTarget(target []byte, prefix string) ([]byte, error) {
	path, _, _ := bytes.Cut(target, []byte{'?'})
	if len(path) == 0 || path[0] != '/' || !safePath(path) {
		return nil, malformedPath()
	}
	if len(path) < len(prefix) || string(path[:len(prefix)]) != prefix {
		return nil, malformedPath()
	}
	if len(path) > len(prefix) && path[len(prefix)] != '/' {
		return nil, malformedPath()
	}
	return target[len(prefix):], nil
}

func malformedPath() error {
	return fault.New(fault.Malformed, "malformed_path",
		"the path of the request is malformed or has dot segments, backslashes or control characters; send its plain form")
}

// safePath implements the rule of cutTarget.
func safePath(path []byte) bool {
	dots, plain := 0, true // plain: nothing but dots so far in this segment
	for i := 0; i < len(path); i++ {
		c := path[i]
		if c == '%' {
			if i+2 >= len(path) {
				return false
			}
			high, low := hexDigit(path[i+1]), hexDigit(path[i+2])
			if high < 0 || low < 0 {
				return false
			}
			c = byte(high<<4 | low)
			i += 2
		} else if c == '#' {
			return false
		}
		switch {
		case c < ' ' || c == 0x7f || c == '\\':
			return false
		case c == '.':
			dots++
		case c == '/' || c == ';':
			// Some servers drop what follows a semicolon before they look at dots.
			if plain && (dots == 1 || dots == 2) {
				return false
			}
			dots, plain = 0, c == '/'
		default:
			plain = false
		}
	}
	return !plain || (dots != 1 && dots != 2)
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
