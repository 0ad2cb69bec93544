package host

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"appzone/host/bundle"
)

const (
	// wholeFile is up to what size a file is read once, into memory, to be hashed and stored; larger ones are read twice.
	wholeFile = 4 << 20
	// sniffed is how much of a file its type may be told from.
	sniffed = 512
)

// storeFiles puts every file, its gzip variant and the index of all of them into the batch, and notes who signed them.
func (h *Host) storeFiles(ctx context.Context, batch BlobBatch, b *bundle.Bundle, v *Version) error {
	index := make([]File, 0, len(b.Entries))
	in := intake{batch: batch}
	for k := range b.Entries {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := in.store(&b.Entries[k])
		if err != nil {
			return fmt.Errorf("store %q: %w", b.Entries[k].Path, err)
		}
		index = append(index, f)
	}
	var err error
	if v.Signature, err = signatureOf(b, index); err != nil {
		return fmt.Errorf("read the signature: %w", err)
	}
	if v.Index, err = putJSON(batch, index); err != nil {
		return err
	}
	return batch.Commit()
}

// intake stores the entries of one zip, one after the other, with one buffer for all of them.
type intake struct {
	batch   BlobBatch
	content []byte
	gzip    bytes.Buffer
}

// store stores one entry. Its bytes are counted and checked by the bundle while they are read.
func (in *intake) store(e *bundle.Entry) (File, error) {
	f := File{Path: e.Path, Size: e.Size}
	head, err := in.storeContent(e, &f)
	if err != nil {
		return f, err
	}
	f.Type = bundle.ContentType(e.Path, head)
	size, gz, ok := e.Gzip()
	if !ok || !compressible(f.Type) || size > wholeFile {
		return f, nil
	}
	// The variant is the zip's own deflate stream in a gzip frame: no compression is done here.
	in.gzip.Reset()
	if _, err := in.gzip.ReadFrom(gz); err != nil {
		return f, err
	}
	f.Gzip = &Variant{SHA256: digestBytes(in.gzip.Bytes()), Size: int64(in.gzip.Len())}
	return f, in.batch.Put(f.Gzip.SHA256, f.Gzip.Size, bytes.NewReader(in.gzip.Bytes()))
}

// storeContent stores the content and returns its first bytes, which are valid until the next entry.
func (in *intake) storeContent(e *bundle.Entry, f *File) (head []byte, err error) {
	if e.Size > wholeFile {
		return in.storeLarge(e, f)
	}
	r, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if int64(cap(in.content)) < e.Size {
		in.content = make([]byte, e.Size)
	}
	content := in.content[:e.Size]
	if _, err := io.ReadFull(r, content); err != nil {
		return nil, err
	}
	// One more read meets the end, where the checksum is checked.
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	f.SHA256 = digestBytes(content)
	return content[:min(len(content), sniffed)], in.batch.Put(f.SHA256, e.Size, bytes.NewReader(content))
}

// storeLarge reads the entry twice: for its digest, and to store it.
func (in *intake) storeLarge(e *bundle.Entry, f *File) (head []byte, err error) {
	first, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer first.Close()
	sum := sha256.New()
	head = make([]byte, sniffed)
	if _, err := io.ReadFull(io.TeeReader(first, sum), head); err != nil {
		return nil, err
	}
	if _, err := io.Copy(sum, first); err != nil {
		return nil, err
	}
	f.SHA256 = digestOf(sum)
	second, err := e.Open()
	if err != nil {
		return nil, err
	}
	defer second.Close()
	return head, in.batch.Put(f.SHA256, e.Size, second)
}

// filesOf are the files of a zip that is not kept: path, size and digest.
func filesOf(ctx context.Context, b *bundle.Bundle) ([]File, error) {
	files := make([]File, 0, len(b.Entries))
	for k := range b.Entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		e := &b.Entries[k]
		d, err := digestOfEntry(e)
		if err != nil {
			return nil, fmt.Errorf("read %q: %w", e.Path, err)
		}
		files = append(files, File{Path: e.Path, Size: e.Size, SHA256: d})
	}
	return files, nil
}

func digestOfEntry(e *bundle.Entry) (Digest, error) {
	r, err := e.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, r)
	return digestOf(sum), err
}

func putJSON(batch BlobBatch, v any) (Digest, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	d := digestBytes(b)
	return d, batch.Put(d, int64(len(b)), bytes.NewReader(b))
}

func digestBytes(b []byte) Digest {
	sum := sha256.Sum256(b)
	return Digest(hex.EncodeToString(sum[:]))
}

func digestOf(sum hash.Hash) Digest { return Digest(hex.EncodeToString(sum.Sum(nil))) }

func shortHash(s string) string { return string(digestBytes([]byte(s))[:12]) }
