package store

import (
	"context"

	"github.com/dgraph-io/badger/v4"

	"appzone/host"
)

// garbage is what may go of one blob: all of it, or chunks that no head names.
type garbage struct {
	digest digest
	keys   [][]byte // the head first
	bytes  int64
}

// maxSweep bounds the blobs that are removed in one step, while batches wait.
const maxSweep = 128

// Collect implements host.Blobs. One runs at a time.
func (b blobs) Collect(ctx context.Context, live func(keep func(host.Digest)) error) (freed int64, err error) {
	s := b.store
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.gate.leave()
	select {
	case s.collecting <- struct{}{}:
		defer func() { <-s.collecting }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	defer s.holds.collect()()
	kept := map[digest]bool{}
	err = live(func(name host.Digest) {
		if d, ok := parseDigest(name); ok {
			kept[d] = true
		}
	})
	if err != nil {
		return 0, err
	}
	defer s.keeper.wake()
	for from := []byte(spaceBlobs); from != nil; {
		if err := ctx.Err(); err != nil {
			return freed, err
		}
		var found []garbage
		if found, from, err = s.mark(from, kept); err != nil {
			return freed, err
		}
		n, err := s.sweep(found)
		freed += n
		s.garbage.Add(n)
		if err != nil {
			return freed, err
		}
	}
	return freed, nil
}

// mark looks for garbage from a key on. next is where to go on, nil at the end.
func (s *Store) mark(from []byte, kept map[digest]bool) (found []garbage, next []byte, err error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	it, done := s.iterate(txn, []byte(spaceBlobs), false)
	defer done()
	for it.Seek(from); it.Valid(); {
		if len(found) == maxSweep {
			return found, it.Item().KeyCopy(nil), nil
		}
		g, err := s.group(it, kept)
		if err != nil {
			return nil, nil, err
		}
		if len(g.keys) > 0 {
			found = append(found, g)
		}
	}
	return found, nil, nil
}

// group reads the keys of the blob on which the iterator stands, and returns those that may go.
func (s *Store) group(it *badger.Iterator, kept map[digest]bool) (g garbage, err error) {
	g.digest, _, _ = blobKey(it.Item().Key())
	keep := kept[g.digest]
	var h head
	hasHead := false
	for ; it.ValidForPrefix(g.digest.headKey()); it.Next() {
		item := it.Item()
		_, writing, chunk := blobKey(item.Key())
		if !chunk {
			if h, err = s.decodeHead(item, g.digest); err != nil {
				return g, err
			}
			hasHead = true
			if !keep {
				g.bytes += h.size
			}
		}
		named := hasHead && (!chunk || writing == h.writing)
		if named && keep {
			continue
		}
		g.keys = append(g.keys, item.KeyCopy(nil))
		if !named {
			g.bytes += item.ValueSize()
		}
	}
	return g, nil
}

// sweep removes what was found, unless a batch has taken hold of it. None can do so in between.
func (s *Store) sweep(found []garbage) (freed int64, err error) {
	s.holds.mu.Lock()
	defer s.holds.mu.Unlock()
	var deletes []entry
	for _, g := range found {
		if s.holds.has(g.digest) {
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
