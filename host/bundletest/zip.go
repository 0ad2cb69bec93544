package bundletest

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
)

// Part is one entry of a zip that is written byte by byte, so that it can lie about anything. The zero value of
// each field means the truth.
type Part struct {
	Name, Data string
	// Local is what the local header calls the entry.
	Local string
	// Method is what the headers say; stored data are packed by it only for 8.
	Method, LocalMethod uint16
	Flags, LocalFlags   uint16
	// Mode is the Unix mode, DOS the attributes of DOS.
	Mode uint32
	DOS  byte
	// Size, Packed and CRC replace the true ones in both headers; the others in the local header alone.
	Size, Packed, CRC                uint32
	LocalSize, LocalPacked, LocalCRC uint32
	// Extra is the central extra field, LocalExtra the local one, Comment the entry's comment.
	Extra, LocalExtra []byte
	Comment           string
	// Disk is the part of a split archive that the entry says it begins in.
	Disk uint16
	// Before stands in front of the entry; After follows its packed data.
	Before, After string
	// Same makes the central entry point to the entry in front of it, Shift moves where it points to.
	Same  bool
	Shift int
	// Bare leaves out the descriptor's signature; Wrong makes the descriptor lie; Long writes its sizes in 8 bytes.
	Bare, Wrong, Long bool
}

// End is what the end record says, and what stands around the archive.
type End struct {
	Prefix, Suffix, Comment, Gap string
	Entries, DiskEntries, Disk   uint16
	Size, Offset                 uint32
	// Locator puts a locator of zip64 without an end record of zip64 in front of the end.
	Locator bool
	// Long64 puts a true end record of zip64 and its locator there, with Entries64 in place of the number of entries.
	Long64    bool
	Entries64 uint64
}

func or[T comparable](given, truth T) T {
	var zero T
	if given != zero {
		return given
	}
	return truth
}

// Deflate packs data.
func Deflate(data string) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.DefaultCompression)
	_, _ = w.Write([]byte(data))
	_ = w.Close()
	return b.Bytes()
}

var put = binary.LittleEndian

// entry is a part with its true values worked out.
type entry struct {
	Part
	packed            []byte
	crc, size, length uint32
}

func newEntry(p Part) entry {
	e := entry{Part: p, packed: []byte(p.Data)}
	if p.Method == 8 {
		e.packed = Deflate(p.Data)
	}
	e.packed = append(e.packed, p.After...)
	e.crc, e.size, e.length = or(p.CRC, crc32.ChecksumIEEE([]byte(p.Data))), or(p.Size, uint32(len(p.Data))), or(p.Packed, uint32(len(e.packed)))
	return e
}

// Zip writes the parts and the end record.
func Zip(e End, parts ...Part) []byte {
	var out, central []byte
	out = append(out, e.Prefix...)
	last := 0
	for _, p := range parts {
		out = append(out, p.Before...)
		at, written := len(out), newEntry(p)
		if p.Same {
			at = last
		} else {
			out = written.appendLocal(out)
		}
		last = at
		central = written.appendCentral(central, at+p.Shift)
	}
	out = append(out, e.Gap...)
	start := len(out)
	out = append(out, central...)
	n := len(parts)
	if e.Long64 {
		out = e.appendEnd64(out, n, start, len(central))
	}
	if e.Locator {
		out = append(append(out, "PK\x06\x07"...), make([]byte, 16)...)
	}
	return e.appendEnd(out, n, start, len(central))
}

func (e *entry) appendCentral(out []byte, at int) []byte {
	b := append([]byte("PK\x01\x02"), 20, 3, 20, 0)
	b = put.AppendUint16(put.AppendUint16(b, e.Flags), e.Method)
	b = put.AppendUint32(b, 0)
	b = put.AppendUint32(put.AppendUint32(put.AppendUint32(b, e.crc), e.length), e.size)
	b = put.AppendUint16(put.AppendUint16(b, uint16(len(e.Name))), uint16(len(e.Extra)))
	b = put.AppendUint16(put.AppendUint16(b, uint16(len(e.Comment))), e.Disk)
	b = put.AppendUint16(b, 0)
	b = put.AppendUint32(put.AppendUint32(b, e.Mode<<16|uint32(e.DOS)), uint32(at))
	return append(append(append(append(out, b...), e.Name...), e.Extra...), e.Comment...)
}

func (e *entry) appendLocal(out []byte) []byte {
	name, flags := or(e.Local, e.Name), or(e.LocalFlags, e.Flags)
	b := append([]byte("PK\x03\x04"), 20, 0)
	b = put.AppendUint16(put.AppendUint16(b, flags), or(e.LocalMethod, e.Method))
	b = put.AppendUint32(b, 0)
	crc, length, size := e.crc, e.length, e.size
	if e.Flags&8 != 0 {
		crc, length, size = 0, 0, 0
	}
	b = put.AppendUint32(put.AppendUint32(put.AppendUint32(b, or(e.LocalCRC, crc)), or(e.LocalPacked, length)), or(e.LocalSize, size))
	b = put.AppendUint16(put.AppendUint16(b, uint16(len(name))), uint16(len(e.LocalExtra)))
	out = append(append(append(append(out, b...), name...), e.LocalExtra...), e.packed...)
	if e.Flags&8 != 0 {
		return e.appendDescriptor(out)
	}
	return out
}

func (e *entry) appendDescriptor(out []byte) []byte {
	if !e.Bare {
		out = append(out, "PK\x07\x08"...)
	}
	crc := e.crc
	if e.Wrong {
		crc++
	}
	out = put.AppendUint32(out, crc)
	if e.Long {
		return put.AppendUint64(put.AppendUint64(out, uint64(e.length)), uint64(e.size))
	}
	return put.AppendUint32(put.AppendUint32(out, e.length), e.size)
}

func (e *End) appendEnd(out []byte, entries, start, size int) []byte {
	out = append(out, "PK\x05\x06"...)
	out = put.AppendUint16(put.AppendUint16(out, e.Disk), e.Disk)
	n := or(e.Entries, uint16(entries))
	out = put.AppendUint16(put.AppendUint16(out, or(e.DiskEntries, n)), n)
	out = put.AppendUint32(put.AppendUint32(out, or(e.Size, uint32(size))), or(e.Offset, uint32(start)))
	out = put.AppendUint16(out, uint16(len(e.Comment)))
	return append(append(out, e.Comment...), e.Suffix...)
}

func (e *End) appendEnd64(out []byte, entries, start, size int) []byte {
	at, n := len(out), or(e.Entries64, uint64(entries))
	out = put.AppendUint64(append(out, "PK\x06\x06"...), 44)
	out = append(out, 45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	out = put.AppendUint64(put.AppendUint64(out, n), n)
	out = put.AppendUint64(put.AppendUint64(out, uint64(size)), uint64(start))
	out = append(append(out, "PK\x06\x07"...), 0, 0, 0, 0)
	return append(put.AppendUint64(out, uint64(at)), 1, 0, 0, 0)
}

// Field is one extra field.
func Field(id uint16, data string) []byte {
	b := put.AppendUint16(put.AppendUint16(nil, id), uint16(len(data)))
	return append(b, data...)
}

// SecondName is the extra field that gives an entry another name, for the entry that the headers call name.
func SecondName(name, second string) []byte {
	return Field(0x7075, string(put.AppendUint32([]byte{1}, crc32.ChecksumIEEE([]byte(name))))+second)
}

// Pages is a valid html plugin, and what is added to it.
func Pages(more ...Part) []Part {
	return append([]Part{
		{Name: "manifest.json", Method: 8, Data: `{"name":"Pages","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"index.html"}}}`},
		{Name: "index.html", Method: 8, Data: "<!doctype html><title>Pages</title>"},
	}, more...)
}
