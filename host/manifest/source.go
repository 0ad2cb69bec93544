package manifest

import (
	"bytes"
	"unicode/utf8"

	"appzone/host/fault"
)

// MaxBytes is the largest manifest.json that is read: 256 KiB.
const MaxBytes = 256 << 10

// source is the text of a manifest without its byte order mark.
type source []byte

// position tells the line and the column of an offset, both from 1; columns count characters.
func (s source) position(offset int) (line, column int) {
	offset = max(0, min(offset, len(s)))
	line = 1 + bytes.Count(s[:offset], []byte{'\n'})
	start := bytes.LastIndexByte(s[:offset], '\n') + 1
	return line, 1 + utf8.RuneCount(s[start:offset])
}

// offset is the reverse of position for a column that counts bytes.
func (s source) offset(line, byteColumn int) int {
	at := 0
	for ; line > 1; line-- {
		next := bytes.IndexByte(s[at:], '\n')
		if next < 0 {
			return len(s)
		}
		at += next + 1
	}
	return min(at+byteColumn-1, len(s))
}

// broken makes the error for text that is not JSON.
func (s source) broken(offset int, problem, fix string) *fault.Error {
	line, column := s.position(offset)
	e := fault.New(fault.Invalid, "manifest_syntax", "manifest.json line %d, column %d: %s", line, column, problem)
	if fix != "" {
		e.Message += "; " + fix
	}
	return e
}

var (
	byteOrderMark = []byte("\xef\xbb\xbf")
	utf16Marks    = [][]byte{{0xff, 0xfe}, {0xfe, 0xff}}
)

// readText checks that data is UTF-8 of a bearable size and takes the byte order mark off.
func readText(data []byte, r *report) (source, error) {
	if len(data) > MaxBytes {
		return nil, fault.New(fault.Invalid, "manifest_too_large",
			"manifest.json has %d bytes and may have %d; remove what the host does not read", len(data), MaxBytes)
	}
	for _, mark := range utf16Marks {
		if bytes.HasPrefix(data, mark) {
			return nil, source(nil).broken(0, "the file is UTF-16", "save it as UTF-8")
		}
	}
	text, marked := bytes.CutPrefix(data, byteOrderMark)
	r.src = text
	if marked {
		r.warn(0, "byte_order_mark", "the file starts with a byte order mark; save it as UTF-8 without one")
	}
	if !utf8.Valid(text) {
		at := 0
		for at < len(text) {
			c, n := utf8.DecodeRune(text[at:])
			if c == utf8.RuneError && n == 1 {
				break
			}
			at += n
		}
		return nil, source(text).broken(at, "the text is not UTF-8", "save the file as UTF-8")
	}
	return text, nil
}
