package store

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"appzone/host"
	"appzone/host/fault"
)

// Store is a host.Store on disk.
type Store struct {
	dir     string
	log     *slog.Logger
	db      *badger.DB
	lock    *folderLock
	space   *space
	holds   holds
	witness *witness
	keeper  *keeper

	gate       gate
	updating   chan struct{} // holds one token while an Update runs
	collecting chan struct{} // holds one token while a Collect runs
	failed     atomic.Pointer[fault.Error]

	// committing is held for each write to Badger: one at a time.
	committing sync.Mutex
	commits    uint64 // writes since the database was made
	// garbage is what Collect removed since deletes were last settled, in bytes.
	garbage atomic.Int64
	// mapped is held for reading by whatever may unmap one of Badger's files, and for
	// writing while addresses of mapped files are in use outside of Badger.
	mapped sync.RWMutex
	// touched says that files were read or written since mapped pages were last given back.
	touched atomic.Bool
}

var _ host.Store = (*Store)(nil)

// View implements host.Store.
func (s *Store) View(ctx context.Context, fn func(host.Reader) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.gate.leave()
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	return fn(&reader{store: s, txn: txn})
}

// Update implements host.Store. An update holds some 12,000 records, or 1 MiB of keys and of
// values up to 1 KiB, or 16 MiB in all; a larger one is refused with code update_too_large. Update must
// not be called from inside fn: it would wait for itself.
func (s *Store) Update(ctx context.Context, fn func(host.Writer) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.gate.leave()
	select {
	case s.updating <- struct{}{}:
		defer func() { <-s.updating }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.update(fn)
}

// update runs fn and commits its writes. The caller holds the token of updating.
func (s *Store) update(fn func(host.Writer) error) error {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	w := &writer{reader: reader{store: s, txn: txn, pending: pending{}}}
	if err := fn(w); err != nil {
		return err
	}
	writes, must := w.pending, w.mustDo()
	w.pending = pending{} // a writer that is used too late changes nothing
	return s.commit(writes, must)
}

// FreeBytes implements host.Store: what is free on the disk, less the reserve.
func (s *Store) FreeBytes() (int64, error) {
	free, err := s.space.free()
	return max(0, free), err
}

// Health is nil while the store takes changes, else an error of code store_failed: it takes none until it is opened again.
func (s *Store) Health() error {
	if f := s.failed.Load(); f != nil {
		return f
	}
	return nil
}

// Blobs implements host.Store.
func (s *Store) Blobs() host.Blobs { return blobs{s} }

// Close implements host.Store. It waits for views, updates and open blobs to end by themselves.
func (s *Store) Close() error {
	if !s.gate.close() {
		return nil
	}
	s.keeper.stop()
	return s.shut()
}

// enter lets a caller in; gate.leave ends its stay.
func (s *Store) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.gate.enter()
}
