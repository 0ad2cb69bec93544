package storetest

import (
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

var limitCases = []testCase{
	{"a record of 1 MiB encoded is stored, one byte more is refused", func(s *suite) {
		const quotes = 2
		largest := strings.Repeat("x", 1<<20-quotes)
		s.put("t", "k", largest)
		err := s.store.Update(s.Context(), func(w host.Writer) error { return w.Put("t", "k", largest+"x") })
		assert.Equal(s, fault.TooLarge, fault.From(err).Kind)
		assert.Equal(s, "record_too_large", fault.CodeOf(err))
		assert.True(s, s.value("t", "k") == largest, "the record that was there is unchanged")
	}},
	{"a value that JSON cannot hold is refused", func(s *suite) {
		assert.Error(s, s.store.Update(s.Context(), func(w host.Writer) error { return w.Put("t", "k", make(chan int)) }))
	}},
	{"names that are empty, hold a NUL or are far too long are refused", func(s *suite) {
		for _, name := range []struct{ table, key string }{
			{"", "k"}, {"t", ""}, {"t\x00t", "k"}, {"t", "k\x00"}, {"t", strings.Repeat("k", 1<<16)},
		} {
			err := s.store.Update(s.Context(), func(w host.Writer) error {
				var v any
				assert.Error(s, w.Put(name.table, name.key, "v"), "put %.20q %.20q", name.table, name.key)
				assert.Error(s, w.Delete(name.table, name.key), "delete %.20q %.20q", name.table, name.key)
				err := w.Get(name.table, name.key, &v)
				assert.Error(s, err, "get %.20q %.20q", name.table, name.key)
				assert.NotErrorIs(s, err, host.ErrNoRecord)
				return nil
			})
			require.NoError(s, err)
		}
	}},
	{"a scan of a table without a name is refused", func(s *suite) {
		s.view(func(r host.Reader) error {
			none := func(string, func(any) error) (bool, error) { return true, nil }
			assert.Error(s, r.Scan("", "", "", none))
			assert.Error(s, r.ScanBack("a\x00b", "", "", none))
			return nil
		})
	}},
	{"a key of 1,024 bytes is stored", func(s *suite) {
		key := strings.Repeat("k", 1024)
		s.put("t", key, "v")
		assert.Equal(s, "v", s.value("t", key))
	}},
	{"free bytes are known", func(s *suite) {
		free, err := s.store.FreeBytes()
		require.NoError(s, err)
		assert.Positive(s, free)
	}},
}
