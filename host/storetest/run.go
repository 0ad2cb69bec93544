package storetest

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// Run holds the store that open returns to the promises of host.Store. open must not
// return a store that is open elsewhere; called again with a dir whose store
// was closed, it returns a store over the same content. The suite closes what it opens.
func Run(t *testing.T, open func(t *testing.T, dir string) host.Store) {
	for _, part := range []struct {
		name  string
		cases []testCase
	}{
		{"records", recordCases},
		{"scans", scanCases},
		{"updates", updateCases},
		{"limits", limitCases},
		{"blobs", blobCases},
		{"collect", collectCases},
		{"life", lifeCases},
	} {
		t.Run(part.name, func(t *testing.T) {
			for _, c := range part.cases {
				t.Run(c.name, func(t *testing.T) {
					s := &suite{T: t, dir: t.TempDir(), open: open, refs: map[host.Digest]bool{}}
					s.store = open(t, s.dir)
					defer func() { assert.NoError(t, s.store.Close()) }()
					c.run(s)
				})
			}
		})
	}
}

type testCase struct {
	name string
	run  func(s *suite)
}

// suite is one test's store with short words for what the tests do with it.
type suite struct {
	*testing.T
	dir   string
	open  func(t *testing.T, dir string) host.Store
	store host.Store

	refsLock sync.Mutex // guards refs
	refs     map[host.Digest]bool
}

func (s *suite) reopen() {
	s.Helper()
	require.NoError(s, s.store.Close())
	s.store = s.open(s.T, s.dir)
}

func (s *suite) view(fn func(host.Reader) error) {
	s.Helper()
	require.NoError(s, s.store.View(context.Background(), fn))
}

func (s *suite) update(fn func(host.Writer) error) {
	s.Helper()
	require.NoError(s, s.store.Update(context.Background(), fn))
}

func (s *suite) put(table, key string, v any) {
	s.Helper()
	s.update(func(w host.Writer) error { return w.Put(table, key, v) })
}

func (s *suite) delete(table, key string) {
	s.Helper()
	s.update(func(w host.Writer) error { return w.Delete(table, key) })
}

// value returns the text that is stored, or "" when there is no such record.
func (s *suite) value(table, key string) string {
	s.Helper()
	var got string
	s.view(func(r host.Reader) error { got = valueOf(s, r, table, key); return nil })
	return got
}

func valueOf(s *suite, r host.Reader, table, key string) string {
	s.Helper()
	var got string
	if err := r.Get(table, key, &got); err != nil {
		require.ErrorIs(s, err, host.ErrNoRecord)
		return ""
	}
	return got
}

// keys lists what a scan, or a scan back, visits.
func (s *suite) keys(r host.Reader, back bool, table, prefix, from string) []string {
	s.Helper()
	scan := r.Scan
	if back {
		scan = r.ScanBack
	}
	keys := []string{}
	require.NoError(s, scan(table, prefix, from, func(key string, decode func(any) error) (bool, error) {
		keys = append(keys, key)
		var v any
		return true, decode(&v)
	}))
	return keys
}
