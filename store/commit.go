package store

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"appzone/host/fault"
)

// entry is one write; a nil value deletes.
type entry struct {
	key, value []byte
}

// commit makes the writes of one update durable, all or none.
func (s *Store) commit(writes pending, must bool) error {
	entries := make([]entry, 0, len(writes))
	for key, value := range writes {
		entries = append(entries, entry{[]byte(key), value})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(string(a.key), string(b.key)) })
	t, n, err := s.fill(entries)
	defer t.txn.Discard()
	if err != nil || n == 0 {
		return err
	}
	if n < len(entries) {
		return fault.New(fault.TooLarge, "update_too_large",
			"a change of %d records is too large for one transaction; nothing was changed: split it", len(entries))
	}
	return s.send(t, must)
}

// writeAll commits the entries in order, in as many transactions as they need. must says that they
// free room, or end what has begun, and may use the reserve of the disk.
func (s *Store) writeAll(entries []entry, must bool) error {
	for len(entries) > 0 {
		t, n, err := s.fill(entries)
		if err == nil {
			err = s.send(t, must)
		}
		t.txn.Discard()
		if err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// transaction is one write to Badger. It carries the number of the commit, which is known when it is sent.
type transaction struct {
	txn    *badger.Txn
	number []byte
	bytes  int64
}

// fill puts entries into a transaction until it is full, and returns how many. The caller discards it.
func (s *Store) fill(entries []entry) (t *transaction, n int, err error) {
	t = &transaction{txn: s.db.NewTransaction(true), number: make([]byte, 8)}
	if err := t.txn.Set([]byte(metaCommits), t.number); err != nil {
		return t, 0, err
	}
	for n, e := range entries {
		if e.value == nil {
			err = t.txn.Delete(e.key)
		} else {
			err = t.txn.Set(e.key, e.value)
		}
		if errors.Is(err, badger.ErrTxnTooBig) && n > 0 {
			return t, n, nil
		}
		if err != nil {
			return t, n, err
		}
		t.bytes += int64(len(e.key) + len(e.value))
	}
	return t, len(entries), nil
}

// send commits the transaction. Badger may have applied a part of what it reports as failed,
// and a sync that failed once may succeed the next time without having written
// anything: after an error that is not about space this store writes no more.
func (s *Store) send(t *transaction, must bool) error {
	s.committing.Lock()
	defer s.committing.Unlock()
	if f := s.failed.Load(); f != nil {
		return f
	}
	if err := s.space.prepare(t.bytes, must); err != nil {
		return err
	}
	binary.BigEndian.PutUint64(t.number, s.commits+1)
	s.mapped.RLock()
	defer s.mapped.RUnlock()
	s.touched.Store(true)
	if err := t.txn.Commit(); err != nil {
		return s.fail(err)
	}
	if f := s.failed.Load(); f != nil {
		return f // the database logged it, and went on
	}
	s.commits++
	if err := s.witness.acknowledge(s.commits); err != nil {
		s.log.Warn("an acknowledged change could not be noted", "error", err) // it is durable all the same
	}
	return nil
}

// fail ends writing until the store is opened again.
func (s *Store) fail(cause error) error {
	f := fault.Wrap(cause, fault.Unavailable, "store_failed",
		"the database failed to write, and takes no changes until the host is started again; check the disk under the data folder")
	s.failed.Store(f)
	s.log.Error("the database failed to write", "error", cause)
	return f
}
