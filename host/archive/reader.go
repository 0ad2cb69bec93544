package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"appzone/host/fault"

	"github.com/klauspost/compress/zstd"
)

// Kind is what an entry is.
type Kind int

// The kinds of entries.
const (
	File Kind = iota
	Folder
	Link
	// Whiteout is overlayfs's note that something below is deleted.
	Whiteout
)

// Entry is one entry of an archive.
type Entry struct {
	Name string
	Kind Kind
	// Size is how many bytes can be read of it.
	Size int64
	Mode fs.FileMode
	Time time.Time
	// Link is where a link leads.
	Link string

	sparse int64 // the length of a file with holes, -1 for one without
	marks  map[string]string
}

// Limits bound what is read.
type Limits struct {
	// Bytes is how much the entries may hold together, and Entries how many there may be.
	Bytes, Entries int64
}

const (
	// windowMax is the largest window that an archive may ask for; a Writer uses 1 MiB.
	windowMax = 8 << 20
	// trailMax is how much may follow the end of the tar: padding.
	trailMax = 1 << 20
)

// Reader reads an archive. Not safe for concurrent use.
type Reader struct {
	// Meta is its first entry.
	Meta Meta

	zstd   *zstd.Decoder
	tar    *tar.Reader
	limits Limits
	now    *Entry
	sum    hash.Hash
	read   int64
	// lines hashes what the lines of SHA256SUMS must be.
	lines hash.Hash
}

// NewReader reads the beginning of an archive, which must be of this kind. Errors: backup_invalid for what is none, or a hostile one; backup_cut where
// the end is missing or something is damaged; backup_newer; backup_kind; backup_too_large.
func NewReader(in io.Reader, kind string, l Limits) (*Reader, error) {
	z, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(windowMax), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, err
	}
	r := &Reader{zstd: z, tar: tar.NewReader(z), limits: l, lines: sha256.New()}
	if err := r.readMeta(kind); err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// Close gives up what is held.
func (r *Reader) Close() { r.zstd.Close() }

// Next goes on to the next entry. What was not read of the one before is checked, too. At the end, when the sums were found to be
// right, it is io.EOF: until then nothing of what was read is to be trusted.
func (r *Reader) Next() (*Entry, error) {
	e, err := r.next()
	if err != nil {
		return nil, err
	}
	if e.Name == SumsName {
		return nil, r.finish(e)
	}
	return e, nil
}

func (r *Reader) next() (*Entry, error) {
	if err := r.settle(); err != nil {
		return nil, err
	}
	h, err := r.tar.Next()
	if errors.Is(err, io.EOF) {
		return nil, cut(nil)
	}
	if err != nil {
		return nil, r.explain(err)
	}
	if r.now, err = r.entry(h); err != nil {
		return nil, err
	}
	r.sum, r.read = sha256.New(), 0
	return r.now, nil
}

// settle reads the rest of the present entry and notes its sum.
func (r *Reader) settle() error {
	if r.now == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	if r.now.Kind == File && r.now.Name != SumsName {
		_, _ = r.lines.Write([]byte(sumLine(hex.EncodeToString(r.sum.Sum(nil)), r.now.Name)))
	}
	return nil
}

// Read reads the present entry.
func (r *Reader) Read(p []byte) (int, error) {
	n, err := r.tar.Read(p)
	_, _ = r.sum.Write(p[:n])
	r.read += int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = r.explain(err)
	}
	return n, err
}

// ReadAll reads the present entry, which has at most so many bytes.
func (r *Reader) ReadAll(most int64) ([]byte, error) {
	if r.now.Size > most {
		return nil, Invalid("%.100q is too large", r.now.Name)
	}
	return io.ReadAll(r)
}

// entry checks a header.
func (r *Reader) entry(h *tar.Header) (*Entry, error) {
	e := &Entry{Name: h.Name, Mode: fs.FileMode(h.Mode).Perm(), Time: h.ModTime, Size: h.Size, sparse: -1, marks: h.PAXRecords}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse") {
			return nil, Invalid("%.100q is in a form that is not used", h.Name)
		}
	}
	switch h.Typeflag {
	case tar.TypeReg:
		e.Kind = File
	case tar.TypeDir:
		e.Kind, e.Name = Folder, strings.TrimSuffix(h.Name, "/")
	case tar.TypeSymlink:
		e.Kind, e.Link = Link, h.Linkname
	case tar.TypeChar:
		e.Kind = Whiteout
		if h.Devmajor != 0 || h.Devminor != 0 {
			return nil, Invalid("%.100q is a device", h.Name)
		}
	default:
		return nil, Invalid("%.100q is neither a file, a folder nor a link", h.Name)
	}
	if err := checkName(e.Name); err != nil {
		return nil, err
	}
	if e.Kind == Link && (e.Link == "" || len(e.Link) > linkMax || strings.ContainsRune(e.Link, 0)) {
		return nil, Invalid("the link %.100q leads to nothing", h.Name)
	}
	if length, ok := h.PAXRecords[recordSparse]; ok && e.Kind == File {
		n, err := strconv.ParseInt(length, 10, 64)
		if err != nil || n < 0 {
			return nil, Invalid("%.100q has no length", h.Name)
		}
		e.sparse = n
	}
	return e, r.count(e)
}

// count holds the entry against the limits.
func (r *Reader) count(e *Entry) error {
	return r.spend(1, e.Size)
}

// spend takes entries and bytes from the limits.
func (r *Reader) spend(entries, bytes int64) error {
	r.limits.Entries -= entries
	r.limits.Bytes -= bytes
	if r.limits.Entries < 0 || r.limits.Bytes < 0 {
		return fault.New(fault.NoSpace, "backup_too_large", "what is in the backup is more than there is room for, or than is taken; make room, or use another disk")
	}
	return nil
}

// finish holds the sums against what was read, and makes sure that nothing follows.
func (r *Reader) finish(e *Entry) error {
	if e.Kind != File {
		return Invalid("%s is no file", SumsName)
	}
	if err := r.settle(); err != nil {
		return err
	}
	if string(r.sum.Sum(nil)) != string(r.lines.Sum(nil)) {
		return fault.New(fault.Invalid, "backup_damaged", "the backup is not what was written: its sums are wrong; use another one")
	}
	if _, err := r.tar.Next(); !errors.Is(err, io.EOF) {
		return Invalid("something follows %s", SumsName)
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r.zstd, trailMax+1))
	if err != nil {
		return r.explain(err)
	}
	if n > trailMax {
		return Invalid("something follows its end")
	}
	return io.EOF
}

// explain tells what went wrong: errors of where it is read from stay what they are, and others are those of the format.
func (r *Reader) explain(err error) error {
	var known *fault.Error
	var system *fs.PathError
	switch {
	case errors.As(err, &known), errors.As(err, &system):
		return err
	case errors.Is(err, zstd.ErrMagicMismatch), errors.Is(err, tar.ErrHeader) && r.now == nil:
		return Invalid("it has another format")
	case errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return Invalid("it needs too much memory")
	}
	return cut(err)
}
