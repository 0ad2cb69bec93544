package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"appzone/host/fault"

	"github.com/tailscale/hujson"
)

// parseTree parses the text, or says where it is broken and how it is probably mended.
func (s source) parseTree() (hujson.Value, error) {
	if err := s.checkSize(); err != nil {
		return hujson.Value{}, err
	}
	// The parser wants a line's end after a line comment, even at the end of the file.
	tree, err := hujson.Parse(append(bytes.Clone(s), '\n'))
	if err == nil {
		if tree.Value.Kind() != '{' {
			return tree, s.broken(tree.StartOffset, "the manifest is not an object", "it starts with { and ends with }")
		}
		return tree, nil
	}
	line, column := 1, 1
	_, _ = fmt.Sscanf(err.Error(), "hujson: line %d, column %d", &line, &column)
	return tree, s.diagnose(s.offset(line, column))
}

// broke is what is known at the place where the parser gave up.
type broke struct {
	src source
	// stack holds the brackets that are open there.
	stack []token
	// before and last are the two tokens in front of it.
	before, last token
	// at is the token that it gave up on; its kind is 0 at the end of the text.
	at token
}

// diagnose explains the parser's failure at offset.
func (s source) diagnose(offset int) *fault.Error {
	b := broke{src: s}
	t, ok := s.nextToken(0)
	for ; ok && t.end <= offset && t.kind != 'S' && t.kind != 'C'; t, ok = s.nextToken(t.end) {
		b.before, b.last = b.last, t
		switch t.kind {
		case '{', '[':
			b.stack = append(b.stack, t)
		case '}', ']':
			if len(b.stack) > 0 {
				b.stack = b.stack[:len(b.stack)-1]
			}
		}
	}
	if ok {
		b.at = t
	}
	if b.at.kind == 0 || b.at.kind == 'S' || b.at.kind == 'C' {
		return b.atEnd()
	}
	if e := b.insideToken(); e != nil {
		return e
	}
	return b.betweenTokens()
}

// top is the innermost open bracket's kind, 0 when none is open.
func (b broke) top() byte {
	if len(b.stack) == 0 {
		return 0
	}
	return b.stack[len(b.stack)-1].kind
}

// wantsKey tells whether an object's key must stand here.
func (b broke) wantsKey() bool {
	return b.top() == '{' && (b.last.kind == '{' || b.last.kind == ',')
}

func (b broke) atEnd() *fault.Error {
	line, column := b.src.position(b.at.start)
	switch {
	case b.at.kind == 'C':
		return b.src.broken(b.at.start, "the comment that starts here is not closed", "missing */")
	case b.at.kind == 'S':
		if end := bytes.IndexByte(b.src[b.at.start:], '\n'); end >= 0 {
			return b.src.broken(b.at.start, "the string that starts here is not closed on its line", `missing closing quote "`)
		}
		return b.src.broken(len(b.src), fmt.Sprintf("the string that starts at line %d, column %d is not closed", line, column), `missing closing quote "`)
	case len(b.stack) == 0:
		return b.src.broken(0, "the file is empty", "it needs at least name, version, description, type and parameters")
	}
	open := b.stack[len(b.stack)-1]
	line, column = b.src.position(open.start)
	problem := fmt.Sprintf("the file ends while the %c of line %d, column %d is still open", open.kind, line, column)
	return b.src.broken(b.last.end, problem, "missing "+b.closers()+" before end of file")
}

// closers are the brackets that would close everything that is open.
func (b broke) closers() string {
	var s strings.Builder
	for i := len(b.stack) - 1; i >= 0; i-- {
		s.WriteByte(closer(b.stack[i].kind))
	}
	return s.String()
}

func closer(open byte) byte {
	if open == '{' {
		return '}'
	}
	return ']'
}

// insideToken explains what is wrong with the token itself, or returns nil.
func (b broke) insideToken() *fault.Error {
	switch b.at.kind {
	case '"':
		if !json.Valid(b.src[b.at.start:b.at.end]) {
			return b.src.badString(b.at)
		}
	case 'a':
		word := string(b.src[b.at.start:b.at.end])
		if b.wantsKey() {
			return b.src.broken(b.at.start, fmt.Sprintf("the key %s is not in quotes", clip(word)), fmt.Sprintf("write %q", clip(word)))
		}
		if !json.Valid([]byte(word)) {
			return b.src.broken(b.at.start, fmt.Sprintf("%s is not a JSON value", clip(word)), wordFix(word))
		}
	case '?':
		c, _ := utf8.DecodeRune(b.src[b.at.start:])
		if strings.ContainsRune("'`‘’“”„«»", c) {
			problem := fmt.Sprintf("%c is not a JSON quote", c)
			if c == '\'' {
				problem = "single quotes are not JSON"
			}
			return b.src.broken(b.at.start, problem, `use straight double quotes "`)
		}
		if c == '#' {
			return b.src.broken(b.at.start, "# starts no comment here", "write // or remove it")
		}
	}
	return nil
}

// badString explains a string with a line's end, a control character or a bad escape in it.
func (s source) badString(t token) *fault.Error {
	for i := t.start + 1; i < t.end-1; i++ {
		switch c := s[i]; {
		case c == '\n' || c == '\r':
			return s.broken(i, "the string is not closed on its line", `missing closing quote "`)
		case c == '\t':
			return s.broken(i, "there is a tab inside a string", `write \t`)
		case c < 0x20:
			return s.broken(i, fmt.Sprintf("there is a control character 0x%02x inside a string", c), "remove it")
		case c == '\\' && bytes.IndexByte([]byte(`"\/bfnrtu`), s[i+1]) < 0:
			return s.broken(i, `a backslash in a string must be written \\`, "paths are written with /")
		case c == '\\' && s[i+1] == 'u' && !json.Valid([]byte(`"`+string(s[i:min(i+6, t.end-1)])+`"`)):
			return s.broken(i, `\u needs four hexadecimal digits`, `write for example \u00e9`)
		case c == '\\':
			i++
		}
	}
	return s.broken(t.start, "this is not a JSON string", "")
}

func wordFix(word string) string {
	switch lower := strings.ToLower(word); {
	case lower == "true", lower == "false", lower == "null":
		return "write " + lower
	case lower == "none", lower == "undefined", lower == "nil":
		return "write null, or leave the key out"
	case lower == "yes", lower == "on":
		return "write true"
	case lower == "no", lower == "off":
		return "write false"
	case strings.Trim(lower, "0123456789.+-e") == "", strings.HasPrefix(lower, "0x"):
		return "write a plain decimal number, such as 15 or 0.5"
	}
	return fmt.Sprintf("write text in double quotes, %q", clip(word))
}

// betweenTokens explains a good token in the wrong place.
func (b broke) betweenTokens() *fault.Error {
	text := clip(string(b.src[b.at.start:b.at.end]))
	if b.at.kind == '?' {
		c, n := utf8.DecodeRune(b.src[b.at.start:])
		text = string(b.src[b.at.start : b.at.start+n])
		if c < 0x20 {
			text = fmt.Sprintf("0x%02x", c)
		}
	}
	closing := b.at.kind == '}' || b.at.kind == ']'
	afterKey := b.top() == '{' && b.last.kind == '"' && (b.before.kind == '{' || b.before.kind == ',')
	switch {
	case b.top() == 0 && b.last.ended() && closing:
		return b.src.broken(b.at.start, "there is one "+text+" too many", "remove it")
	case b.top() == 0 && b.last.ended():
		return b.src.broken(b.at.start, "there is text after the manifest's end: "+text, "remove it")
	case afterKey && text == "=":
		return b.src.broken(b.at.start, "there is = after a key", "write :")
	case afterKey:
		return b.src.broken(b.last.end, "there is no : after the key", "missing :")
	case b.last.kind == ':' && (closing || b.at.kind == ','):
		return b.src.broken(b.last.end, "there is no value after the key", "missing value")
	case closing && b.top() != 0 && closer(b.top()) != b.at.kind:
		return b.src.broken(b.at.start, fmt.Sprintf("found %s while a %c is open", text, b.top()), fmt.Sprintf("missing %c", closer(b.top())))
	case b.at.kind == ',':
		return b.src.broken(b.at.start, "there is a comma without a value in front of it", "remove it")
	case b.last.ended() && (b.at.kind == '"' || b.at.kind == 'a' || b.at.kind == '{' || b.at.kind == '['):
		return b.src.broken(b.last.end, "two values stand side by side", "missing comma")
	case b.wantsKey():
		return b.src.broken(b.at.start, "there is "+text+" where a key must be", `write "key": value`)
	}
	return b.src.broken(b.at.start, "unexpected "+text, "remove it")
}

// clip shortens text that is shown in a message.
func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "..."
}
