package store

import (
	"encoding/binary"
	"errors"

	"github.com/dgraph-io/badger/v4"
)

// An update that does not fit into one transaction is first written as a journal: chunks, and
// then a head, whose commit is the moment that counts. It is then applied in
// several transactions, the last of which removes the journal, while nobody may begin a
// snapshot. A crash in between is made good at the next open.

const journalHead = spaceJournal + "head"

func journalChunk(number uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte(spaceJournal+"chunk"), number)
}

// commitLarge commits entries of any number, all or none.
func (s *Store) commitLarge(entries []entry) error {
	encoded := encodeEntries(entries)
	if err := s.space.require(2 * int64(len(encoded))); err != nil {
		return err
	}
	chunks := cut(encoded)
	if err := s.writeAll(chunks, true); err != nil {
		return err // chunks without a head go at the next open
	}
	s.snapshots.Lock()
	defer s.snapshots.Unlock()
	count := binary.BigEndian.AppendUint32(nil, uint32(len(chunks)))
	if err := s.write([]entry{{[]byte(journalHead), count}}, true); err != nil {
		return err
	}
	return s.applyJournal(entries, len(chunks))
}

// applyJournal writes entries and removes the journal.
func (s *Store) applyJournal(entries []entry, chunks int) error {
	if err := beforeApply(); err != nil {
		return s.fail(err, true)
	}
	if err := s.writeAll(append(entries, journalKeys(chunks)...), true); err != nil {
		return s.fail(err, true)
	}
	return nil
}

// beforeApply is the moment after a large update is durable and before it is applied. Tests stop it here.
var beforeApply = func() error { return nil }

// journalKeys deletes a journal, its head first.
func journalKeys(chunks int) []entry {
	keys := []entry{{key: []byte(journalHead)}}
	for i := range chunks {
		keys = append(keys, entry{key: journalChunk(uint32(i))})
	}
	return keys
}

// replayJournal finishes the large update that a crash interrupted, and drops one that
// had not been committed.
func (s *Store) replayJournal() error {
	encoded, chunks, committed, err := s.readJournal()
	switch {
	case err != nil || (chunks == 0 && !committed):
		return err
	case !committed:
		return s.writeAll(journalKeys(chunks), true)
	}
	entries, ok := decodeEntries(encoded)
	if !ok {
		return damaged(nil, "the journal of the last change cannot be read")
	}
	s.log.Info("a change that a crash interrupted is completed", "records", len(entries))
	return s.applyJournal(entries, chunks)
}

// readJournal returns what a committed journal holds, and the number of chunks that are there.
func (s *Store) readJournal() (encoded []byte, chunks int, committed bool, err error) {
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	var count uint32
	item, err := txn.Get([]byte(journalHead))
	if err == nil {
		committed = true
		err = item.Value(func(v []byte) error { count = binary.BigEndian.Uint32(v); return nil })
	}
	if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
		return nil, 0, false, err
	}
	it, done := s.iterate(txn, []byte(spaceJournal+"chunk"), false)
	defer done()
	for it.Rewind(); it.Valid(); it.Next() {
		// What lies behind the last chunk is left from an earlier one that was never committed.
		if chunks++; uint32(chunks) > count {
			continue
		}
		if err := it.Item().Value(func(v []byte) error { encoded = append(encoded, v...); return nil }); err != nil {
			return nil, 0, false, err
		}
	}
	return encoded, chunks, committed, nil
}

// encodeEntries writes each entry as key length, key, value length plus one or 0 for a delete, value.
func encodeEntries(entries []entry) []byte {
	var b []byte
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(len(e.key)))
		b = append(b, e.key...)
		if e.value == nil {
			b = binary.AppendUvarint(b, 0)
			continue
		}
		b = binary.AppendUvarint(b, uint64(len(e.value))+1)
		b = append(b, e.value...)
	}
	return b
}

func decodeEntries(b []byte) (entries []entry, ok bool) {
	take := func(n uint64) []byte {
		if n > uint64(len(b)) {
			ok = false
			return nil
		}
		part := b[:n:n]
		b = b[n:]
		return part
	}
	number := func() uint64 {
		n, size := binary.Uvarint(b)
		if size <= 0 {
			ok = false
			return 0
		}
		b = b[size:]
		return n
	}
	for ok = true; ok && len(b) > 0; {
		e := entry{key: take(number())}
		if n := number(); n > 0 {
			e.value = take(n - 1)
		}
		entries = append(entries, e)
	}
	return entries, ok
}

// cut makes the journal's chunks.
func cut(encoded []byte) []entry {
	var chunks []entry
	for len(encoded) > 0 {
		n := min(len(encoded), maxChunkBytes)
		chunks = append(chunks, entry{journalChunk(uint32(len(chunks))), encoded[:n:n]})
		encoded = encoded[n:]
	}
	return chunks
}
