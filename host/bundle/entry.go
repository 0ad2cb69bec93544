package bundle

import (
	"bufio"
	"bytes"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
)

// Methods of packing.
const (
	methodStore   = 0
	methodDeflate = 8
)

// Entry is one regular file of the bundle.
type Entry struct {
	// Path is relative to manifest.json, valid by fs.ValidPath, and no other entry's in any spelling.
	Path string
	// Size is the length of the content; reading fails when that turns out to be a lie.
	Size int64
	// Compressed is the length in the zip.
	Compressed int64
	// CRC32 is the content's checksum (IEEE).
	CRC32 uint32

	zip    io.ReaderAt
	start  int64
	method uint16
}

// Open reads the content. It gives exactly Size bytes and then io.EOF, or a *fault.Error when the packed data
// hold more, fewer or other bytes than declared. Entries may be open at the same time.
func (e *Entry) Open() (io.ReadCloser, error) {
	raw := io.NewSectionReader(e.zip, e.start, e.Compressed)
	c := &content{entry: e, left: e.Size, sum: crc32.NewIEEE()}
	if e.method == methodStore {
		c.src = raw
		return c, nil
	}
	c.inflater = inflaters.Get().(*inflater)
	c.inflater.packed.Reset(raw)
	if err := c.inflater.Reset(&c.inflater.packed, nil); err != nil {
		return nil, refuse("zip_damaged", "%s cannot be unpacked", quote(e.Path))
	}
	c.src = c.inflater
	return c, nil
}

// Gzip gives the content as a gzip file without packing it anew: the zip's own deflate data between the head and
// the tail of a gzip member. ok is false when that is not smaller than the content. The result is good only
// if Open's content was read to its end without an error.
func (e *Entry) Gzip() (size int64, r io.Reader, ok bool) {
	size = gzipHead + e.Compressed + gzipTail
	if e.method != methodDeflate || size >= e.Size {
		return 0, nil, false
	}
	head := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}
	tail := little.AppendUint32(little.AppendUint32(nil, e.CRC32), uint32(e.Size))
	return size, io.MultiReader(bytes.NewReader(head), io.NewSectionReader(e.zip, e.start, e.Compressed), bytes.NewReader(tail)), true
}

const gzipHead, gzipTail = 10, 8

// inflater is a decompressor that is used again: it holds some 80 KiB.
type inflater struct {
	io.Reader
	flate.Resetter
	packed bufio.Reader
}

var inflaters = sync.Pool{New: func() any {
	r := flate.NewReader(bytes.NewReader(nil))
	return &inflater{Reader: r, Resetter: r.(flate.Resetter), packed: *bufio.NewReaderSize(nil, 32<<10)}
}}

// content counts and sums what is read; the counter is hard, whatever the headers say (A5).
type content struct {
	entry    *Entry
	src      io.Reader
	inflater *inflater
	left     int64
	sum      hash.Hash32
	err      error
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if c.left == 0 {
		c.err = c.end()
		return 0, c.err
	}
	n, err := c.src.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	_, _ = c.sum.Write(p[:n])
	switch {
	case err == nil || c.left == 0 && errors.Is(err, io.EOF):
	case errors.Is(err, io.EOF):
		c.err = c.lie("holds %d bytes less than it declares", c.left)
	default:
		c.err = refuse("zip_damaged", "%s cannot be unpacked", quote(c.entry.Path))
	}
	return n, c.err
}

// end is called when all declared bytes were read: nothing may follow, neither unpacked nor packed.
func (c *content) end() error {
	var one [1]byte
	if n, err := io.ReadFull(c.src, one[:]); n > 0 {
		return c.lie("holds more bytes than the %d that it declares", c.entry.Size)
	} else if !errors.Is(err, io.EOF) {
		return refuse("zip_damaged", "%s cannot be unpacked", quote(c.entry.Path))
	}
	if c.inflater != nil {
		if _, err := c.inflater.packed.ReadByte(); err == nil {
			return refuse("zip_hidden_data", "bytes follow the packed data of %s", quote(c.entry.Path))
		}
	}
	if c.sum.Sum32() != c.entry.CRC32 {
		return refuse("zip_damaged", "%s has another checksum than it declares", quote(c.entry.Path))
	}
	return io.EOF
}

func (c *content) lie(format string, args ...any) error {
	return refuse("zip_size_lie", quote(c.entry.Path)+" "+format, args...)
}

// Close gives the decompressor back.
func (c *content) Close() error {
	if c.inflater != nil {
		c.inflater.packed.Reset(nil)
		inflaters.Put(c.inflater)
		c.inflater, c.src = nil, nil
	}
	if c.err == nil {
		c.err = errors.New("read from a closed file")
	}
	return nil
}
