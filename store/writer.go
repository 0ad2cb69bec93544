package store

import (
	"encoding/json"
	"fmt"

	"appzone/host/fault"
)

// pending holds the writes of one update by key; nil deletes. It stands above Badger's
// transaction because that has a limit which depends on sizes, while an update promises all or none.
type pending map[string][]byte

const (
	maxRecordBytes = 1 << 20
	maxUpdateBytes = 16 << 20
)

type writer struct {
	reader
	bytes     int
	essential bool
}

// Essential implements host.Writer.
func (w *writer) Essential() { w.essential = true }

// mustDo says that the update may use the reserve of the disk: it is essential, and nothing of it goes to the value log, which
// has no room of its own.
func (w *writer) mustDo() bool {
	for _, value := range w.pending {
		if len(value) >= inlineBytes {
			return false
		}
	}
	return w.essential
}

// Put implements host.Writer.
func (w *writer) Put(table, key string, v any) error {
	k, err := recordKey(table, key)
	if err != nil {
		return err
	}
	value, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode record %q: %w", k, err)
	}
	if len(value) > maxRecordBytes {
		return fault.New(fault.TooLarge, "record_too_large",
			"the record is %d bytes, and a record holds at most %d", len(value), maxRecordBytes)
	}
	return w.set(k, value)
}

// Delete implements host.Writer.
func (w *writer) Delete(table, key string) error {
	k, err := recordKey(table, key)
	if err != nil {
		return err
	}
	return w.set(k, nil)
}

func (w *writer) set(key string, value []byte) error {
	size := w.bytes + len(key) + len(value)
	if old, ok := w.pending[key]; ok {
		size -= len(key) + len(old)
	}
	if size > maxUpdateBytes {
		return fault.New(fault.TooLarge, "update_too_large",
			"the change is larger than %d MiB, which is the most that is written at once; split it", maxUpdateBytes>>20)
	}
	w.bytes = size
	w.pending[key] = value
	return nil
}
