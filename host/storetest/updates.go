package storetest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

var updateCases = []testCase{
	{"an update sees its own writes", ownWrites},
	{"an error rolls everything back", func(s *suite) {
		s.put("t", "old", "old")
		oops := errors.New("oops")
		err := s.store.Update(s.Context(), func(w host.Writer) error {
			require.NoError(s, w.Put("t", "new", "new"))
			require.NoError(s, w.Put("t", "old", "changed"))
			require.NoError(s, w.Delete("t", "old"))
			return oops
		})
		assert.ErrorIs(s, err, oops)
		assert.Equal(s, "old", s.value("t", "old"))
		assert.Equal(s, "", s.value("t", "new"))
	}},
	{"a panic rolls everything back and leaves the store usable", func(s *suite) {
		assert.Panics(s, func() {
			_ = s.store.Update(s.Context(), func(w host.Writer) error {
				require.NoError(s, w.Put("t", "k", "v"))
				panic("oops")
			})
		})
		assert.Equal(s, "", s.value("t", "k"))
		s.put("t", "k", "after")
		assert.Equal(s, "after", s.value("t", "k"))
	}},
	{"a view keeps its snapshot while updates go on", snapshot},
	{"a view inside an update sees what was before it", func(s *suite) {
		s.put("t", "k", "before")
		s.update(func(w host.Writer) error {
			require.NoError(s, w.Put("t", "k", "after"))
			assert.Equal(s, "before", s.value("t", "k"))
			return nil
		})
		assert.Equal(s, "after", s.value("t", "k"))
	}},
	{"concurrent updates do not lose writes", concurrentUpdates},
	{"records may be changed while they are scanned", func(s *suite) {
		fill(s, "t", "a", "b", "c")
		s.update(func(w host.Writer) error {
			return w.Scan("t", "", "", func(key string, _ func(any) error) (bool, error) {
				require.NoError(s, w.Put("other", key, "copy"))
				return true, w.Delete("t", key)
			})
		})
		s.view(func(r host.Reader) error {
			assert.Empty(s, s.keys(r, false, "t", "", ""))
			assert.Equal(s, []string{"a", "b", "c"}, s.keys(r, false, "other", "", ""))
			return nil
		})
	}},
	{"an update of 2,000 records is one update", func(s *suite) {
		const records = 2000
		s.update(func(w host.Writer) error {
			for i := range records {
				if err := w.Put("t", fmt.Sprintf("%064d", i), struct{}{}); err != nil {
					return err
				}
			}
			return nil
		})
		s.reopen()
		s.view(func(r host.Reader) error {
			assert.Len(s, s.keys(r, false, "t", "", ""), records)
			return nil
		})
	}},
	{"a context that is done starts nothing", func(s *suite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		called := false
		assert.ErrorIs(s, s.store.View(ctx, func(host.Reader) error { called = true; return nil }), context.Canceled)
		assert.ErrorIs(s, s.store.Update(ctx, func(host.Writer) error { called = true; return nil }), context.Canceled)
		assert.False(s, called)
	}},
	{"an update that waits gives up with its context", func(s *suite) {
		ctx, cancel := context.WithCancel(s.Context())
		s.update(func(host.Writer) error {
			waited := make(chan error)
			go func() { waited <- s.store.Update(ctx, func(host.Writer) error { return nil }) }()
			cancel()
			assert.ErrorIs(s, <-waited, context.Canceled)
			return nil
		})
	}},
}

func ownWrites(s *suite) {
	fill(s, "t", "a", "b", "d")
	s.update(func(w host.Writer) error {
		require.NoError(s, w.Put("t", "c", "new"))
		require.NoError(s, w.Put("t", "b", "changed"))
		require.NoError(s, w.Delete("t", "a"))
		assert.Equal(s, "new", valueOf(s, w, "t", "c"))
		assert.Equal(s, "changed", valueOf(s, w, "t", "b"))
		assert.Equal(s, "", valueOf(s, w, "t", "a"))
		assert.Equal(s, []string{"b", "c", "d"}, s.keys(w, false, "t", "", ""))
		assert.Equal(s, []string{"d", "c", "b"}, s.keys(w, true, "t", "", ""))

		require.NoError(s, w.Put("t", "a", "again"))
		require.NoError(s, w.Delete("t", "c"))
		assert.Equal(s, []string{"a", "b", "d"}, s.keys(w, false, "t", "", ""))
		return nil
	})
	assert.Equal(s, "again", s.value("t", "a"))
	assert.Equal(s, "changed", s.value("t", "b"))
}

func snapshot(s *suite) {
	fill(s, "t", "a", "b")
	s.view(func(r host.Reader) error {
		s.put("t", "a", "changed")
		s.put("t", "c", "new")
		s.delete("t", "b")
		assert.Equal(s, "value of a", valueOf(s, r, "t", "a"))
		assert.Equal(s, "value of b", valueOf(s, r, "t", "b"))
		assert.Equal(s, []string{"a", "b"}, s.keys(r, false, "t", "", ""))
		assert.Equal(s, []string{"b", "a"}, s.keys(r, true, "t", "", ""))
		return nil
	})
	assert.Equal(s, "changed", s.value("t", "a"))
}

func concurrentUpdates(s *suite) {
	const writers, rounds = 8, 20
	var all sync.WaitGroup
	for range writers {
		all.Go(func() {
			for range rounds {
				assert.NoError(s, s.store.Update(s.Context(), func(w host.Writer) error {
					n, _ := strconv.Atoi(valueOf(s, w, "t", "counter"))
					return w.Put("t", "counter", strconv.Itoa(n+1))
				}))
			}
		})
	}
	all.Wait()
	assert.Equal(s, strconv.Itoa(writers*rounds), s.value("t", "counter"))
}
