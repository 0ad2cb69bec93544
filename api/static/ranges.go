package static

import "bytes"

// span is a part of a body, end exclusive.
type span struct{ start, end int64 }

type rangeResult uint8

const (
	rangeNone          rangeResult = iota // none, several, or not understood: the whole body
	rangeOne                              // exactly one that can be served
	rangeUnsatisfiable                    // 416
)

// parseRange reads a Range header for a body of size bytes. Several ranges are answered
// with the whole body, which RFC 9110 allows and which costs no attacker's arithmetic.
func parseRange(header []byte, size int64) (span, rangeResult) {
	const unit = "bytes="
	if len(header) <= len(unit) || !bytes.EqualFold(header[:len(unit)], []byte(unit)) {
		return span{}, rangeNone
	}
	spec := bytes.TrimSpace(header[len(unit):])
	dash := bytes.IndexByte(spec, '-')
	if dash < 0 || bytes.IndexByte(spec, ',') >= 0 {
		return span{}, rangeNone
	}
	first, firstOK := number(spec[:dash])
	last, lastOK := number(spec[dash+1:])
	switch {
	case dash == 0 && lastOK:
		if last == 0 || size == 0 {
			return span{}, rangeUnsatisfiable
		}
		return span{max(0, size-last), size}, rangeOne
	case !firstOK || (!lastOK && dash != len(spec)-1) || (lastOK && last < first):
		return span{}, rangeNone
	case first >= size:
		return span{}, rangeUnsatisfiable
	case !lastOK:
		return span{first, size}, rangeOne
	}
	return span{first, min(last+1, size)}, rangeOne
}

// number reads digits; more than 18 are not a number here.
func number(b []byte) (n int64, ok bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
