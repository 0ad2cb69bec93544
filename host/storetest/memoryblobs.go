package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"

	"appzone/host"
	"appzone/host/fault"
)

// Blobs implements host.Store.
func (s *MemoryStore) Blobs() host.Blobs { return memoryBlobs{s} }

type memoryBlobs struct{ store *MemoryStore }

func (b memoryBlobs) NewBatch() host.BlobBatch {
	return &memoryBatch{store: b.store, held: map[host.Digest]bool{}}
}

func (b memoryBlobs) Open(d host.Digest) (host.Blob, error) {
	if err := b.store.enter(context.Background()); err != nil {
		return nil, err
	}
	c := b.store.state
	c.mu.Lock()
	defer c.mu.Unlock()
	data, ok := c.blobs[d]
	if !ok {
		b.store.users.Done()
		return nil, host.ErrNoRecord
	}
	return &memoryBlob{Reader: bytes.NewReader(data), data: data, done: sync.OnceFunc(b.store.users.Done)}, nil
}

func (b memoryBlobs) Collect(ctx context.Context, live func(keep func(host.Digest)) error) (int64, error) {
	if err := b.store.enter(ctx); err != nil {
		return 0, err
	}
	defer b.store.users.Done()
	c := b.store.state
	c.collecting.Lock()
	defer c.collecting.Unlock()
	c.mu.Lock()
	c.fresh = map[host.Digest]bool{}
	for d := range c.held {
		c.fresh[d] = true
	}
	c.mu.Unlock()
	kept := map[host.Digest]bool{}
	err := live(func(d host.Digest) { kept[d] = true })
	c.mu.Lock()
	defer c.mu.Unlock()
	var freed int64
	for d, data := range c.blobs {
		if err == nil && !kept[d] && !c.fresh[d] {
			delete(c.blobs, d)
			freed += int64(len(data))
		}
	}
	c.fresh = nil
	return freed, err
}

type memoryBatch struct {
	store  *MemoryStore
	held   map[host.Digest]bool
	closed bool
}

func (b *memoryBatch) Put(d host.Digest, size int64, r io.Reader) error {
	if err := b.store.enter(context.Background()); err != nil {
		return err
	}
	defer b.store.users.Done()
	if b.closed {
		return fault.New(fault.Internal, "batch_closed", "the batch of files is closed")
	}
	data, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	if int64(len(data)) != size || hex.EncodeToString(sum[:]) != string(d) {
		return fault.New(fault.Invalid, "content_mismatch", "the content is not what its digest %s and size %d say", d, size)
	}
	c := b.store.state
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blobs[d] = data
	if !b.held[d] {
		b.held[d] = true
		c.held[d]++
		if c.fresh != nil {
			c.fresh[d] = true
		}
	}
	return nil
}

func (b *memoryBatch) Commit() error {
	if b.closed {
		return fault.New(fault.Internal, "batch_closed", "the batch of files is closed")
	}
	return nil
}

func (b *memoryBatch) Close() error {
	c := b.store.state
	c.mu.Lock()
	defer c.mu.Unlock()
	b.closed = true
	for d := range b.held {
		if c.held[d]--; c.held[d] <= 0 {
			delete(c.held, d)
		}
	}
	clear(b.held)
	return nil
}

type memoryBlob struct {
	*bytes.Reader
	data []byte
	done func()
}

func (b *memoryBlob) Chunks(fn func([]byte) error) error {
	for rest := b.data; len(rest) > 0; {
		n := min(len(rest), maxChunkBytes)
		if err := fn(rest[:n:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	return nil
}

func (b *memoryBlob) Close() error {
	b.done()
	return nil
}

const maxChunkBytes = 4 << 20
