package store

import (
	"errors"

	"appzone/host/fault"
)

// space watches over the room on the disk. Badger writes into mapped files: a disk that is
// full ends the process with a signal, and not a write with an error. So writes are refused while
// there is still a reserve, which is what merging tables needs, and the logs that the next write
// touches are allocated before it.
type space struct {
	dir     string
	reserve int64
	logs    preallocated // guarded by Store.committing
}

// Free is the room that a store in dir could still use: what its disk has, less the default reserve, 0 at least.
func Free(dir string) (int64, error) {
	s := space{dir: dir, reserve: Options{}.withDefaults().ReserveBytes}
	free, err := s.free()
	return max(0, free), err
}

var errFull = errors.New("no space left")

// free is the room that may be used: what the disk has, less the reserve. It may be negative.
func (s *space) free() (int64, error) {
	n, err := freeBytes(s.dir)
	return n - s.reserve, err
}

// require returns an error of kind NoSpace unless size bytes may be written now.
func (s *space) require(size int64) error {
	free, err := s.free()
	if err == nil && free < size {
		err = s.full()
	}
	return err
}

// prepare makes the next write of size bytes safe, and returns an error of kind NoSpace if it
// cannot. A write that must be done writes no values and may use the reserve.
func (s *space) prepare(size int64, must bool) error {
	if !must {
		if err := s.require(size); err != nil {
			return err
		}
	}
	err := s.logs.allocateKeys(s.dir)
	if err == nil && !must {
		err = s.logs.allocateValues(s.dir)
	}
	if errors.Is(err, errFull) {
		return s.full()
	}
	return err
}

// mayOpen asks for the half of the reserve: opening writes at most a memtable into a new table, and
// a host on a disk that is nearly full must start for somebody to remove something.
func (s *space) mayOpen() error {
	free, err := s.free()
	if err == nil && free < -s.reserve/2 {
		err = s.full()
	}
	return err
}

func (s *space) full() error {
	return fault.New(fault.NoSpace, "disk_full",
		"the disk under %s is too full: %d MiB must stay free; make room and try again", s.dir, s.reserve>>20)
}
