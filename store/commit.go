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

// commit makes the writes of one update durable, all or none. The caller holds the token of
// updating.
func (s *Store) commit(writes pending) error {
	if len(writes) == 0 {
		return nil
	}
	number := s.commits + 1
	writes[metaCommits] = binary.BigEndian.AppendUint64(nil, number)
	entries := make([]entry, 0, len(writes))
	for key, value := range writes {
		entries = append(entries, entry{[]byte(key), value})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(string(a.key), string(b.key)) })

	err := s.write(entries, false)
	if errors.Is(err, badger.ErrTxnTooBig) {
		err = s.commitLarge(entries)
	}
	if err != nil {
		return err
	}
	s.commits = number
	return s.witness.acknowledge(number)
}

// write commits the entries in one transaction. It returns badger.ErrTxnTooBig, and has
// written nothing, if they do not fit. must says that this ends what has begun, and may use
// the reserve of the disk.
func (s *Store) write(entries []entry, must bool) error {
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	n, size, err := fill(txn, entries)
	if err != nil {
		return err
	}
	if n < len(entries) {
		return badger.ErrTxnTooBig
	}
	return s.send(txn, size, must)
}

// writeAll commits the entries in order, in as many transactions as they need.
func (s *Store) writeAll(entries []entry, must bool) error {
	for len(entries) > 0 {
		txn := s.db.NewTransaction(true)
		n, size, err := fill(txn, entries)
		if err == nil {
			err = s.send(txn, size, must)
		}
		txn.Discard()
		if err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// fill puts entries into the transaction until it is full, and returns how many.
func fill(txn *badger.Txn, entries []entry) (n, size int, err error) {
	for n, e := range entries {
		if e.value == nil {
			err = txn.Delete(e.key)
		} else {
			err = txn.Set(e.key, e.value)
		}
		if errors.Is(err, badger.ErrTxnTooBig) && n > 0 {
			return n, size, nil
		}
		if err != nil {
			return n, size, err
		}
		size += len(e.key) + len(e.value)
	}
	return len(entries), size, nil
}

// send commits the transaction. Badger may have applied a part of what it reports as failed,
// and a sync that failed once may succeed the next time without having written
// anything: after an error that is not about space this store writes no more.
func (s *Store) send(txn *badger.Txn, size int, must bool) error {
	s.committing.Lock()
	defer s.committing.Unlock()
	if f := s.failed.Load(); f != nil {
		return f.err
	}
	if !must {
		if err := s.space.require(int64(size)); err != nil {
			return err
		}
	}
	s.mapped.RLock()
	defer s.mapped.RUnlock()
	s.touched.Store(true)
	if err := txn.Commit(); err != nil {
		return s.fail(err, false)
	}
	if f := s.failed.Load(); f != nil {
		return f.err // the database logged it, and went on
	}
	return nil
}

// failure ends writing, and if the content is torn reading too, until the store is opened again.
type failure struct {
	err  *fault.Error
	torn bool
}

func (s *Store) fail(cause error, torn bool) error {
	f := &failure{torn: torn, err: fault.Wrap(cause, fault.Unavailable, "store_failed",
		"the database failed to write, and takes no changes until the host is started again; check the disk under the data folder")}
	if old := s.failed.Load(); old == nil || (torn && !old.torn) {
		s.failed.Store(f)
	}
	s.log.Error("the database failed to write", "error", cause)
	return f.err
}
