package store

import (
	"bytes"
	"context"

	"github.com/dgraph-io/badger/v4"
)

// garbage is what a sweep found of one blob.
type garbage struct {
	digest digest
	keys   [][]byte // the head first
	bytes  int64
}

// maxSweep bounds the blobs that are removed in one step, while batches wait.
const maxSweep = 128

// Collect implements host.Blobs.
func (b blobs) Collect(ctx context.Context) (freed int64, err error) {
	s := b.store
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.gate.leave()
	defer s.keeper.wake()
	for from := []byte(spaceBlobs); from != nil; {
		if err := ctx.Err(); err != nil {
			return freed, err
		}
		var found []garbage
		if found, from, err = s.mark(from); err != nil {
			return freed, err
		}
		n, err := s.sweep(found)
		freed += n
		if err != nil {
			return freed, err
		}
	}
	return freed, nil
}

// mark looks for blobs without a reference, and for chunks without a head, from a key on. next is
// where to go on, nil at the end.
func (s *Store) mark(from []byte) (found []garbage, next []byte, err error) {
	txn, err := s.snapshot()
	if err != nil {
		return nil, nil, err
	}
	defer txn.Discard()
	it, done := s.iterate(txn, []byte(spaceBlobs), false)
	defer done()
	for it.Seek(from); it.Valid(); {
		if len(found) == maxSweep {
			return found, it.Item().KeyCopy(nil), nil
		}
		g, err := s.group(txn, it)
		if err != nil {
			return nil, nil, err
		}
		if len(g.keys) > 0 {
			found = append(found, g)
		}
	}
	return found, nil, nil
}

// group reads the keys of one blob, and returns those that may go.
func (s *Store) group(txn *badger.Txn, it *badger.Iterator) (g garbage, err error) {
	g.digest, _, _ = blobKey(it.Item().Key())
	referred := s.referred(txn, g.digest)
	var h head
	hasHead := false
	for ; it.ValidForPrefix(g.digest.headKey()); it.Next() {
		item := it.Item()
		_, writing, chunk := blobKey(item.Key())
		if !chunk {
			if h, err = s.head(txn, g.digest); err != nil {
				return g, err
			}
			hasHead = true
		}
		current := hasHead && (!chunk || writing == h.writing)
		if current && referred {
			continue
		}
		g.keys = append(g.keys, item.KeyCopy(nil))
		if chunk {
			g.bytes += item.ValueSize()
		}
	}
	if hasHead && !referred {
		g.bytes = h.size
	}
	return g, nil
}

func (s *Store) referred(txn *badger.Txn, d digest) bool {
	it, done := s.iterate(txn, d.refPrefix(), false)
	defer done()
	it.Rewind()
	return it.Valid()
}

// sweep removes what was found and is still garbage, while no batch may take hold of it.
func (s *Store) sweep(found []garbage) (freed int64, err error) {
	if len(found) == 0 {
		return 0, nil
	}
	s.holds.mu.Lock()
	defer s.holds.mu.Unlock()
	txn, err := s.snapshot()
	if err != nil {
		return 0, err
	}
	defer txn.Discard()
	var deletes []entry
	for _, g := range found {
		stillGarbage, err := s.unchanged(txn, g)
		if err != nil {
			return 0, err
		}
		if s.holds.n[g.digest] > 0 || !stillGarbage {
			continue
		}
		for _, key := range g.keys {
			deletes = append(deletes, entry{key: key})
		}
		freed += g.bytes
	}
	if err := s.writeAll(deletes, true); err != nil {
		return 0, err
	}
	return freed, nil
}

// unchanged says whether the blob looks as it did when it was marked.
func (s *Store) unchanged(txn *badger.Txn, g garbage) (bool, error) {
	it, done := s.iterate(txn, g.digest.headKey(), false)
	defer done()
	if it.Rewind(); !it.Valid() {
		return false, nil
	}
	now, err := s.group(txn, it)
	if err != nil || len(now.keys) != len(g.keys) {
		return false, err
	}
	for i := range now.keys {
		if !bytes.Equal(now.keys[i], g.keys[i]) {
			return false, nil
		}
	}
	return true, nil
}
