package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/klauspost/compress/zstd"
)

// Writer writes an archive. Not safe for concurrent use.
type Writer struct {
	meta Meta
	out  *target
	zstd *zstd.Encoder
	tar  *tar.Writer
	// sums are the lines of SHA256SUMS so far: there can be millions, so they are in a file.
	sums *os.File
	list *bufio.Writer
	buf  []byte
}

// target is where the compressed bytes go; it changes at Continue.
type target struct{ io.Writer }

// NewWriter begins an archive in out. dir is where it may have a temporary file, which Close removes.
func NewWriter(out io.Writer, dir string, m Meta) (*Writer, error) {
	sums, err := os.CreateTemp(dir, "sums-*")
	if err != nil {
		return nil, err
	}
	w := &Writer{meta: m, out: &target{out}, sums: sums, list: bufio.NewWriter(sums), buf: make([]byte, 256<<10)}
	w.meta.Format = Format
	w.zstd, err = zstd.NewWriter(w.out, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	w.tar = tar.NewWriter(w.zstd)
	first, err := json.Marshal(w.meta)
	if err == nil {
		err = w.Bytes(MetaName, first)
	}
	if err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// Guard lets what is still to go into the temporary file go through guard. Names can take much more room than what they name.
func (w *Writer) Guard(guard func(io.Writer) io.Writer) error {
	err := w.list.Flush()
	w.list.Reset(guard(w.sums))
	return err
}

// Bytes adds a file with this content.
func (w *Writer) Bytes(name string, content []byte) error {
	return w.File(name, int64(len(content)), bytes.NewReader(content))
}

// File adds a file of exactly size bytes of r.
func (w *Writer) File(name string, size int64, r io.Reader) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.meta.CreatedAt.Truncate(time.Second)}
	return w.content(h, r)
}

// Link adds a symbolic link.
func (w *Writer) Link(name, to string) error {
	return w.bare(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: to, Mode: 0o777, ModTime: w.meta.CreatedAt.Truncate(time.Second)})
}

// content adds a file with its header.
func (w *Writer) content(h *tar.Header, r io.Reader) error {
	h.Format = tar.FormatPAX
	if err := w.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("archive %q: %w", h.Name, err)
	}
	sum := sha256.New()
	n, err := io.CopyBuffer(struct{ io.Writer }{io.MultiWriter(w.tar, sum)}, struct{ io.Reader }{io.LimitReader(r, h.Size)}, w.buf)
	if err != nil {
		return fmt.Errorf("archive %q: %w", h.Name, err)
	}
	if n != h.Size {
		return fmt.Errorf("archive %q: it became shorter while it was read", h.Name)
	}
	_, err = w.list.WriteString(sumLine(hex.EncodeToString(sum.Sum(nil)), h.Name))
	return err
}

// Continue ends what was written so far, so that nothing of it is in memory, and goes on in another place. Both together are one archive.
func (w *Writer) Continue(out io.Writer) error {
	if err := errors.Join(w.tar.Flush(), w.zstd.Close()); err != nil {
		return err
	}
	w.out.Writer = out
	w.zstd.Reset(w.out)
	return nil
}

// Finish adds the sums and ends the archive.
func (w *Writer) Finish() error {
	if err := w.list.Flush(); err != nil {
		return err
	}
	size, err := w.sums.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if err := w.File(SumsName, size, io.NewSectionReader(w.sums, 0, size)); err != nil {
		return err
	}
	return errors.Join(w.tar.Close(), w.zstd.Close())
}

// Close gives up what is held. Without Finish the archive is not whole.
func (w *Writer) Close() error {
	if w.zstd != nil {
		w.out.Writer = io.Discard
		_ = w.zstd.Close()
	}
	return errors.Join(w.sums.Close(), os.Remove(w.sums.Name()))
}
