package bundle

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"appzone/host/signature"
)

// Signature reads every file, and says who signed them and whether that holds. What a file is not as it declares is an error as from
// [Bundle.Verify]; a signature that does not hold is none.
func (b *Bundle) Signature(ctx context.Context) (signature.Facts, error) {
	files, err := b.digests(ctx)
	if err != nil {
		return signature.Facts{}, err
	}
	return signature.Read(files, b.Content)
}

// Sign writes the plugin to w as a zip that has a signature of key, in the place of a former one. The other files are taken over as they
// are packed, in the order of their paths; files of operating systems and empty folders are left out. The same input gives the same bytes.
func (b *Bundle) Sign(ctx context.Context, w io.Writer, key signature.Key, comment string) error {
	files, err := b.digests(ctx)
	if err != nil {
		return err
	}
	signed, err := signature.Sign(files, key, comment)
	if err != nil {
		return err
	}
	entries := slices.DeleteFunc(slices.Clone(b.Entries), func(e Entry) bool { return signature.Own(e.Path) })
	for _, path := range slices.Sorted(maps.Keys(signed)) {
		content := signed[path]
		entries = append(entries, Entry{Path: path, Size: int64(len(content)), Compressed: int64(len(content)), CRC32: crc32.ChecksumIEEE(content),
			zip: bytes.NewReader(content), method: methodStore})
	}
	slices.SortFunc(entries, func(x, y Entry) int { return strings.Compare(x.Path, y.Path) })
	out := zip.NewWriter(w)
	for i := range entries {
		if err := entries[i].writeTo(out, b.Root); err != nil {
			return err
		}
	}
	return out.Close()
}

// Content is the whole content of the file at path; its Size is how much memory that takes. A path that is not there is [fs.ErrNotExist].
func (b *Bundle) Content(path string) ([]byte, error) {
	e := b.Find(path)
	if e == nil {
		return nil, fs.ErrNotExist
	}
	return e.read()
}

func (b *Bundle) digests(ctx context.Context) ([]signature.File, error) {
	files := make([]signature.File, len(b.Entries))
	for i := range b.Entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e, sum := &b.Entries[i], sha256.New()
		if err := e.copyTo(sum); err != nil {
			return nil, err
		}
		files[i] = signature.File{Path: e.Path, SHA256: hex.EncodeToString(sum.Sum(nil)), Size: e.Size}
	}
	return files, nil
}

// zipVersion is what is needed to unpack: deflate and folders.
const zipVersion = 20

// writeTo writes the entry as it is packed.
func (e *Entry) writeTo(out *zip.Writer, root string) error {
	h := &zip.FileHeader{Name: e.Path, Method: e.method, CRC32: e.CRC32, CompressedSize64: uint64(e.Compressed), UncompressedSize64: uint64(e.Size),
		CreatorVersion: zipVersion, ReaderVersion: zipVersion}
	if root != "" {
		h.Name = root + "/" + e.Path
	}
	if strings.ContainsFunc(h.Name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		h.Flags = flagUTF8
	}
	h.SetMode(0o644)
	h.ModifiedDate = 1<<5 | 1 //nolint:staticcheck // the one field that is written of a raw header; it says what packTime says
	w, err := out.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, io.NewSectionReader(e.zip, e.start, e.Compressed))
	return err
}
