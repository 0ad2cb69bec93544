package tree

import (
	"io/fs"
	"time"
)

// stamp is what tells, without reading a file, that it is still the one that was read. The
// change time cannot be set by a program, so that a stamp holds even if the other times are put back.
type stamp struct {
	device, inode uint64
	size          int64
	modified      int64 // Unix nanoseconds
	changed       int64 // Unix nanoseconds; 0 where the system does not tell
}

// settled is how long ago a file must have changed for its stamp to be trusted: file times
// advance in steps of a timer tick, and a second change within one step would leave no trace.
const settled = 100 * time.Millisecond

// trusted says that a change after now would show in the stamp.
func (s stamp) trusted(now time.Time) bool {
	return s.changed != 0 && s.changed < now.Add(-settled).UnixNano()
}

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), modified: info.ModTime().UnixNano()}
	s.fill(info)
	return s
}
