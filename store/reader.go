package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"appzone/host"
)

// reader reads records in one snapshot, below the writes that its update has not
// committed yet.
type reader struct {
	store   *Store
	txn     *badger.Txn
	pending pending // nil in a view
}

type visit = func(key string, decode func(v any) error) (more bool, err error)

// Get implements host.Reader.
func (r *reader) Get(table, key string, v any) error {
	k, err := recordKey(table, key)
	if err != nil {
		return err
	}
	if value, ok := r.pending[k]; ok {
		if value == nil {
			return host.ErrNoRecord
		}
		return decode(k, value, v)
	}
	item, err := r.txn.Get([]byte(k))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return host.ErrNoRecord
	}
	if err != nil {
		return fmt.Errorf("read record %q: %w", k, err)
	}
	return r.store.value(item, func(value []byte) error { return decode(k, value, v) })
}

// Scan implements host.Reader.
func (r *reader) Scan(table, prefix, after string, fn visit) error {
	return r.scan(table, prefix, after, false, fn)
}

// ScanBack implements host.Reader.
func (r *reader) ScanBack(table, prefix, before string, fn visit) error {
	return r.scan(table, prefix, before, true, fn)
}

// decode turns a stored value into v. JSON is never empty: Badger gives an empty value, and
// no error, for one that it cannot read.
func decode(key string, value []byte, v any) error {
	if len(value) == 0 {
		return damaged(nil, "record %q cannot be read", key)
	}
	if err := json.Unmarshal(value, v); err != nil {
		return fmt.Errorf("decode record %q: %w", key, err)
	}
	return nil
}

// value calls fn with the item's value, which is valid only inside.
func (s *Store) value(item *badger.Item, fn func([]byte) error) error {
	s.mapped.RLock()
	defer s.mapped.RUnlock()
	s.touched.Store(true)
	return item.Value(fn)
}

// iterate opens an iterator over keys, in snapshot txn. done must be called.
func (s *Store) iterate(txn *badger.Txn, prefix []byte, back bool) (it *badger.Iterator, done func()) {
	o := badger.IteratorOptions{Reverse: back}
	if !back {
		o.Prefix = bytes.Clone(prefix) // narrows the tables; going back it would hide the start
	}
	it = txn.NewIterator(o)
	return it, func() {
		s.mapped.RLock()
		defer s.mapped.RUnlock()
		it.Close() // may unmap files that were waiting for it
	}
}
