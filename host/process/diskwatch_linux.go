package process

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

// The rhythm of measuring what trees keep on disk.
const (
	// diskPulseTime is how often file systems are asked for their free space: one call for each watched child.
	diskPulseTime = 200 * time.Millisecond
	// measureTime is how often a child is measured whose file system does not fill.
	measureTime = 15 * time.Second
	// After a measure comes a rest of several times as long, at most measureTime: measuring takes a tenth of a processor while
	// a file system fills, and next to nothing else.
	measureRest = 10
)

const (
	// entryCost is what a file costs beside its blocks: a place in a folder and an inode. It bounds their number, and
	// so the time to measure them.
	entryCost = 1 << 10
	// maxNesting bounds nested folders, each of which costs a descriptor while it is measured.
	maxNesting = 200
)

// folders is what a child can write on disk, and what is known of it.
type folders struct {
	paths []string
	// given is what was there before it: the host's copy of the code in a merged overlay.
	given int64
	limit int64
	free  int64 // room in the file systems for blocks and files, at the last measure
	last  time.Time
}

// writable are the folders that count towards the limit of p.
func (p *Process) writable() folders {
	f := folders{paths: outermost(p.spec.Jail.ReadWrite), limit: p.spec.Limits.DataBytes}
	v := p.spec.Jail.Overlay
	if v == nil {
		return f
	}
	if !p.merged { // else its target is among those that may be written, and upper is written at the end
		f.paths = append(f.paths, v.Upper)
		return f
	}
	if copied, err := measure(nil, []string{v.Target}, math.MaxInt64/4); err == nil {
		kept, _ := measure(nil, []string{v.Upper}, math.MaxInt64/4)
		f.given = max(copied-kept, 0)
	}
	return f
}

// outermost leaves out what is named twice, or lies in another of the folders: it would be counted twice.
func outermost(paths []string) (kept []string) {
	for n, path := range paths {
		covered := slices.Contains(paths[:n], path) || slices.ContainsFunc(paths, func(other string) bool { return inside(path, other) })
		if !covered {
			kept = append(kept, path)
		}
	}
	return kept
}

// checkData refuses a start with more data than may be kept.
func (p *Process) checkData() error {
	if p.spec.Limits.DataBytes <= 0 || p.spec.Limits.Guest {
		return nil
	}
	p.folders = p.writable()
	used, err := p.folders.measure(nil)
	if err != nil && !errors.Is(err, errNesting) {
		return fault.Wrap(err, fault.Internal, "data_unreadable", "%s is not started: what it keeps on disk cannot be measured", p.spec.Name)
	}
	if used <= p.spec.Limits.DataBytes {
		return nil
	}
	return fault.New(fault.Conflict, "data_full", "%s is not started: %s; delete files of its data, or raise its limit", p.spec.Name, p.spec.Limits.dataReached(used))
}

// dataReached says how much is kept; a measure ends once it is over the limit.
func (l Limits) dataReached(used int64) string {
	return fmt.Sprintf("%s (it uses %s)", l.reached(LimitData), megabytes(used))
}

// disks is the watchdog's memory between two measures.
type disks struct{ rest time.Time }

// beat measures who may have written, and ends what is over its limit.
func (d *disks) beat(stop <-chan struct{}, all []*watch) {
	began := time.Now()
	if began.Before(d.rest) {
		return
	}
	census := sync.OnceValue(takeCensus)
	for _, w := range all {
		if w.disk {
			w.measure(stop, census)
		}
	}
	d.rest = time.Now().Add(min(measureRest*time.Since(began), measureTime))
}

func (w *watch) measure(stop <-chan struct{}, census func() census) {
	if !w.folders.due(time.Now()) {
		return
	}
	used, err := w.folders.measure(stop)
	w.folders.last = time.Now()
	if err != nil && !errors.Is(err, errNesting) {
		return // the end of the watch, or of what it looks at
	}
	if used <= w.folders.limit {
		used += findNameless(census().tree(w.p.proc.Pid)).disk
	}
	if used > w.folders.limit {
		w.p.overLimit(breach{LimitData, w.p.spec.Limits.dataReached(used)})
	}
}

// due says that a measure is due: because its file systems have lost some of the space that it may use, or
// because time has passed.
func (f *folders) due(now time.Time) bool {
	free := int64(0)
	for _, path := range f.paths {
		var s unix.Statfs_t
		if unix.Statfs(path, &s) == nil {
			free += int64(s.Bfree)*s.Bsize + int64(s.Ffree)*entryCost
		}
	}
	if f.free-free < max(f.limit/16, 1<<20) && now.Sub(f.last) < measureTime {
		f.free = max(f.free, free)
		return false
	}
	f.free = free
	return true
}

// measure adds up what the folders hold, beyond what was given.
func (f *folders) measure(stop <-chan struct{}) (int64, error) {
	used, err := measure(stop, f.paths, f.limit+f.given)
	return max(used-f.given, 0), err
}

var (
	errNesting = errors.New("folders are nested too deeply")
	errStopped = errors.New("stopped")
)

// measure adds up blocks and entries below the folders; a file with several names counts once. It ends when that is far
// over most. What nests too deeply is over any limit.
func measure(stop <-chan struct{}, paths []string, most int64) (int64, error) {
	m := meter{stop: stop, most: 4 * most, seen: map[[2]uint64]bool{}}
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o500 != 0o500 {
			_ = os.Chmod(path, 0o700)
		}
		root, err := os.OpenRoot(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return m.used, err
		}
		err = m.folder(root, 0)
		_ = root.Close()
		switch {
		case errors.Is(err, errNesting):
			return max(m.used, most+1), err
		case errors.Is(err, io.EOF):
			return m.used, nil
		case err != nil:
			return m.used, err
		}
	}
	return m.used, nil
}

// meter adds up one measure.
type meter struct {
	stop <-chan struct{}
	most int64
	used int64
	seen map[[2]uint64]bool // files with several names
}

// folder adds what is in one folder; io.EOF says that it is enough.
func (m *meter) folder(dir *os.Root, depth int) error {
	if depth > maxNesting {
		return errNesting
	}
	list, err := dir.Open(".")
	if err != nil {
		return nil // it is gone
	}
	defer list.Close()
	for {
		select {
		case <-m.stop:
			return errStopped
		default:
		}
		batch, err := list.ReadDir(256)
		for _, e := range batch {
			if err := m.entry(dir, e, depth); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
		if m.used > m.most {
			return io.EOF
		}
	}
}

func (m *meter) entry(dir *os.Root, e os.DirEntry, depth int) error {
	info, err := dir.Lstat(e.Name())
	if err != nil {
		return nil // it is gone
	}
	m.used += entryCost
	if s, ok := statOf(info, nil); ok {
		if s.Nlink > 1 && m.seen[[2]uint64{s.Dev, s.Ino}] {
			return nil
		}
		if s.Nlink > 1 {
			m.seen[[2]uint64{s.Dev, s.Ino}] = true
		}
		m.used += s.Blocks * 512
	}
	if !info.IsDir() {
		return nil
	}
	if p := info.Mode().Perm(); p&0o500 != 0o500 && os.Geteuid() != 0 { // closed, which hides it from a host of the same user
		_ = dir.Chmod(e.Name(), p|0o700)
	}
	sub, err := dir.OpenRoot(e.Name() + "/.") // the dot asks for a folder: a FIFO that took its place would be waited for
	if err != nil {
		return nil
	}
	defer sub.Close()
	return m.folder(sub, depth+1)
}
