package static

import (
	"errors"
	"maps"
	"os"
	"slices"
	"time"

	"appzone/host"
)

const (
	// generations is how many there may be, one that waits for its last answer included.
	generations = 4
	// arenaShare is how many times its own size an arena must find free on the disk.
	arenaShare = 4
	// arenaRate bounds, in bytes per second, what is copied once the arena is full, so that
	// more content than it holds does not keep the disk busy.
	arenaRate = 8 << 20
	// arenaRetry is the time until the next attempt when there was no room.
	arenaRetry = time.Second
)

var errNoRoom = errors.New("too little room on the disk")

// generation is one file of an arena.
type generation struct {
	file *os.File
	// fd is the file's, valid for whoever holds a reference.
	fd int
	// What follows belongs to arena.mu. The arena has one reference until it forgets the
	// generation, each copy and each answer has one for as long as it is under way.
	used      int64
	refs      int
	forgotten bool
}

// create opens the file of a new generation.
func (a *arena) create() (*os.File, error) {
	file, err := createNameless(a.dir)
	if err != nil {
		return nil, err
	}
	free, err := freeBytes(file)
	if err == nil && free/arenaShare < a.size*generations {
		err = errNoRoom
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// rotate adds a generation for a body that has no room, in the oldest one's place if need
// be. Only one request does that at a time, and no other waits for it.
func (a *arena) rotate(need int64) bool {
	a.mu.Lock()
	refused := a.closed || a.rotating || need > a.size || need <= a.room() || time.Now().Before(a.rotateAt)
	a.rotating = a.rotating || !refused
	a.mu.Unlock()
	if refused {
		return false
	}
	var file *os.File
	err := errNoRoom
	if a.evict() {
		file, err = a.create()
	}
	return a.append(file, err)
}

// append ends a rotation.
func (a *arena) append(file *os.File, err error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rotating = false
	if err != nil {
		a.rotateAt = time.Now().Add(arenaRetry)
		return false
	}
	if a.closed {
		_ = file.Close()
		return false
	}
	a.open = append(a.open, &generation{file: file, fd: int(file.Fd()), refs: 1})
	if len(a.open) == generations {
		a.rotateAt = time.Now().Add(time.Duration(a.size) * time.Second / arenaRate)
	}
	return true
}

// evict forgets the oldest generation if there are as many as there may be, and tells
// whether another one may be added now.
func (a *arena) evict() bool {
	a.mu.Lock()
	var oldest *generation
	if len(a.open) == generations && a.forget(a.open[0]) {
		oldest = a.open[0]
	}
	a.mu.Unlock()
	if oldest != nil {
		a.release(oldest)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.open) < generations
}

// forget takes the regions of a generation out of use. If it had not been forgotten
// before, the arena's own reference is now the caller's to release.
func (a *arena) forget(g *generation) bool {
	if g.forgotten {
		return false
	}
	g.forgotten = true
	maps.DeleteFunc(a.regions, func(_ host.Digest, r *region) bool { return r.gen == g })
	return true
}

// release gives a reference back. The last one closes the file, which frees its room.
func (a *arena) release(g *generation) {
	a.mu.Lock()
	g.refs--
	last := g.refs == 0
	a.mu.Unlock()
	if !last {
		return
	}
	_ = g.file.Close() // not under the lock: freeing may wait for the disk
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = slices.DeleteFunc(a.open, func(o *generation) bool { return o == g })
}

// bytes is what the files take of the disk.
func (a *arena) bytes() (n int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, g := range a.open {
		n += g.used
	}
	return n
}

// close forgets everything. A file that an answer is sent from is closed when that ends.
func (a *arena) close() {
	a.mu.Lock()
	a.closed = true
	var last []*generation
	for _, g := range a.open {
		if a.forget(g) {
			last = append(last, g)
		}
	}
	a.mu.Unlock()
	for _, g := range last {
		a.release(g)
	}
}
