package manifest

import (
	"bytes"
	"fmt"
)

// token is a piece of JSON text. Kind is the byte itself for { } [ ] : and ,; '"' for a string,
// 'a' for a word or a number, '?' for any other byte, 'S' for a string and 'C' for a comment that the text's end cuts off.
type token struct {
	kind       byte
	start, end int
}

// ended tells whether the token can be the end of a value.
func (t token) ended() bool {
	return t.kind == '"' || t.kind == 'a' || t.kind == '}' || t.kind == ']'
}

// nextToken finds the first token at or after offset at; ok is false at the end of the text.
func (s source) nextToken(at int) (t token, ok bool) {
	for at < len(s) {
		switch c := s[at]; {
		case c == ' ', c == '\t', c == '\r', c == '\n':
			at++
		case bytes.HasPrefix(s[at:], []byte("//")), bytes.HasPrefix(s[at:], []byte("/*")):
			end := s.commentEnd(at)
			if end < 0 {
				return token{'C', at, len(s)}, true
			}
			at = end
		case c == '"':
			return s.stringToken(at), true
		case bytes.IndexByte([]byte("{}[]:,"), c) >= 0:
			return token{c, at, at + 1}, true
		case isWordByte(c):
			end := at
			for end < len(s) && isWordByte(s[end]) {
				end++
			}
			return token{'a', at, end}, true
		default:
			return token{'?', at, at + 1}, true
		}
	}
	return token{}, false
}

// commentEnd is the offset after the comment at at, or -1 when it never ends.
func (s source) commentEnd(at int) int {
	if s[at+1] == '/' {
		end := bytes.IndexByte(s[at:], '\n')
		if end < 0 {
			return len(s)
		}
		return at + end + 1
	}
	end := bytes.Index(s[at+2:], []byte("*/"))
	if end < 0 {
		return -1
	}
	return at + 2 + end + 2
}

func (s source) stringToken(at int) token {
	for end := at + 1; end < len(s); end++ {
		switch s[end] {
		case '\\':
			end++
		case '"':
			return token{'"', at, end + 1}
		}
	}
	return token{'S', at, len(s)}
}

func isWordByte(c byte) bool {
	return c == '-' || c == '+' || c == '.' || c == '_' || c == '$' ||
		'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// maxDepth bounds how deep objects and lists may nest: the deepest documented field needs 5, the rest is for settings.
// maxTokens bounds the memory that the parser's tree takes (about 200 bytes a token).
const (
	maxDepth  = 64
	maxTokens = 40_000
)

// checkSize refuses what would cost the recursive parser too much stack or memory. It runs before it.
func (s source) checkSize() error {
	depth, tokens := 0, 0
	for t, ok := s.nextToken(0); ok; t, ok = s.nextToken(t.end) {
		switch t.kind {
		case '{', '[':
			if depth++; depth > maxDepth {
				return s.broken(t.start, fmt.Sprintf("objects and lists are nested more than %d deep", maxDepth), "make it flatter")
			}
		case '}', ']':
			depth--
		}
		if tokens++; tokens > maxTokens {
			return s.broken(t.start, "there are too many values", "make it smaller")
		}
	}
	return nil
}
