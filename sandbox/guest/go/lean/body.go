package lean

import (
	"errors"
	"io"
	"strings"
)

// body reads a message's body from in and nothing beyond it.
type body struct {
	in   *input
	left int64 // of the body, or of the current chunk; -1 is up to the end of the connection
	// chunked says that the body comes in chunks, opened that left belongs to one of them.
	chunked, opened bool
	room            int64  // how much more is allowed
	before          func() // called once before the first byte is waited for, or nil
	err             error  // how it ended
}

// lengthUnknown is the length of a response that ends with its connection.
const lengthUnknown = -2

// reset makes b the body of a new message.
func (b *body) reset(in *input, length, limit int64) {
	*b = body{in: in, left: length, room: limit}
	switch length {
	case 0:
		b.err = io.EOF
	case lengthChunked:
		b.chunked, b.left = true, 0
	case lengthUnknown:
		b.left = -1
	}
}

func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if b.before != nil {
		b.before()
		b.before = nil
	}
	if b.chunked && b.left == 0 {
		if b.err = b.nextChunk(); b.err != nil {
			return 0, b.err
		}
	}
	if b.left >= 0 && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.in.Read(p)
	if b.room -= int64(n); b.room < 0 {
		b.err = ErrBodyTooLarge
		return 0, b.err
	}
	if b.left > 0 {
		b.left -= int64(n)
	}
	switch {
	case err == io.EOF && b.left != -1: //nolint:errorlint // readers return io.EOF itself
		b.err = io.ErrUnexpectedEOF
	case err != nil:
		b.err = err
	case b.left == 0 && !b.chunked:
		b.err = io.EOF
	}
	if n > 0 {
		return n, nil
	}
	return n, b.err
}

// nextChunk reads the line that says how long the next chunk is. io.EOF is the regular end.
func (b *body) nextChunk() error {
	if b.opened {
		if line, err := b.in.line(2); err != nil || line != "" {
			return broken(err, "a chunk is longer than it says")
		}
	}
	b.opened = true
	line, err := b.in.line(maxChunkLine)
	if err != nil {
		return broken(err, "")
	}
	size, extension, _ := strings.Cut(line, ";")
	n, ok := parseChunkSize(strings.TrimRight(size, " \t"))
	if !ok || !isValue(extension) {
		return malformed("the size of a chunk is not a number")
	}
	if b.left = n; n > 0 {
		if n > b.room {
			return ErrBodyTooLarge
		}
		return nil
	}
	return b.trailers()
}

// trailers reads and drops what follows the last chunk.
func (b *body) trailers() error {
	room := maxTrailer
	for range MaxHeaders {
		line, err := b.in.line(room)
		if err != nil {
			return broken(err, "")
		}
		if line == "" {
			return io.EOF
		}
		if _, err := parseField(line); err != nil {
			return err
		}
		if room -= len(line); room <= 0 {
			break
		}
	}
	return malformed("there are too many trailers")
}

// broken is an error in the middle of a body: an end there is not a regular one.
func broken(err error, otherwise string) error {
	switch {
	case err == nil:
		return malformed(otherwise)
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseChunkSize reads up to 15 hexadecimal digits.
func parseChunkSize(s string) (int64, bool) {
	if s == "" || len(s) > 15 {
		return 0, false
	}
	var n int64
	for i := 0; i < len(s); i++ {
		d, ok := hexDigit(s[i])
		if !ok {
			return 0, false
		}
		n = n<<4 | int64(d)
	}
	return n, true
}

// finish reads what the handler left. It tells whether the connection may go on.
func (b *body) finish() bool {
	if b.err == nil {
		b.discard()
	}
	return b.ended()
}

// discard reads to the end, unless that is far. It is apart from finish, since its scratch space is
// not on the stack.
func (b *body) discard() {
	if b.left > maxUnread {
		return
	}
	scratch := make([]byte, 2<<10)
	for read := 0; b.err == nil && read <= maxUnread; {
		n, _ := b.Read(scratch)
		read += n
	}
}

// wrong returns why the body was refused, or nil.
func (b *body) wrong() *problem {
	p, _ := b.err.(*problem) //nolint:errorlint // set by this type
	return p
}

// ended tells whether the body was read to its regular end.
func (b *body) ended() bool {
	return b.err == io.EOF //nolint:errorlint // set by this type
}
