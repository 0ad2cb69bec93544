package bundle_test

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"appzone/host/bundle"

	"github.com/stretchr/testify/require"
)

// part is one entry of a zip that is written byte by byte, so that it can lie about anything. The zero value of
// each field means the truth.
type part struct {
	name, data string
	// local is what the local header calls the entry.
	local string
	// method is what the headers say; stored data are packed by it only for 8.
	method, localMethod uint16
	flags, localFlags   uint16
	// mode is the Unix mode.
	mode uint32
	// size, packed and crc replace the true ones in both headers.
	size, packed, crc uint32
	// extra is the central extra field.
	extra []byte
	// before stands in front of the entry; after follows its packed data.
	before, after string
	// same makes the central entry point to the entry in front of it.
	same bool
	// bare leaves out the descriptor's signature; wrong makes the descriptor lie.
	bare, wrong bool
}

// end is what the end record says.
type end struct {
	prefix, suffix, comment, gap string
	entries, diskEntries, disk   uint16
	size, offset                 uint32
	locator                      bool
}

func or[T comparable](given, truth T) T {
	var zero T
	if given != zero {
		return given
	}
	return truth
}

func deflate(data string) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression)
	_, _ = w.Write([]byte(data))
	_ = w.Close()
	return b.Bytes()
}

var put = binary.LittleEndian

// zipOf writes the parts and the end record.
func zipOf(e end, parts ...part) []byte {
	var out, central []byte
	out = append(out, e.prefix...)
	last := 0
	for _, p := range parts {
		out = append(out, p.before...)
		packed := []byte(p.data)
		if p.method == 8 {
			packed = deflate(p.data)
		}
		packed = append(packed, p.after...)
		crc, size, length := or(p.crc, crc32.ChecksumIEEE([]byte(p.data))), or(p.size, uint32(len(p.data))), or(p.packed, uint32(len(packed)))
		at := len(out)
		if p.same {
			at = last
		} else {
			out = appendLocal(out, p, crc, size, length, packed)
		}
		last = at
		b := append([]byte("PK\x01\x02"), 20, 3, 20, 0)
		b = put.AppendUint16(put.AppendUint16(b, p.flags), p.method)
		b = put.AppendUint32(b, 0)
		b = put.AppendUint32(put.AppendUint32(put.AppendUint32(b, crc), length), size)
		b = put.AppendUint16(put.AppendUint16(b, uint16(len(p.name))), uint16(len(p.extra)))
		b = append(b, 0, 0, 0, 0, 0, 0)
		b = put.AppendUint32(put.AppendUint32(b, p.mode<<16), uint32(at))
		central = append(append(append(central, b...), p.name...), p.extra...)
	}
	out = append(out, e.gap...)
	start := len(out)
	out = append(out, central...)
	if e.locator {
		out = append(append(out, "PK\x06\x07"...), make([]byte, 16)...)
	}
	out = append(out, "PK\x05\x06"...)
	out = put.AppendUint16(put.AppendUint16(out, e.disk), e.disk)
	n := or(e.entries, uint16(len(parts)))
	out = put.AppendUint16(put.AppendUint16(out, or(e.diskEntries, n)), n)
	out = put.AppendUint32(put.AppendUint32(out, or(e.size, uint32(len(central)))), or(e.offset, uint32(start)))
	out = put.AppendUint16(out, uint16(len(e.comment)))
	return append(append(out, e.comment...), e.suffix...)
}

func appendLocal(out []byte, p part, crc, size, length uint32, packed []byte) []byte {
	name := or(p.local, p.name)
	b := append([]byte("PK\x03\x04"), 20, 0)
	b = put.AppendUint16(put.AppendUint16(b, or(p.localFlags, p.flags)), or(p.localMethod, p.method))
	b = put.AppendUint32(b, 0)
	if p.flags&8 != 0 {
		b = append(b, make([]byte, 12)...)
	} else {
		b = put.AppendUint32(put.AppendUint32(put.AppendUint32(b, crc), length), size)
	}
	b = put.AppendUint16(put.AppendUint16(b, uint16(len(name))), 0)
	out = append(append(append(out, b...), name...), packed...)
	if p.flags&8 != 0 {
		if !p.bare {
			out = append(out, "PK\x07\x08"...)
		}
		if p.wrong {
			crc++
		}
		out = put.AppendUint32(put.AppendUint32(put.AppendUint32(out, crc), length), size)
	}
	return out
}

// pages is a valid html plugin; clock a valid script plugin. The tests add to them.
func pages(more ...part) []part {
	return append([]part{
		{name: "manifest.json", method: 8, data: `{"name":"Pages","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"index.html"}}}`},
		{name: "index.html", method: 8, data: "<!doctype html><title>Pages</title>"},
	}, more...)
}

func clock(parameters string, more ...part) []part {
	return append([]part{
		{name: "manifest.json", data: `{"name":"Clock","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"clock",` + parameters + `}}`},
	}, more...)
}

func open(zip []byte) (*bundle.Bundle, error) {
	return bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
}

func mustOpen(t testing.TB, zip []byte) *bundle.Bundle {
	t.Helper()
	b, err := open(zip)
	require.NoError(t, err)
	require.NoError(t, b.Verify())
	return b
}

func paths(b *bundle.Bundle) []string {
	var all []string
	for _, e := range b.Entries {
		all = append(all, e.Path)
	}
	return all
}
