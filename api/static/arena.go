package static

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"appzone/host"
)

const (
	defaultArenaBytes = 256 << 20
	// arenaMin is the smallest body that is kept in the arena: a smaller one goes out in one
	// write with its header.
	arenaMin  = 16 << 10
	pageBytes = 4 << 10
)

// arena keeps copies of bodies in files that the kernel can send from. The files have no
// name, so that they end with the process.
//
// A place in a file that was handed out is never written again, since an answer that is
// under way would send whatever stands there. So room is made by whole files, here
// generations: the oldest is forgotten, and closed when its last answer has ended. While
// that takes, new bodies are not kept.
type arena struct {
	dir string
	// size is that of one generation in bytes.
	size int64

	mu      sync.Mutex
	regions map[host.Digest]*region
	// open are the generations, oldest first. Bodies are added to the last.
	open []*generation
	// rotateAt is when a generation may be added next.
	rotateAt         time.Time
	rotating, closed bool
}

// region is the place of a body.
type region struct {
	digest   host.Digest
	gen      *generation
	at, size int64
	// ready says that the body has been written. It belongs to arena.mu.
	ready bool
}

// newArena finds out whether the folder's file system can hold an arena of total bytes.
func newArena(dir string, total int64) (*arena, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	a := &arena{dir: dir, size: total / generations, regions: map[host.Digest]*region{}}
	file, err := a.create()
	if err != nil {
		return nil, err
	}
	return a, file.Close()
}

// take returns the region of a body, which is copied by the first request for it, or nil
// if the body is not kept. The caller releases the region's generation.
func (a *arena) take(f *form, open func(*form) (host.Blob, error)) *region {
	if r := a.find(f); r != nil {
		return r
	}
	r := a.reserve(f)
	if r == nil && a.rotate(pages(f.size)) {
		r = a.reserve(f)
	}
	if r == nil {
		return nil
	}
	written := false
	defer func() { a.settle(r, written) }() // a blob may panic
	blob, err := open(f)
	if err != nil {
		return nil
	}
	defer func() { _ = blob.Close() }()
	if written = r.fill(blob) == nil; !written {
		return nil
	}
	return r
}

func (a *arena) find(f *form) *region {
	a.mu.Lock()
	defer a.mu.Unlock()
	r := a.regions[f.digest]
	if r == nil || !r.ready || r.size != f.size {
		return nil
	}
	r.gen.refs++
	return r
}

// reserve takes room at the end of the last generation. It returns nil if there is none,
// or if another request is copying the body.
func (a *arena) reserve(f *form) *region {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed || a.room() < pages(f.size) || a.regions[f.digest] != nil {
		return nil
	}
	g := a.open[len(a.open)-1]
	r := &region{digest: f.digest, gen: g, at: g.used, size: f.size}
	g.used += pages(f.size)
	g.refs++
	a.regions[f.digest] = r
	return r
}

// room is what the last generation can still take.
func (a *arena) room() int64 {
	if len(a.open) == 0 {
		return -1
	}
	return a.size - a.open[len(a.open)-1].used
}

// fill writes the body into its place, and nothing beyond it. One that is damaged is not kept: it would outlive the repair of the store.
func (r *region) fill(blob host.Blob) error {
	at, end := r.at, r.at+r.size
	sum := sha256.New()
	err := blob.Chunks(func(chunk []byte) error {
		if int64(len(chunk)) > end-at {
			return io.ErrShortWrite
		}
		_, _ = sum.Write(chunk)
		n, err := r.gen.file.WriteAt(chunk, at)
		at += int64(n)
		return err
	})
	if err == nil && at != end {
		err = io.ErrUnexpectedEOF
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != string(r.digest) {
		err = errors.New("the body is not what was stored")
	}
	return err
}

// settle makes a region known that was written, and gives up one that was not.
func (a *arena) settle(r *region, written bool) {
	a.mu.Lock()
	r.ready = written
	if !written {
		if a.regions[r.digest] == r {
			delete(a.regions, r.digest)
		}
		if r.gen.used == r.at+pages(r.size) {
			r.gen.used = r.at // the place was never handed out
		}
	}
	a.mu.Unlock()
	if !written {
		a.release(r.gen)
	}
}

// pages rounds up, so that each body starts with a whole page.
func pages(n int64) int64 { return (n + pageBytes - 1) &^ (pageBytes - 1) }
