package module

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// errBeyond is damage: something claims to reach beyond the section that it is in.
var errBeyond = errors.New("it reaches beyond its section")

// reader reads the binary format and knows where it is.
type reader struct {
	in  *bufio.Reader
	at  int64
	end int64 // of the section that is being read, 0 outside of one
}

func (r *reader) byte() (byte, error) {
	if r.end != 0 && r.at >= r.end {
		return 0, errBeyond
	}
	b, err := r.in.ReadByte()
	if err == nil {
		r.at++
	}
	return b, err
}

// uint reads an unsigned LEB128 number of at most 32 bits.
func (r *reader) uint() (uint32, error) {
	var n uint64
	for shift := 0; shift < 35; shift += 7 {
		b, err := r.byte()
		if err != nil {
			return 0, err
		}
		n |= uint64(b&0x7f) << shift
		if b&0x80 == 0 {
			if n > 1<<32-1 {
				break
			}
			return uint32(n), nil
		}
	}
	return 0, errors.New("a number has more than 32 bits")
}

func (r *reader) skip(n int64) error {
	// A claim beyond the end of the file ends in an error, not in memory.
	done, err := io.CopyN(io.Discard, r.in, n)
	r.at += done
	return err
}

// list reads a length, and then as many items.
func (r *reader) list(limit uint32, what string, item func() error) error {
	n, err := r.uint()
	if err != nil {
		return err
	}
	if n > limit {
		return fmt.Errorf("%d %s, and at most %d are read", n, what, limit)
	}
	for range n {
		if err := item(); err != nil {
			return err
		}
	}
	return nil
}

func (r *reader) name() (string, error) {
	n, err := r.uint()
	if err != nil {
		return "", err
	}
	if n > maxNameBytes {
		return "", fmt.Errorf("a name of %d bytes, and at most %d are read", n, maxNameBytes)
	}
	if r.at+int64(n) > r.end {
		return "", errBeyond
	}
	b := make([]byte, n)
	done, err := io.ReadFull(r.in, b)
	r.at += int64(done)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(b) {
		return "", errors.New("a name is not UTF-8")
	}
	return string(b), nil
}

// limits reads a minimum and, if there is one, a maximum. It returns the minimum.
func (r *reader) limits() (uint32, error) {
	flags, err := r.byte()
	if err != nil {
		return 0, err
	}
	if flags > 3 {
		return 0, fmt.Errorf("limits have the unknown flags %d; 64-bit memory is not supported", flags)
	}
	minimum, err := r.uint()
	if err == nil && flags&1 != 0 {
		_, err = r.uint()
	}
	return minimum, err
}
