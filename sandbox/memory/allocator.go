package memory

import (
	"sync/atomic"

	"github.com/tetratelabs/wazero/experimental"
	"golang.org/x/sys/unix"
)

var _ experimental.MemoryAllocator = (*Allocator)(nil)

// Allocator hands out linear memories of at most a limit each. WebAssembly 2.0 allows one
// memory for a module, so the limit is the guest's.
type Allocator struct {
	limit   uint64
	refused atomic.Uint64
}

// New makes an allocator whose memories grow to at most limitBytes.
func New(limitBytes int64) *Allocator {
	return &Allocator{limit: uint64(max(limitBytes, 0))}
}

// Refused is the size in bytes that the guest last asked for and was not given, or 0. It
// tells an out-of-memory apart from every other way in which a guest gives up.
func (a *Allocator) Refused() uint64 { return a.refused.Load() }

// Allocate reserves address space for a memory that may grow to maximum bytes, or to the
// allocator's limit if that is less. When the kernel refuses, the memory that is returned
// cannot hold a single page, and the module is not instantiated.
func (a *Allocator) Allocate(_, maximum uint64) experimental.LinearMemory {
	reserve := min(maximum, a.limit)
	if reserve == 0 {
		return &linear{owner: a}
	}
	reserved, err := unix.Mmap(-1, 0, int(reserve), unix.PROT_NONE,
		unix.MAP_PRIVATE|unix.MAP_ANON|unix.MAP_NORESERVE)
	if err != nil {
		return &linear{owner: a}
	}
	return &linear{owner: a, reserved: reserved}
}

// linear is one linear memory. wazero serialises the calls.
type linear struct {
	owner    *Allocator
	reserved []byte
	usable   uint64
}

// Reallocate makes the first size bytes usable and returns them, always at the same
// address, or nil when that is more than the limit or than the kernel gives.
func (l *linear) Reallocate(size uint64) []byte {
	if size > uint64(len(l.reserved)) {
		l.owner.refused.Store(size)
		return nil
	}
	if size > l.usable {
		// size is a number of WASM pages, so it is a multiple of every page size in use.
		err := unix.Mprotect(l.reserved[l.usable:size], unix.PROT_READ|unix.PROT_WRITE)
		if err != nil {
			l.owner.refused.Store(size)
			return nil
		}
		l.usable = size
	}
	return l.reserved[:size:size]
}

// Free gives everything back to the kernel.
func (l *linear) Free() {
	if l.reserved != nil {
		_ = unix.Munmap(l.reserved)
		l.reserved, l.usable = nil, 0
	}
}
