package storetest

import (
	"errors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

var recordCases = []testCase{
	{"a record comes back as it was put", func(s *suite) {
		type plugin struct {
			Name  string
			Count int
			Tags  []string
		}
		want := plugin{"clock", 7, []string{"a", "ü\x01", ""}}
		s.put("plugins", "clock", want)
		s.view(func(r host.Reader) error {
			var got plugin
			require.NoError(s, r.Get("plugins", "clock", &got))
			assert.Equal(s, want, got)
			return nil
		})
	}},
	{"a missing record is ErrNoRecord", func(s *suite) {
		s.view(func(r host.Reader) error {
			var v string
			assert.ErrorIs(s, r.Get("plugins", "none", &v), host.ErrNoRecord)
			return nil
		})
	}},
	{"the last put wins", func(s *suite) {
		s.put("t", "k", "one")
		s.put("t", "k", "two")
		assert.Equal(s, "two", s.value("t", "k"))
	}},
	{"a deleted record is gone, and deleting it again is no error", func(s *suite) {
		s.put("t", "k", "one")
		s.delete("t", "k")
		s.delete("t", "k")
		assert.Equal(s, "", s.value("t", "k"))
	}},
	{"a record can be put again after its delete", func(s *suite) {
		s.put("t", "k", "one")
		s.delete("t", "k")
		s.put("t", "k", "two")
		assert.Equal(s, "two", s.value("t", "k"))
	}},
	{"tables do not share keys, whatever their names begin with", func(s *suite) {
		s.put("t", "k", "one")
		s.put("tt", "k", "two")
		s.put("t", "tk", "three")
		s.delete("tt", "k")
		assert.Equal(s, "one", s.value("t", "k"))
		assert.Equal(s, "", s.value("tt", "k"))
		s.view(func(r host.Reader) error {
			assert.Equal(s, []string{"k", "tk"}, s.keys(r, false, "t", "", ""))
			return nil
		})
	}},
	{"a null and an empty text are records", func(s *suite) {
		s.put("t", "null", nil)
		s.put("t", "empty", "")
		s.view(func(r host.Reader) error {
			var v any
			assert.NoError(s, r.Get("t", "null", &v))
			assert.NoError(s, r.Get("t", "empty", &v))
			return nil
		})
	}},
	{"an error of the reader's function comes back", func(s *suite) {
		oops := errors.New("oops")
		assert.ErrorIs(s, s.store.View(s.Context(), func(host.Reader) error { return oops }), oops)
	}},
	{"a value of the wrong shape is an error, and not ErrNoRecord", func(s *suite) {
		s.put("t", "k", "text")
		s.view(func(r host.Reader) error {
			var n int
			err := r.Get("t", "k", &n)
			require.Error(s, err)
			assert.NotErrorIs(s, err, host.ErrNoRecord)
			return nil
		})
	}},
}
