package bundle

import (
	"bytes"
	"encoding/binary"
	"io"

	"appzone/host/fault"
)

// Sizes and signatures of the zip format (APPNOTE 4.3).
const (
	endBytes     = 22
	centralBytes = 46
	localBytes   = 30
	locatorBytes = 20
	maxComment   = 1024

	endSignature     = "PK\x05\x06"
	centralSignature = "PK\x01\x02"
	localSignature   = "PK\x03\x04"
	spanSignature    = "PK\x07\x08"
	locatorSignature = "PK\x06\x07"
)

var little = binary.LittleEndian

// directory is the end record: where the central directory lies and how much there is of it.
type directory struct {
	entries      int
	offset, size int64
}

func refuse(code, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, code, "the zip is refused: "+format, args...)
}

func readAt(r io.ReaderAt, b []byte, offset int64) error {
	if n, err := r.ReadAt(b, offset); n < len(b) {
		return fault.Wrap(err, fault.Internal, "internal", "the zip cannot be read")
	}
	return nil
}

// findDirectory reads the end record, which stands at the very end, and refuses what would cost memory or be
// read differently elsewhere, before anything is allocated for it (A5, A6).
func findDirectory(r io.ReaderAt, size int64, limits Limits) (directory, error) {
	if size < endBytes {
		return directory{}, refuse("zip_invalid", "it is too short to be one")
	}
	tail := make([]byte, min(size, endBytes+maxComment))
	if err := readAt(r, tail, size-int64(len(tail))); err != nil {
		return directory{}, err
	}
	at := bytes.LastIndex(tail, []byte(endSignature))
	if at < 0 || len(tail)-at < endBytes {
		return directory{}, notZip(r, size)
	}
	end := tail[at:]
	comment := int(little.Uint16(end[20:]))
	switch {
	case endBytes+comment < len(end):
		return directory{}, refuse("zip_polyglot", "%d bytes follow its end; they could make it another kind of file", len(end)-endBytes-comment)
	case endBytes+comment > len(end):
		return directory{}, refuse("zip_truncated", "its end is missing; the upload or the download broke off")
	case at >= locatorBytes && bytes.HasPrefix(tail[at-locatorBytes:], []byte(locatorSignature)):
		return directory{}, refuse("zip_zip64", "it is in the zip64 form, which plugins do not need")
	}
	return checkEnd(end, size-int64(len(end)), limits)
}

func checkEnd(end []byte, endOffset int64, limits Limits) (directory, error) {
	d := directory{int(little.Uint16(end[10:])), int64(little.Uint32(end[16:])), int64(little.Uint32(end[12:]))}
	switch {
	case d.entries == 0xffff || d.offset == 0xffffffff || d.size == 0xffffffff:
		return d, refuse("zip_zip64", "it is in the zip64 form, which plugins do not need")
	case little.Uint32(end[4:]) != 0 || int(little.Uint16(end[8:])) != d.entries:
		return d, refuse("zip_multi_disk", "it is one part of several; pack it as a single file")
	case d.offset+d.size > endOffset:
		return d, refuse("zip_truncated", "its directory lies outside of it")
	case d.entries > limits.Entries:
		return d, tooMany(limits)
	case d.size > limits.DirectoryBytes:
		return d, refuse("zip_directory_too_large", "its directory has %d bytes and may have %d", d.size, limits.DirectoryBytes)
	case d.offset+d.size < endOffset:
		return d, refuse("zip_polyglot", "%d bytes stand in front of it or before its end; they could make it another kind of file",
			endOffset-d.offset-d.size)
	case d.entries == 0:
		return d, refuse("zip_empty", "it is empty")
	}
	return d, nil
}

func tooMany(limits Limits) error {
	return refuse("zip_too_many_entries", "it has more than %d files and folders; leave out what the plugin does not need when it runs", limits.Entries)
}

// notZip names what the file is instead, where that is easy to tell.
func notZip(r io.ReaderAt, size int64) error {
	head := make([]byte, min(size, 8))
	if err := readAt(r, head, 0); err != nil {
		return err
	}
	for magic, name := range map[string]string{
		"\x1f\x8b": "a gzip file", "Rar!": "a RAR archive", "7z\xbc\xaf": "a 7-Zip archive", "BZh": "a bzip2 file", "\xfd7zXZ": "an xz file", "{": "JSON",
	} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return refuse("zip_invalid", "it is %s; pack the plugin as .zip", name)
		}
	}
	if bytes.HasPrefix(head, []byte(localSignature)) {
		return refuse("zip_truncated", "its end is missing, or a long comment follows it; the upload or the download may have broken off")
	}
	return refuse("zip_invalid", "it is not a zip file")
}

// header is one entry as the central directory has it.
type header struct {
	name            string
	flags, method   uint16
	crc             uint32
	packed, size    int64
	offset          int64
	mode            uint32
	dos             byte
	index           int
	dataStart, next int64
}

// Flag bits.
const (
	flagEncrypted       = 1 << 0
	flagDescriptor      = 1 << 3
	flagStrongEncrypted = 1 << 6
	flagUTF8            = 1 << 11
	flagMasked          = 1 << 13
	// flagsKnown also has the two bits that tell how hard the packer tried.
	flagsKnown = flagDescriptor | flagUTF8 | 1<<1 | 1<<2
)

// readDirectory reads all central headers. They must fill the directory exactly.
func readDirectory(r io.ReaderAt, d directory) ([]header, error) {
	buffer := make([]byte, d.size)
	if err := readAt(r, buffer, d.offset); err != nil {
		return nil, err
	}
	headers := make([]header, 0, min(d.entries, len(buffer)/centralBytes))
	for len(buffer) > 0 && len(headers) < d.entries {
		h, rest, err := readCentral(buffer)
		if err != nil {
			return nil, err
		}
		h.index = len(headers)
		headers, buffer = append(headers, h), rest
	}
	if len(buffer) > 0 || len(headers) < d.entries {
		return nil, refuse("zip_directory_mismatch", "its directory does not hold the %d entries that its end names", d.entries)
	}
	return headers, nil
}

func readCentral(b []byte) (h header, rest []byte, err error) {
	if len(b) < centralBytes || string(b[:4]) != centralSignature {
		return h, nil, refuse("zip_directory_mismatch", "its directory is damaged")
	}
	name, extra, comment := int(little.Uint16(b[28:])), int(little.Uint16(b[30:])), int(little.Uint16(b[32:]))
	end := centralBytes + name + extra + comment
	if len(b) < end {
		return h, nil, refuse("zip_directory_mismatch", "its directory is damaged")
	}
	h = header{
		name:   string(b[centralBytes : centralBytes+name]),
		flags:  little.Uint16(b[8:]),
		method: little.Uint16(b[10:]),
		crc:    little.Uint32(b[16:]),
		packed: int64(little.Uint32(b[20:])),
		size:   int64(little.Uint32(b[24:])),
		offset: int64(little.Uint32(b[42:])),
		mode:   little.Uint32(b[38:]) >> 16,
		dos:    b[38],
	}
	if little.Uint16(b[34:]) != 0 {
		return h, nil, refuse("zip_multi_disk", "it is one part of several; pack it as a single file")
	}
	if err := checkExtra(h.name, b[centralBytes+name:centralBytes+name+extra]); err != nil {
		return h, nil, err
	}
	return h, b[end:], nil
}

// checkExtra refuses the extra fields that give an entry another size or another name than its header.
func checkExtra(name string, extra []byte) error {
	for len(extra) >= 4 {
		id, n := little.Uint16(extra), int(little.Uint16(extra[2:]))
		if n > len(extra)-4 {
			break
		}
		field := extra[4 : 4+n]
		switch {
		case id == 0x0001:
			return refuse("zip_zip64", "%s is in the zip64 form, which plugins do not need", quote(name))
		case id == 0x7075 && (n < 5 || string(field[5:]) != name):
			return refuse("zip_header_mismatch", "%s has a second name", quote(name))
		}
		extra = extra[4+n:]
	}
	return nil
}
