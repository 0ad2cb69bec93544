package store

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4/table"
	"golang.org/x/sys/unix"
)

// unmapPages drops the page-table entries of mapped tables and value logs. The pages stay in the
// system's cache, dirty ones too; the next read maps them again in microseconds. Without it
// every page that was ever read counts as memory of this process.
//
// The advice is deadly for an address that is no longer the file's. Three things keep
// it the file's: an open iterator holds every table of the tree and keeps value logs from being
// removed, the lock keeps iterators from being closed and logs from being cut, and the only goroutine
// that collects value logs is the one that runs this.
func (s *Store) unmapPages() error {
	before := s.tables()
	txn := s.db.NewTransaction(false)
	defer txn.Discard()
	_, done := s.iterate(txn, nil, false)
	defer done()
	if !s.lockMappings() {
		s.touched.Store(true) // busy: another time
		return nil
	}
	defer s.mapped.Unlock()
	// A table that is in the tree before and after is in the iterator, which was made in between.
	held := map[string]bool{}
	for name := range s.tables() {
		held[name] = before[name]
	}
	return eachMapping(s.dir, func(name string, from, to uintptr) error {
		if !held[name] && !strings.HasSuffix(name, valueLogSuffix) {
			return nil
		}
		return advise(from, to)
	})
}

// tables names the files of the tables in the tree.
func (s *Store) tables() map[string]bool {
	names := map[string]bool{}
	for _, t := range s.db.Tables() {
		names[filepath.Base(table.NewFilename(t.ID, s.dir))] = true
	}
	return names
}

// lockMappings waits a little for the lock, but not in its queue, where it would hold up readers for
// as long as a write to a slow disk takes.
func (s *Store) lockMappings() bool {
	for range 20 {
		if s.mapped.TryLock() {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

func advise(from, to uintptr) error {
	_, _, errno := unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
	if errno != 0 {
		return errno
	}
	return nil
}

// eachMapping calls fn for the ranges of this process's memory that are files in dir.
func eachMapping(dir string, fn func(name string, from, to uintptr) error) error {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(bytes.NewReader(maps))
	for lines.Scan() {
		// 7f2c4c000000-7f2c54000000 rw-s 00000000 fe:00 1234   /data/db/000001.vlog
		path := strings.Index(lines.Text(), "/")
		if path < 0 || filepath.Dir(lines.Text()[path:]) != dir {
			continue
		}
		first, last, _ := strings.Cut(strings.Fields(lines.Text())[0], "-")
		from, errFrom := strconv.ParseUint(first, 16, 64)
		to, errTo := strconv.ParseUint(last, 16, 64)
		if errFrom != nil || errTo != nil {
			return errors.Join(errFrom, errTo)
		}
		if err := fn(filepath.Base(lines.Text()[path:]), uintptr(from), uintptr(to)); err != nil {
			return err
		}
	}
	return lines.Err()
}
