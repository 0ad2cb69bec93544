package host

import (
	"context"
	"errors"
	"io"
)

// ErrNoRecord is returned when a key or a blob is not there.
var ErrNoRecord = errors.New("no such record")

// Store keeps records and files. Records are small JSON-encodable values in named
// tables; files are content-addressed blobs. The seam to a clustered store: it offers nothing more.
type Store interface {
	// View runs fn on one consistent snapshot.
	View(ctx context.Context, fn func(Reader) error) error
	// Update runs fn alone (updates are serialised) and makes its writes durable, all or none, before it
	// returns nil. An acknowledged update survives a crash of the process and of the machine.
	Update(ctx context.Context, fn func(Writer) error) error
	// Blobs is the content-addressed part.
	Blobs() Blobs
	// FreeBytes is the room left for the store on its disk.
	FreeBytes() (int64, error)
	// Close waits for what is under way and closes.
	Close() error
}

// Reader reads records in one snapshot. Keys are ordered by their bytes; table and key
// must not be empty and hold no NUL.
type Reader interface {
	// Get decodes the record into v, or returns ErrNoRecord.
	Get(table, key string, v any) error
	// Scan calls fn for each record whose key starts with prefix and is greater than
	// after, in order, until it returns false or an error. decode fills a value.
	Scan(table, prefix, after string, fn func(key string, decode func(v any) error) (more bool, err error)) error
	// ScanBack is Scan in descending order; before "" starts at the end.
	ScanBack(table, prefix, before string, fn func(key string, decode func(v any) error) (more bool, err error)) error
}

// Writer reads and writes records. Its reads see its own writes.
type Writer interface {
	Reader
	// Put encodes v as the record. At most 1 MiB encoded.
	Put(table, key string, v any) error
	// Delete removes the record; a missing one is no error.
	Delete(table, key string) error
	// Essential says that a full disk should not refuse this update: it frees room, or takes a right away. It holds for
	// updates whose records are all below 1 KiB.
	Essential()
}

// Digest is a lower-case hex SHA-256 of content.
type Digest string

// Blobs keeps content by its digest until Collect finds that nobody keeps it.
type Blobs interface {
	// NewBatch starts a batch of writes with bounded memory (about 8 MiB).
	NewBatch() BlobBatch
	// Open returns the blob, or ErrNoRecord. The caller closes it.
	Open(d Digest) (Blob, error)
	// Collect removes the blobs that live does not keep, and returns the bytes that it freed. live is
	// called once and calls keep for every digest that a record refers to. Blobs that a batch wrote or
	// found, which was open at any moment since Collect began, are kept.
	Collect(ctx context.Context, live func(keep func(Digest)) error) (freed int64, err error)
}

// BlobBatch writes blobs. Not safe for concurrent use.
type BlobBatch interface {
	// Put stores size bytes of r under d, and fails if their digest is not d. A blob that is already there
	// is read to its end and not stored twice.
	Put(d Digest, size int64, r io.Reader) error
	// Commit makes all of it durable. Close without Commit leaves blobs that Collect removes.
	Commit() error
	// Close ends the batch; it may be called after Commit.
	Close() error
}

// Blob is one opened blob.
type Blob interface {
	io.ReaderAt
	// Size is its length in bytes.
	Size() int64
	// Chunks calls fn with its bytes in order, at most 4 MiB at a time, without copying. The
	// slices are valid until Close.
	Chunks(fn func([]byte) error) error
	io.Closer
}
