package store

import (
	"errors"

	"github.com/dgraph-io/badger/v4"
)

const spaceNothing = "x\x00"

// settle brings deletes from the memtable into the tables of the last level. Only there does Badger
// count what they leave behind in the value logs; a host that is not busy would
// have them in its memtable for months. Badger has no call for it: removing a prefix
// does it on the way. Reads wait some 30 ms.
func (s *Store) settle() error {
	if err := s.writeAll([]entry{{[]byte(spaceNothing), []byte{0}}}, true); err != nil {
		return err
	}
	s.committing.Lock() // Badger refuses writes meanwhile
	defer s.committing.Unlock()
	if err := s.space.mayOpen(); err != nil {
		return err // it writes new tables
	}
	if err := s.db.DropPrefix([]byte(spaceNothing)); err != nil {
		return s.fail(err)
	}
	return nil
}

// rewriteValueLog rewrites the value log with the most garbage, and returns false if none has enough. It
// copies what is alive to the newest log before it removes the old one.
func (s *Store) rewriteValueLog() bool {
	if s.failed.Load() != nil {
		return false
	}
	// The reserve is there for this too: without it a full disk would stay full.
	if free, err := freeBytes(s.dir); err != nil || float64(free) < (1-discardRatio)*valueLogBytes {
		return false
	}
	err := s.db.RunValueLogGC(discardRatio)
	if err != nil && !errors.Is(err, badger.ErrNoRewrite) {
		s.log.Warn("a value log could not be rewritten", "error", err)
	}
	s.touched.Store(true)
	if err == nil {
		s.garbage.Store(0)
	}
	return err == nil
}
