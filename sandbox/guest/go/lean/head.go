package lean

import (
	"strconv"
	"strings"
)

// lengthChunked is the ContentLength of a body that comes in chunks.
const lengthChunked = -1

// parseRequest reads a request's head into r.
func parseRequest(head string, r *Request) error {
	line, rest, _ := strings.Cut(head, "\r\n")
	method, after, ok := strings.Cut(line, " ")
	target, version, ok2 := strings.Cut(after, " ")
	switch {
	case !ok || !ok2 || !isToken(method):
		return malformed("the request line is not METHOD TARGET VERSION")
	case len(method) > maxMethod:
		return &problem{501, "the method is not known"}
	case len(target) > MaxTarget:
		return &problem{414, "the target is too long"}
	}
	switch version {
	case "HTTP/1.1":
		r.old = false
	case "HTTP/1.0":
		r.old = true
	default:
		if len(version) == 8 && strings.HasPrefix(version, "HTTP/") {
			return &problem{505, "this server speaks HTTP/1.1"}
		}
		return malformed("the request line is not METHOD TARGET VERSION")
	}
	r.Method = method
	if err := r.setTarget(target); err != nil {
		return err
	}
	var err error
	if r.Header, err = parseFields(r.Header[:0], rest); err != nil {
		return err
	}
	return r.frame()
}

// parseFields appends the header lines of text to h.
func parseFields(h Header, text string) (Header, error) {
	for text != "" {
		var line string
		line, text, _ = strings.Cut(text, "\r\n")
		if len(h) == MaxHeaders {
			return h, &problem{431, "there are too many headers"}
		}
		f, err := parseField(line)
		if err != nil {
			return h, err
		}
		h = append(h, f)
	}
	return h, nil
}

// parseField reads one line. A folded line starts with a space, which no name has.
func parseField(line string) (Field, error) {
	name, value, ok := strings.Cut(line, ":")
	if !ok || !isToken(name) {
		return Field{}, malformed("a header is not NAME: VALUE")
	}
	value = strings.Trim(value, " \t")
	if !isValue(value) {
		return Field{}, malformed("a header has a control character in its value")
	}
	return Field{name, value}, nil
}

// setTarget takes the target apart. The absolute form of proxies is read as its path.
func (r *Request) setTarget(target string) error {
	for i := 0; i < len(target); i++ {
		if c := target[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return malformed("the target has a character that must be percent-encoded")
		}
	}
	if r.Method == "CONNECT" {
		return &problem{501, "this server is no proxy"}
	}
	if len(target) > 7 && strings.EqualFold(target[:7], "http://") {
		i := strings.IndexAny(target[7:], "/?")
		switch {
		case i < 0:
			target = "/"
		case target[7+i] == '?':
			target = "/" + target[7+i:]
		default:
			target = target[7+i:]
		}
	}
	if !strings.HasPrefix(target, "/") && (target != "*" || r.Method != "OPTIONS") {
		return malformed("the target is not a path")
	}
	r.Target = target
	path, query, _ := strings.Cut(target, "?")
	r.RawQuery = query
	var ok bool
	if r.Path, ok = unescape(path, false); !ok {
		return malformed("the path has a wrong percent-encoding")
	}
	return nil
}

// frame finds out how long the body is. Whatever another reader could take for another length is
// refused.
func (r *Request) frame() error {
	lengths, codings, hosts := 0, 0, 0
	var length, coding string
	for _, f := range r.Header {
		switch {
		case equalFold(f.Name, "Content-Length"):
			lengths, length = lengths+1, f.Value
		case equalFold(f.Name, "Transfer-Encoding"):
			codings, coding = codings+1, f.Value
		case equalFold(f.Name, "Host"):
			hosts++
		}
	}
	switch {
	case hosts > 1 || hosts == 0 && !r.old:
		return malformed("there is not exactly one Host header")
	case lengths > 1:
		return malformed("there is more than one Content-Length")
	case lengths > 0 && codings > 0:
		return malformed("there are a Content-Length and a Transfer-Encoding")
	case codings > 1 || codings == 1 && r.old:
		return malformed("the Transfer-Encoding is ambiguous")
	case codings == 1 && !strings.EqualFold(coding, "chunked"):
		return &problem{501, "the only Transfer-Encoding is chunked"}
	case codings == 1:
		r.ContentLength = lengthChunked
		return nil
	case lengths == 0:
		r.ContentLength = 0
		return nil
	}
	n, ok := parseLength(length)
	if !ok {
		return malformed("the Content-Length is not a number")
	}
	r.ContentLength = n
	return nil
}

// parseLength reads digits alone, without sign or spaces.
func parseLength(s string) (int64, bool) {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
