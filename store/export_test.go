package store

import (
	"bytes"
	"context"
	"time"

	"appzone/host"
)

// OpenMigrating opens a store of a product with other migrations.
func OpenMigrating(ctx context.Context, dir string, steps ...func(host.Writer) error) (*Store, error) {
	o := Options{Dir: dir, migrations: []migration{}}
	for _, step := range steps {
		o.migrations = append(o.migrations, step)
	}
	return Open(ctx, o)
}

// Trim gives mapped pages back, as the keeper does now and then.
func (s *Store) Trim() error { return s.unmapPages() }

// AwaitCleaning waits until the keeper has made room of what was removed.
func (s *Store) AwaitCleaning() {
	for s.garbage.Load() >= muchGarbage {
		time.Sleep(10 * time.Millisecond)
	}
}

// CleanNow makes room of what was removed, however little, and returns the number of logs rewritten.
func (s *Store) CleanNow() (n int, err error) {
	if err := s.settle(); err != nil {
		return 0, err
	}
	for s.rewriteValueLog() {
		n++
	}
	return n, nil
}

// WalkLog reads a value log.
func WalkLog(log []byte) (int64, error) { return walkLog(bytes.NewReader(log), int64(len(log))) }

// ExamineTable checks a table.
func ExamineTable(table []byte) error { return examineTable(table) }

// BlobKeys counts the keys of blobs.
func (s *Store) BlobKeys() (heads, chunks int) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	it, done := s.iterate(txn, []byte(spaceBlobs), false)
	defer done()
	for it.Rewind(); it.Valid(); it.Next() {
		if _, _, chunk := blobKey(it.Item().Key()); chunk {
			chunks++
		} else {
			heads++
		}
	}
	return heads, chunks
}
