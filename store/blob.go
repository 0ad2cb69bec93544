package store

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"sync"

	"github.com/dgraph-io/badger/v4"
)

// blob is one open blob. Its chunks are slices of Badger's mapped files, which stay mapped
// while the iterator behind unpin is open. Methods other than Close may run concurrently.
type blob struct {
	store  *Store
	txn    *badger.Txn
	unpin  func()
	digest digest
	head   head

	mu     sync.Mutex
	chunks [][]byte // read and checked on first use
	closed bool
}

// Elsewhere Badger maps a value log anew, at another address, when it is full.
const mappingsStay = runtime.GOOS == "linux"

// Size implements host.Blob.
func (b *blob) Size() int64 { return b.head.size }

// Chunks implements host.Blob.
func (b *blob) Chunks(fn func([]byte) error) error {
	for i := range b.chunks {
		chunk, err := b.chunk(i)
		if err != nil {
			return err
		}
		if err := fn(chunk); err != nil {
			return err
		}
	}
	return nil
}

// ReadAt implements io.ReaderAt.
func (b *blob) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("read a file at a negative offset")
	}
	for n < len(p) && off < b.head.size {
		chunk, err := b.chunk(int(off / maxChunkBytes))
		if err != nil {
			return n, err
		}
		copied := copy(p[n:], chunk[off%maxChunkBytes:])
		n += copied
		off += int64(copied)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// chunk returns one chunk, valid until Close.
func (b *blob) chunk(i int) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil, errors.New("read a file that is closed")
	}
	if b.chunks[i] != nil {
		return b.chunks[i], nil
	}
	item, err := b.txn.Get(b.digest.chunkKey(b.head.writing, uint32(i)))
	if err != nil {
		return nil, damaged(err, "a part of file %s is missing", b.digest)
	}
	want := min(maxChunkBytes, b.head.size-int64(i)*maxChunkBytes)
	err = b.store.value(item, func(v []byte) error {
		// Badger gives an empty value, and no error, for one that it cannot read.
		if int64(len(v)) != want {
			return damaged(nil, "a part of file %s cannot be read", b.digest)
		}
		if !mappingsStay {
			v = bytes.Clone(v)
		}
		b.chunks[i] = v[:len(v):len(v)]
		return nil
	})
	return b.chunks[i], err
}

// Close implements io.Closer. Closing again is no error.
func (b *blob) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	b.unpin()
	b.txn.Discard()
	b.store.gate.leave()
	return nil
}
