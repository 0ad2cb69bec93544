package store

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dgraph-io/badger/v4"

	"appzone/host"
	"appzone/host/fault"
)

// migration brings the records from one schema version to the next. It runs once, as one update.
type migration func(host.Writer) error

// migrations are the product's own, in order: the first brings version 1 to version 2.
var migrations = []migration{}

// migrate brings the database to the version that this program writes: 1 and one for each migration.
func (s *Store) migrate(steps []migration) error {
	version, err := s.schemaVersion()
	if err != nil {
		return err
	}
	newest := 1 + len(steps)
	if version > newest {
		return fault.New(fault.Conflict, "schema_newer",
			"the data folder was written by a newer version (schema %d, this one knows up to %d); "+
				"start the newer version, or restore a backup from before the upgrade", version, newest)
	}
	if version == 0 {
		return s.update(func(w host.Writer) error { return setSchema(w, newest) })
	}
	for ; version < newest; version++ {
		s.log.Info("records are brought to a new schema", "from", version, "to", version+1)
		err := s.update(func(w host.Writer) error {
			if err := steps[version-1](w); err != nil {
				return err
			}
			return setSchema(w, version+1)
		})
		if err != nil {
			return fmt.Errorf("bring the records from schema %d to %d: %w", version, version+1, err)
		}
	}
	return nil
}

func setSchema(w host.Writer, version int) error {
	return w.(*writer).set(metaSchema, []byte(strconv.Itoa(version)))
}

// schemaVersion is 0 for a database that holds nothing yet.
func (s *Store) schemaVersion() (version int, err error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	item, err := txn.Get([]byte(metaSchema))
	if errors.Is(err, badger.ErrKeyNotFound) {
		it, done := s.iterate(txn, nil, false)
		defer done()
		if it.Rewind(); it.Valid() {
			return 0, damaged(nil, "it has records and no schema version")
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	err = item.Value(func(b []byte) error {
		version, err = strconv.Atoi(string(b))
		if err != nil || version < 1 {
			return damaged(err, "its schema version cannot be read")
		}
		return nil
	})
	return version, err
}
