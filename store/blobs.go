package store

import (
	"context"
	"errors"

	"github.com/dgraph-io/badger/v4"

	"appzone/host"
)

type blobs struct{ store *Store }

// NewBatch implements host.Blobs.
func (b blobs) NewBatch() host.BlobBatch {
	return &batch{store: b.store, held: map[digest]bool{}}
}

// Open implements host.Blobs.
func (b blobs) Open(name host.Digest) (host.Blob, error) {
	s := b.store
	if err := s.enter(context.Background()); err != nil {
		return nil, err
	}
	blob, err := s.openBlob(name)
	if err != nil {
		s.gate.leave()
		return nil, err
	}
	return blob, nil
}

func (s *Store) openBlob(name host.Digest) (*blob, error) {
	d, ok := parseDigest(name)
	if !ok {
		return nil, host.ErrNoRecord
	}
	txn := s.db.NewTransaction(false)
	h, err := s.head(txn, d)
	if err != nil {
		txn.Discard()
		return nil, err
	}
	// An open iterator keeps Badger from unmapping value logs; a transaction alone does not.
	_, unpin := s.iterate(txn, d.headKey(), false)
	return &blob{store: s, txn: txn, unpin: unpin, digest: d, head: h, chunks: make([][]byte, h.chunks)}, nil
}

// head reads the head of a blob, or returns host.ErrNoRecord.
func (s *Store) head(txn *badger.Txn, d digest) (h head, err error) {
	item, err := txn.Get(d.headKey())
	if errors.Is(err, badger.ErrKeyNotFound) {
		return h, host.ErrNoRecord
	}
	if err != nil {
		return h, err
	}
	return s.decodeHead(item, d)
}

func (s *Store) decodeHead(item *badger.Item, d digest) (h head, err error) {
	err = s.value(item, func(b []byte) error {
		var ok bool
		if h, ok = decodeHead(b); !ok {
			return damaged(nil, "the entry of file %s cannot be read", d)
		}
		return nil
	})
	return h, err
}
