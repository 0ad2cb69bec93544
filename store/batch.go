package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"math/rand/v2"

	"appzone/host"
	"appzone/host/fault"
)

// batch writes blobs with two buffers of one chunk each: one is filled while the
// other is written.
type batch struct {
	store  *Store
	held   map[digest]bool // true: this batch stored it
	buffer []byte          // the current buffer, filled up to its length
	spare  []byte
	filled []entry // what points into buffer, and heads
	flight chan error
	err    error // a write failed: the batch is lost
	closed bool
}

// maxFilled bounds the entries between two writes: empty files take no room in a buffer.
const maxFilled = 8192

// Put implements host.BlobBatch.
func (b *batch) Put(name host.Digest, size int64, r io.Reader) error {
	s := b.store
	if err := s.enter(context.Background()); err != nil {
		return err
	}
	defer s.gate.leave()
	if err := b.usable(); err != nil {
		return err
	}
	d, ok := parseDigest(name)
	if !ok || size < 0 {
		return mismatch(name, size)
	}
	if _, held := b.held[d]; !held {
		s.holds.add(d) // before looking: from here on Collect leaves it alone
		b.held[d] = false
	}
	stored, err := b.stored(d, size)
	if err != nil {
		return err
	}
	h := head{size: size, chunks: chunksOf(size), writing: rand.Uint64()}
	c := &content{r: r, hash: sha256.New()}
	if stored {
		_, err = io.CopyN(io.Discard, c, size)
	} else {
		err = b.read(d, h, c)
	}
	if err == nil {
		err = c.end()
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errLonger) ||
		(err == nil && digest(c.hash.Sum(nil)) != d) {
		err = mismatch(name, size)
	}
	if err != nil {
		b.forget(h.writing)
		return err
	}
	if stored {
		return nil
	}
	b.filled = append(b.filled, entry{d.headKey(), h.encode()})
	b.held[d] = true
	if len(b.filled) >= maxFilled {
		return b.flush()
	}
	return nil
}

// stored says whether the blob is there and whole, so that its content need only be checked. One that is damaged is written anew, beside
// the damaged chunks, which have no head then: so what was lost comes back when it is uploaded again.
func (b *batch) stored(d digest, size int64) (bool, error) {
	if b.held[d] {
		return true, nil
	}
	txn := b.store.db.NewTransaction(false)
	defer txn.Discard()
	h, err := b.store.head(txn, d)
	if errors.Is(err, host.ErrNoRecord) {
		return false, nil
	}
	return err == nil && h.size == size && b.store.whole(d), err
}

// whole tells whether a blob's content is what its digest says.
func (s *Store) whole(d digest) bool {
	s.gate.again()
	stored, err := s.openBlob(host.Digest(d.String()))
	if err != nil {
		s.gate.leave()
		return false
	}
	defer stored.Close()
	sum := sha256.New()
	err = stored.Chunks(func(chunk []byte) error {
		_, err := sum.Write(chunk)
		return err
	})
	return err == nil && digest(sum.Sum(nil)) == d
}

// read takes the content into the buffer in chunks, and sends full buffers away.
func (b *batch) read(d digest, h head, r io.Reader) error {
	if b.buffer == nil {
		b.buffer = make([]byte, 0, maxChunkBytes)
	}
	for number := range h.chunks {
		n := int(min(maxChunkBytes, h.size-int64(number)*maxChunkBytes))
		if len(b.buffer)+n > maxChunkBytes {
			if err := b.flush(); err != nil {
				return err
			}
		}
		start := len(b.buffer)
		chunk := b.buffer[start : start+n : start+n]
		if _, err := io.ReadFull(r, chunk); err != nil {
			return err
		}
		b.buffer = b.buffer[:start+n]
		b.filled = append(b.filled, entry{d.chunkKey(h.writing, number), chunk})
	}
	return nil
}

// forget drops the chunks of a blob that turned out wrong. Those that were sent away already
// have no head, so nobody sees them, and Collect removes them.
func (b *batch) forget(wrong uint64) {
	for n := len(b.filled); n > 0; n-- {
		last := b.filled[n-1]
		if _, writing, chunk := blobKey(last.key); !chunk || writing != wrong {
			return
		}
		b.buffer = b.buffer[:len(b.buffer)-len(last.value)]
		b.filled = b.filled[:n-1]
	}
}

// flush begins to write the buffer, after the one before it was written.
func (b *batch) flush() error {
	if err := b.wait(); err != nil {
		return err
	}
	if len(b.filled) == 0 {
		return nil
	}
	entries := b.filled
	flight := make(chan error, 1)
	b.store.gate.again()
	go func() {
		defer b.store.gate.leave()
		flight <- b.store.writeAll(entries, false)
	}()
	b.flight, b.filled = flight, nil
	if b.spare == nil {
		b.spare = make([]byte, 0, maxChunkBytes)
	}
	b.buffer, b.spare = b.spare, b.buffer[:0]
	return nil
}

// wait returns when nothing is being written.
func (b *batch) wait() error {
	if b.flight != nil {
		b.err = <-b.flight
		b.flight = nil
	}
	return b.err
}

// Commit implements host.BlobBatch.
func (b *batch) Commit() error {
	if err := b.store.enter(context.Background()); err != nil {
		return err
	}
	defer b.store.gate.leave()
	if err := b.usable(); err != nil {
		return err
	}
	if err := b.flush(); err != nil {
		return err
	}
	err := b.wait()
	b.store.keeper.wake()
	return err
}

// Close implements host.BlobBatch.
func (b *batch) Close() error {
	_ = b.wait() // Commit reported it, or nobody cares
	for d := range b.held {
		b.store.holds.release(d)
	}
	clear(b.held)
	b.closed, b.buffer, b.spare, b.filled = true, nil, nil, nil
	return nil
}

func (b *batch) usable() error {
	if b.closed {
		return fault.New(fault.Internal, "batch_closed", "the batch of files is closed")
	}
	return b.err
}

func mismatch(d host.Digest, size int64) error {
	return fault.New(fault.Invalid, "content_mismatch", "the content is not what its digest %q and its size %d say", d, size)
}

// content hashes what is read through it.
type content struct {
	r    io.Reader
	hash hash.Hash
}

func (c *content) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.hash.Write(p[:n])
	return n, err
}

var errLonger = errors.New("the content is longer than announced")

// end returns an error unless the content has been read to its end.
func (c *content) end() error {
	n, err := io.ReadFull(c.r, make([]byte, 1))
	if n > 0 {
		return errLonger
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
