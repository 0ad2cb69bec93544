package archive

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// extentsMax bounds the pieces of a file between holes; one with more is written whole.
const extentsMax = 1 << 20

// extent is one piece of a file that is no hole.
type extent struct{ offset, length int64 }

// pieces are a file's data. Its content in an archive is how many there are, where each begins and how long it is, each number on a line of its own, and then
// the data.
type pieces []extent

// reader is the content, and its size.
func (p pieces) reader(f io.ReaderAt) (io.Reader, int64) {
	var head strings.Builder
	fmt.Fprintf(&head, "%d\n", len(p))
	size := int64(0)
	for _, e := range p {
		fmt.Fprintf(&head, "%d\n%d\n", e.offset, e.length)
		size += e.length
	}
	size += int64(head.Len())
	return io.MultiReader(strings.NewReader(head.String()), &piecesReader{f: f, left: p}), size
}

type piecesReader struct {
	f    io.ReaderAt
	left pieces
	at   int64
}

func (r *piecesReader) Read(p []byte) (int, error) {
	for len(r.left) > 0 && r.at == r.left[0].length {
		r.left, r.at = r.left[1:], 0
	}
	if len(r.left) == 0 {
		return 0, io.EOF
	}
	e := r.left[0]
	n, err := r.f.ReadAt(p[:min(int64(len(p)), e.length-r.at)], e.offset+r.at)
	r.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// writeSparse fills an empty file of size bytes with the pieces that r brings.
func writeSparse(f *os.File, size int64, r io.Reader) error {
	in := bufio.NewReader(r)
	count, err := number(in, extentsMax)
	if err != nil {
		return err
	}
	all := make(pieces, 0, min(count, 4096))
	end := int64(0)
	for range count {
		offset, err := number(in, size)
		if err != nil {
			return err
		}
		length, err := number(in, size-offset)
		if err != nil {
			return err
		}
		if offset < end {
			return Invalid("the pieces of a file overlap")
		}
		end = offset + length
		all = append(all, extent{offset, length})
	}
	for _, e := range all {
		_, err := io.CopyN(io.NewOffsetWriter(f, e.offset), in, e.length)
		if errors.Is(err, io.EOF) {
			return Invalid("a file with holes has less data than pieces")
		}
		if err != nil {
			return err
		}
	}
	n, err := io.Copy(io.Discard, in)
	if err == nil && n > 0 {
		err = Invalid("a file with holes has more data than pieces")
	}
	if err != nil {
		return err
	}
	return f.Truncate(size)
}

// number reads one line.
func number(in *bufio.Reader, most int64) (int64, error) {
	line, err := in.ReadSlice('\n')
	if errors.Is(err, io.EOF) || errors.Is(err, bufio.ErrBufferFull) {
		return 0, Invalid("the pieces of a file cannot be read")
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(line[:len(line)-1]), 10, 64)
	if err != nil || n < 0 || n > most {
		return 0, Invalid("the pieces of a file make no sense")
	}
	return n, nil
}
