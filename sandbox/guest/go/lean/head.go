package lean

import (
	"strconv"
	"strings"
)

// lengthChunked is the ContentLength of a body that comes in chunks.
const lengthChunked = -1

// parseRequest reads a request's head into r.
func parseRequest(head string, r *Request) error {
	end := strings.IndexByte(head, '\n')
	if end < 1 { // an empty line alone
		return malformed("the request line is not METHOD TARGET VERSION")
	}
	line, rest := head[:end-1], head[end+1:]
	first, last := strings.IndexByte(line, ' '), strings.LastIndexByte(line, ' ')
	if first < 0 || first == last || !isToken(line[:first]) {
		return malformed("the request line is not METHOD TARGET VERSION")
	}
	method, target, version := line[:first], line[first+1:last], line[last+1:]
	switch {
	case target == "":
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
		line := text
		if i := strings.IndexByte(text, '\n'); i > 0 { // each line ends with both, as the reader saw to
			line, text = text[:i-1], text[i+1:]
		} else {
			text = ""
		}
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
	colon := strings.IndexByte(line, ':')
	if colon < 0 || !isToken(line[:colon]) {
		return Field{}, malformed("a header is not NAME: VALUE")
	}
	begin, end := colon+1, len(line)
	for begin < end && isBlank(line[begin]) {
		begin++
	}
	for begin < end && isBlank(line[end-1]) {
		end--
	}
	if !isValue(line[begin:end]) {
		return Field{}, malformed("a header has a control character in its value")
	}
	return Field{line[:colon], line[begin:end]}, nil
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// setTarget takes the target apart.
func (r *Request) setTarget(target string) error {
	escaped, question := false, len(target)
	for i := 0; i < len(target); i++ {
		switch c := target[i]; {
		case c <= ' ' || c >= 0x7f || c == '#':
			return malformed("the target has a character that must be percent-encoded")
		case c == '%':
			escaped = true
		case c == '?':
			question = min(question, i)
		}
	}
	if r.Method == "CONNECT" {
		return &problem{501, "this server is no proxy"}
	}
	if !strings.HasPrefix(target, "/") {
		return r.setOddTarget(target)
	}
	r.Target, r.Path, r.RawQuery = target, target[:question], ""
	if question < len(target) {
		r.RawQuery = target[question+1:]
	}
	if escaped {
		var ok bool
		if r.Path, ok = unescape(r.Path, false); !ok {
			return malformed("the path has a wrong percent-encoding")
		}
	}
	return nil
}

// setOddTarget takes targets that are not a path: the absolute form of proxies is read as its path.
func (r *Request) setOddTarget(target string) error {
	if target == "*" && r.Method == "OPTIONS" {
		r.Target, r.Path, r.RawQuery = target, target, ""
		return nil
	}
	if len(target) <= 7 || !strings.EqualFold(target[:7], "http://") {
		return malformed("the target is not a path")
	}
	i := strings.IndexAny(target[7:], "/?")
	switch {
	case i < 0:
		return r.setTarget("/")
	case target[7+i] == '?':
		return r.setTarget("/" + target[7+i:])
	}
	return r.setTarget(target[7+i:])
}

// framing is what headers say about the message itself.
type framing struct {
	lengths, codings, hosts int
	length, coding          string
}

// note takes a header's part in it. Lengths tell names apart at once, and this is done for each header.
func (r *Request) note(f Field, to *framing) error {
	switch {
	case len(f.Name) == 4 && equalFold(f.Name, "Host"):
		to.hosts++
	case len(f.Name) == 6 && equalFold(f.Name, "Expect") && !r.old:
		if r.expects = strings.EqualFold(f.Value, "100-continue"); !r.expects {
			return &problem{417, "the only expectation is 100-continue"}
		}
	case len(f.Name) == 10 && equalFold(f.Name, "Connection"):
		r.connection(f.Value)
	case len(f.Name) == 14 && equalFold(f.Name, "Content-Length"):
		to.lengths, to.length = to.lengths+1, f.Value
	case len(f.Name) == 17 && equalFold(f.Name, "Transfer-Encoding"):
		to.codings, to.coding = to.codings+1, f.Value
	}
	return nil
}

// connection reads the options of a Connection header.
func (r *Request) connection(value string) {
	for option := range strings.SplitSeq(value, ",") {
		switch option = strings.Trim(option, " \t"); {
		case strings.EqualFold(option, "close"):
			r.closes = true
		case strings.EqualFold(option, "keep-alive"):
			r.keeps = true
		}
	}
}

// frame finds out how long the body is. Whatever another reader could take for another length is
// refused.
func (r *Request) frame() error {
	var f framing
	r.closes, r.keeps, r.expects = false, false, false
	for i := range r.Header {
		if err := r.note(r.Header[i], &f); err != nil {
			return err
		}
	}
	r.ContentLength = 0
	switch {
	case f.hosts > 1 || f.hosts == 0 && !r.old:
		return malformed("there is not exactly one Host header")
	case f.lengths > 1:
		return malformed("there is more than one Content-Length")
	case f.lengths > 0 && f.codings > 0:
		return malformed("there are a Content-Length and a Transfer-Encoding")
	case f.codings > 1 || f.codings == 1 && r.old:
		return malformed("the Transfer-Encoding is ambiguous")
	case f.codings == 1 && !strings.EqualFold(f.coding, "chunked"):
		return &problem{501, "the only Transfer-Encoding is chunked"}
	case f.codings == 1:
		r.ContentLength = lengthChunked
	case f.lengths == 1:
		n, ok := parseLength(f.length)
		if !ok {
			return malformed("the Content-Length is not a number")
		}
		r.ContentLength = n
	}
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
