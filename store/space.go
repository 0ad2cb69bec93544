package store

import "appzone/host/fault"

// space watches over the room on the disk. Badger writes into mapped files: a disk that is
// full ends the process with a signal, not a write with an error. So writes are refused while
// there is still a reserve, and what the next write touches is allocated before it.
type space struct {
	dir     string
	reserve int64
	logs    preallocated
}

// free is the room that may be used: what the disk has less the reserve, and never negative.
func (s *space) free() (int64, error) {
	n, err := freeBytes(s.dir)
	return max(0, n-s.reserve), err
}

// require returns an error of kind NoSpace unless size bytes may be written now.
func (s *space) require(size int64) error {
	free, err := s.free()
	if err != nil {
		return err
	}
	if free < size || !s.logs.allocate(s.dir, size) {
		return fault.New(fault.NoSpace, "disk_full",
			"the disk under %s is too full to write: %d MiB must stay free; make room and try again", s.dir, s.reserve>>20)
	}
	return nil
}
