package lean

import (
	"bytes"
	"io"
)

// input is a buffered reader of lines that end with CRLF, and of bytes.
type input struct {
	src  io.Reader
	buf  []byte
	r, w int
}

func newInput(src io.Reader) *input { return &input{src: src, buf: make([]byte, inputSize)} }

// buffered is the number of bytes that were read and not used.
func (in *input) buffered() int { return in.w - in.r }

// fill reads more into the buffer, which may grow to limit bytes.
func (in *input) fill(limit int) error {
	if in.r > 0 {
		in.w = copy(in.buf, in.buf[in.r:in.w])
		in.r = 0
	}
	if in.w == len(in.buf) {
		if in.w >= limit {
			return errLong
		}
		grown := make([]byte, min(2*len(in.buf), limit))
		copy(grown, in.buf)
		in.buf = grown
	}
	n, err := in.src.Read(in.buf[in.w:])
	in.w += n
	if n > 0 {
		return nil
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return err
}

var (
	errLong   = &problem{431, "the head of the request is too large"}
	errBareLF = malformed("a line ends without a carriage return")
)

// head reads lines up to an empty one, of limit bytes at most, and returns them without that one.
// io.EOF is an end before the first byte.
func (in *input) head(limit int) (string, error) {
	scanned, line := 0, 0 // offsets from r: how far was looked, where the current line starts
	for {
		for {
			i := bytes.IndexByte(in.buf[in.r+scanned:in.w], '\n')
			if i < 0 {
				scanned = in.buffered()
				break
			}
			end := scanned + i
			if end > limit {
				return "", errLong
			}
			if end == line || in.buf[in.r+end-1] != '\r' {
				return "", errBareLF
			}
			if end == line+1 {
				head := string(in.buf[in.r : in.r+line])
				in.r += end + 1
				return head, nil
			}
			scanned, line = end+1, end+1
		}
		if in.buffered() >= limit {
			return "", errLong
		}
		if err := in.more(limit); err != nil {
			return "", err
		}
	}
}

// line reads one line of limit bytes at most and returns it without its end.
func (in *input) line(limit int) (string, error) {
	scanned := 0
	for {
		if i := bytes.IndexByte(in.buf[in.r+scanned:in.w], '\n'); i >= 0 {
			end := scanned + i
			if end == 0 || in.buf[in.r+end-1] != '\r' {
				return "", errBareLF
			}
			line := string(in.buf[in.r : in.r+end-1])
			in.r += end + 1
			return line, nil
		}
		if scanned = in.buffered(); scanned >= limit {
			return "", malformed("a line is too long")
		}
		if err := in.more(max(limit, len(in.buf))); err != nil {
			return "", err
		}
	}
}

// more is fill with an end in the middle of something told apart.
func (in *input) more(limit int) error {
	err := in.fill(limit)
	if err == io.EOF && in.buffered() > 0 { //nolint:errorlint // readers return io.EOF itself
		return io.ErrUnexpectedEOF
	}
	return err
}

// Read returns what is buffered, or reads past the buffer.
func (in *input) Read(p []byte) (int, error) {
	if in.buffered() > 0 {
		n := copy(p, in.buf[in.r:in.w])
		in.r += n
		return n, nil
	}
	return in.src.Read(p)
}
