package relay

import (
	"bytes"
	"errors"
	"io"
)

const (
	// chunkLine bounds the line before a chunk, with its extensions, which are dropped.
	chunkLine = 4 << 10
	// trailerBytes bounds the trailers, which are dropped.
	trailerBytes = 16 << 10
)

var errChunk = errors.New("the chunked body is malformed")

// framing is how the end of an answer's body is told.
type framing uint8

const (
	fixed framing = iota
	chunked
	untilClose
)

// answerBody reads the body of an answer in place, from the connection's buffer.
type answerBody struct {
	conn *upstreamConn
	kind framing
	// left is what is missing of the body, or of the chunk under way.
	left    int64
	inChunk bool
	done    bool
}

// next returns the next bytes, valid until the call after it, and io.EOF at the end. A body
// that is cut is io.ErrUnexpectedEOF. wait is called before each read that may block.
func (b *answerBody) next(wait func() error) ([]byte, error) {
	if b.kind == chunked && b.left == 0 && !b.done {
		if err := b.nextChunk(wait); err != nil {
			return nil, noEOF(err)
		}
	}
	if b.done || (b.kind == fixed && b.left == 0) {
		b.done = true
		return nil, io.EOF
	}
	if len(b.conn.buffered()) == 0 {
		if err := b.fill(wait); err != nil {
			if b.kind == untilClose && errors.Is(err, io.EOF) {
				b.done = true
				return nil, io.EOF
			}
			return nil, noEOF(err)
		}
	}
	p := b.conn.buffered()
	if b.kind != untilClose && int64(len(p)) > b.left {
		p = p[:b.left]
	}
	b.conn.discard(len(p))
	b.left -= int64(len(p))
	return p, nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (b *answerBody) fill(wait func() error) error {
	if err := wait(); err != nil {
		return err
	}
	return b.conn.fill()
}

// nextChunk reads up to the data of the next chunk, or to the end of the body.
func (b *answerBody) nextChunk(wait func() error) error {
	if b.inChunk {
		line, err := b.line(2, wait)
		if err != nil {
			return err
		}
		if len(line) != 0 {
			return errChunk
		}
		b.inChunk = false
	}
	line, err := b.line(chunkLine, wait)
	if err != nil {
		return err
	}
	size, ok := chunkSize(line)
	if !ok {
		return errChunk
	}
	if size > 0 {
		b.left, b.inChunk = size, true
		return nil
	}
	for total := 0; ; {
		if line, err = b.line(trailerBytes-total, wait); err != nil {
			return err
		}
		if len(line) == 0 {
			b.done = true
			return nil
		}
		if total += len(line) + 2; total >= trailerBytes {
			return errChunk
		}
	}
}

// line reads one line of at most limit bytes that ends in CRLF, without that end.
func (b *answerBody) line(limit int, wait func() error) ([]byte, error) {
	for {
		p := b.conn.buffered()
		i := bytes.IndexByte(p, '\n')
		switch {
		case i == 0, i > 0 && p[i-1] != '\r', i > limit, i < 0 && len(p) > limit:
			return nil, errChunk
		case i > 0:
			b.conn.discard(i + 1)
			return p[:i-1], nil
		}
		if err := b.fill(wait); err != nil {
			return nil, err
		}
	}
}

// chunkSize reads the hexadecimal size at the start of a chunk's line.
func chunkSize(line []byte) (size int64, ok bool) {
	digits, _, _ := bytes.Cut(line, []byte{';'})
	digits = bytes.TrimRight(digits, " \t")
	if len(digits) == 0 || len(digits) > 15 {
		return 0, false
	}
	for _, c := range digits {
		d := hexDigit(c)
		if d < 0 {
			return 0, false
		}
		size = size<<4 | int64(d)
	}
	return size, true
}

// whole decodes a chunked body that has arrived to its end in p, appending it to dst. ok is
// false when something is missing or wrong, and then the stream will tell.
func whole(dst, p []byte) (body []byte, n int, ok bool) {
	total := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i <= 0 || p[i-1] != '\r' {
			return dst, 0, false
		}
		size, ok := chunkSize(p[:i-1])
		p = p[i+1:]
		if !ok || size > int64(len(p))-2 || p[size] != '\r' || p[size+1] != '\n' {
			return dst, 0, false
		}
		dst = append(dst, p[:size]...)
		p = p[size+2:]
		if size == 0 {
			return dst, total - len(p), true
		}
	}
}
