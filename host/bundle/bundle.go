package bundle

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// Bundle is an opened plugin zip.
type Bundle struct {
	// Manifest is the parsed manifest.json, Raw its bytes as they are in the zip.
	Manifest *manifest.Manifest
	Raw      []byte
	// Warnings are about the manifest's text.
	Warnings []manifest.Warning
	// Entries are the plugin's files, sorted by path, manifest.json among them.
	Entries []Entry
	// Findings are what an administrator should know about the files, at most one of each code.
	Findings []Finding
	// Root is the single top folder that holds everything, or "" when manifest.json is at the root.
	Root string
}

// ManifestName is the manifest's name, in exactly these letters.
const ManifestName = "manifest.json"

// Open checks the zip in the first size bytes of r, reads its manifest and checks that against the files. File contents
// are checked when they are read: see [Entry.Open] and [Bundle.Verify].
//
// The errors are *fault.Error of kind Invalid: zip_... for the archive, manifest_... for the manifest,
// file_missing and file_unsuitable for what the manifest names.
func Open(r io.ReaderAt, size int64, limits Limits) (*Bundle, error) {
	d, err := findDirectory(r, size, limits)
	if err != nil {
		return nil, err
	}
	headers, err := readDirectory(r, d)
	if err != nil {
		return nil, err
	}
	if err := locate(r, headers, d); err != nil {
		return nil, err
	}
	b := &Bundle{}
	notes := newNotes()
	if err := b.take(r, size, headers, limits, notes); err != nil {
		return nil, err
	}
	if err := b.findRoot(); err != nil {
		return nil, err
	}
	if err := b.readManifest(); err != nil {
		return nil, err
	}
	for i := range b.Entries {
		notes.path(b.Entries[i].Path)
	}
	if err := b.checkFiles(notes); err != nil {
		return nil, err
	}
	b.Findings = notes.findings()
	return b, nil
}

// take checks every header and keeps those of regular files that are not junk.
func (b *Bundle) take(r io.ReaderAt, size int64, headers []header, limits Limits, notes *notes) error {
	seen, total := newNames(limits), int64(0)
	for i := range headers {
		h := &headers[i]
		folder := strings.HasSuffix(h.name, "/")
		if err := checkName(h.name, limits); err != nil {
			return err
		}
		if err := h.check(folder, limits); err != nil {
			return err
		}
		name := strings.TrimSuffix(h.name, "/")
		if err := seen.add(name, folder); err != nil {
			return err
		}
		if total += h.size; total > limits.TotalBytes {
			return refuse("zip_too_large", "it unpacks to more than %d MB", limits.TotalBytes>>20)
		}
		notes.mode(name, h.mode)
		if junk(name) {
			notes.add(junkSkipped, name)
		} else if !folder {
			b.Entries = append(b.Entries, Entry{Path: name, Size: h.size, Compressed: h.packed, CRC32: h.crc, zip: r, start: h.dataStart, method: h.method})
		}
	}
	if total > smallTotal && total > size*limits.TotalRatio {
		return refuse("zip_bomb_ratio", "it unpacks to more than %d times its size", limits.TotalRatio)
	}
	slices.SortFunc(b.Entries, func(x, y Entry) int { return strings.Compare(x.Path, y.Path) })
	return nil
}

// findRoot finds the manifest at the root, or under the one folder that holds everything.
func (b *Bundle) findRoot() error {
	if b.Find(ManifestName) != nil {
		return nil
	}
	top := ""
	for i, e := range b.Entries {
		first, _, below := strings.Cut(e.Path, "/")
		if !below || i > 0 && first != top {
			return b.noManifest()
		}
		top = first
	}
	if top == "" || b.Find(top+"/"+ManifestName) == nil {
		return b.noManifest()
	}
	b.Root = top
	for i := range b.Entries {
		b.Entries[i].Path = b.Entries[i].Path[len(top)+1:]
	}
	return nil
}

// noManifest says where the manifest is instead.
func (b *Bundle) noManifest() error {
	const right = "manifest.json must be at the top of the zip, or in the single folder at its top"
	for _, e := range b.Entries {
		if base := e.Path[strings.LastIndexByte(e.Path, '/')+1:]; strings.EqualFold(base, ManifestName) {
			return fault.New(fault.Invalid, "manifest_missing", "the plugin has no manifest: %s; there is %s", right, quote(e.Path))
		}
	}
	return fault.New(fault.Invalid, "manifest_missing", "the plugin has no manifest: %s", right)
}

func (b *Bundle) readManifest() error {
	e := b.Find(ManifestName)
	if e.Size > manifest.MaxBytes {
		return fault.New(fault.Invalid, "manifest_too_large", "manifest.json has %d bytes and may have %d", e.Size, manifest.MaxBytes)
	}
	var err error
	if b.Raw, err = e.read(); err != nil {
		return err
	}
	b.Manifest, b.Warnings, err = manifest.Parse(b.Raw)
	return err
}

// Find returns the entry at path, or nil.
func (b *Bundle) Find(path string) *Entry {
	i, ok := slices.BinarySearchFunc(b.Entries, path, func(e Entry, p string) int { return strings.Compare(e.Path, p) })
	if !ok {
		return nil
	}
	return &b.Entries[i]
}

// Size is the sum of the files' sizes in bytes.
func (b *Bundle) Size() int64 {
	total := int64(0)
	for i := range b.Entries {
		total += b.Entries[i].Size
	}
	return total
}

// Verify unpacks every file to nowhere, and returns the first that is not what it declares to be.
func (b *Bundle) Verify() error {
	for i := range b.Entries {
		if err := b.Entries[i].copyTo(io.Discard); err != nil {
			return err
		}
	}
	return nil
}

func (e *Entry) copyTo(w io.Writer) error {
	r, err := e.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(w, r)
	return err
}

// read returns the whole content of a small file.
func (e *Entry) read() ([]byte, error) {
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var buffer bytes.Buffer
	_, err = buffer.ReadFrom(r)
	return buffer.Bytes(), err
}

// head returns up to n first bytes.
func (e *Entry) head(n int) ([]byte, error) {
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, int64(n)))
}
