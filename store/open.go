package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/dgraph-io/badger/v4"

	"appzone/host/fault"
)

// lockName is our lock. Badger locks the folder itself, but only after it has looked inside.
const lockName = "lock"

// Open opens the store in o.Dir, or makes one. Its errors have code data_dir_locked when another
// process has it open, data_dir_unusable when it may not be read or written, disk_full when there is no room to work,
// database_damaged when something cannot be read or acknowledged changes are missing, and schema_newer when a newer version wrote it.
func Open(ctx context.Context, o Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "data_dir_unusable",
			"the data folder %s cannot be made; check its owner and mode", o.Dir)
	}
	lock, err := lockFolder(o.Dir)
	if err != nil {
		return nil, explain(err)
	}
	s, err := openLocked(o, lock)
	if err != nil {
		return nil, errors.Join(explain(err), lock.release())
	}
	return s, nil
}

func openLocked(o Options, lock *folderLock) (*Store, error) {
	s := &Store{
		dir: o.Dir, log: o.Logger, lock: lock,
		updating: make(chan struct{}, 1), collecting: make(chan struct{}, 1),
		space: &space{dir: o.Dir, reserve: o.ReserveBytes},
	}
	s.space.giveSpare()
	defer s.space.takeSpare()
	if err := s.space.mayOpen(); err != nil {
		return nil, err
	}
	if err := examine(o.Dir); err != nil {
		return nil, err
	}
	err := mendDiscard(o.Dir, o.Logger)
	if err != nil {
		return nil, err
	}
	if s.witness, err = openWitness(o.Dir); err != nil {
		return nil, err
	}
	if s.db, err = openBadger(s); err != nil {
		return nil, errors.Join(err, s.witness.close())
	}
	if err := s.prepare(o.migrations); err != nil {
		return nil, errors.Join(err, s.db.Close(), s.witness.close())
	}
	// The log into which essential changes go, before the spare takes what is left. Where there is no room for it, the first change says so.
	_ = s.space.logs.allocateKeys(s.dir)
	s.keeper = keep(s)
	return s, nil
}

// openBadger turns Badger's panics and errors into one that says what to do.
func openBadger(s *Store) (db *badger.DB, err error) {
	defer func() {
		if r := recover(); r != nil {
			db, err = nil, damaged(fmt.Errorf("panic: %v", r), "it cannot be opened")
		}
	}()
	failed := func(err error) { _ = s.fail(err) }
	db, err = badger.Open(badgerOptions(s.dir, badgerLog{s.log, failed}))
	switch err := explain(err); {
	case errors.Is(err, badger.ErrEncryptionKeyMismatch): // we have no key: it compares a text that it wrote itself
		return nil, damaged(err, "its file %s cannot be read", badger.KeyRegistryFileName)
	case errors.As(err, new(*fault.Error)):
		return nil, err
	case err != nil:
		return nil, damaged(err, "it cannot be opened")
	}
	return db, nil
}

// prepare brings what was opened to a state that can be used.
func (s *Store) prepare(steps []migration) (err error) {
	if err := s.space.logs.find(s.dir); err != nil {
		return err
	}
	if s.commits, err = s.readCommits(); err != nil {
		return err
	}
	if err := s.witness.check(s.commits); err != nil {
		return err
	}
	return s.migrate(steps)
}

func (s *Store) readCommits() (n uint64, err error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	item, err := txn.Get([]byte(metaCommits))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	err = item.Value(func(b []byte) error {
		if len(b) != 8 {
			return damaged(nil, "the number of its last change cannot be read")
		}
		n = binary.BigEndian.Uint64(b)
		return nil
	})
	return n, err
}

// shut closes what Open opened.
func (s *Store) shut() error {
	s.space.giveSpare()
	err := s.db.Close()
	if err == nil && s.failed.Load() == nil {
		err = writeClosedList(s.dir)
	}
	return errors.Join(err, s.witness.close(), s.lock.release())
}
