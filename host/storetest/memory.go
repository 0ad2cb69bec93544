package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"math"
	"strings"
	"sync"

	"appzone/host"
	"appzone/host/fault"
)

// MemoryStore is a host.Store that keeps everything in memory. An update costs time in
// proportion to what is stored: it is for tests.
type MemoryStore struct {
	state   *state
	writing chan struct{} // holds one token while an Update runs

	mu     sync.Mutex
	closed bool
	users  sync.WaitGroup // views, updates and open blobs
}

// state outlives the MemoryStore, as files outlive a process.
type state struct {
	mu         sync.Mutex
	records    map[string][]byte // never changed in place: a snapshot is this map
	blobs      map[host.Digest][]byte
	held       map[host.Digest]int // batches that are open and wrote the blob
	collecting sync.Mutex
	fresh      map[host.Digest]bool // held at any moment since Collect began; nil while none runs
}

// Memory returns an empty store.
func Memory() *MemoryStore {
	return open(&state{
		records: map[string][]byte{},
		blobs:   map[host.Digest][]byte{},
		held:    map[host.Digest]int{},
	})
}

func open(c *state) *MemoryStore {
	return &MemoryStore{state: c, writing: make(chan struct{}, 1)}
}

// Reopen returns a new store over what s holds, as after a restart. Close s first.
func (s *MemoryStore) Reopen() *MemoryStore {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	clear(s.state.held)
	return open(s.state)
}

// Damage changes the first byte of a blob, as a bad disk would, and tells whether there is such a blob with a byte.
func (s *MemoryStore) Damage(d host.Digest) bool {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	data := bytes.Clone(s.state.blobs[d])
	if len(data) == 0 {
		return false
	}
	data[0] ^= 1
	s.state.blobs[d] = data
	return true
}

// View implements host.Store.
func (s *MemoryStore) View(ctx context.Context, fn func(host.Reader) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.users.Done()
	return fn(memoryReader{s.snapshot()})
}

// Update implements host.Store.
func (s *MemoryStore) Update(ctx context.Context, fn func(host.Writer) error) error {
	if err := s.enter(ctx); err != nil {
		return err
	}
	defer s.users.Done()
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	w := &memoryWriter{memoryReader: memoryReader{maps.Clone(s.snapshot())}}
	if err := fn(w); err != nil {
		return err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.records = maps.Clone(w.records) // a writer that is used too late changes nothing
	return nil
}

// FreeBytes implements host.Store: memory is not counted.
func (s *MemoryStore) FreeBytes() (int64, error) { return math.MaxInt64, nil }

// Close implements host.Store.
func (s *MemoryStore) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.users.Wait()
	return nil
}

func (s *MemoryStore) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fault.New(fault.Unavailable, "store_closed", "the store is closed")
	}
	s.users.Add(1)
	return nil
}

func (s *MemoryStore) snapshot() map[string][]byte {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	return s.state.records
}

type memoryWriter struct {
	memoryReader
	bytes int // of all puts
}

const (
	maxRecordBytes = 1 << 20
	maxUpdateBytes = 16 << 20
)

func (w *memoryWriter) Put(table, key string, v any) error {
	k, err := joined(table, key)
	if err != nil {
		return err
	}
	value, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(value) > maxRecordBytes {
		return fault.New(fault.TooLarge, "record_too_large",
			"the record is %d bytes, and a record holds at most %d", len(value), maxRecordBytes)
	}
	if w.bytes += len(k) + len(value); w.bytes > maxUpdateBytes {
		return fault.New(fault.TooLarge, "update_too_large",
			"the change is larger than %d MiB, which is the most that is written at once; split it", maxUpdateBytes>>20)
	}
	w.records[k] = value
	return nil
}

func (w *memoryWriter) Delete(table, key string) error {
	k, err := joined(table, key)
	if err != nil {
		return err
	}
	delete(w.records, k)
	return nil
}

// Essential implements host.Writer: memory has no disk that could be full.
func (w *memoryWriter) Essential() {}

const maxKeyBytes = 4096

func joined(table, key string) (string, error) {
	if table == "" || key == "" || strings.ContainsRune(table, 0) || strings.ContainsRune(key, 0) ||
		len(table)+len(key) > maxKeyBytes {
		return "", fault.New(fault.Internal, "bad_key",
			"the table and the key of a record must not be empty, hold a NUL or be longer than %d bytes together", maxKeyBytes)
	}
	return table + "\x00" + key, nil
}
