package storetest

import (
	"errors"
	"fmt"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

var scanCases = []testCase{
	{"prefix, start and direction", scanTable},
	{"a scan stops when it is told to", func(s *suite) {
		fill(s, "t", "a", "b", "c")
		for _, back := range []bool{false, true} {
			seen := 0
			s.view(func(r host.Reader) error {
				return scanOf(r, back)("t", "", "", func(string, func(any) error) (bool, error) {
					seen++
					return seen < 2, nil
				})
			})
			assert.Equal(s, 2, seen)
		}
	}},
	{"a scan passes an error on", func(s *suite) {
		fill(s, "t", "a", "b")
		oops := errors.New("oops")
		for _, back := range []bool{false, true} {
			err := s.store.View(s.Context(), func(r host.Reader) error {
				return scanOf(r, back)("t", "", "", func(string, func(any) error) (bool, error) { return true, oops })
			})
			assert.ErrorIs(s, err, oops)
		}
	}},
	{"a page ends where the next one begins", func(s *suite) {
		var want []string
		for i := range 25 {
			want = append(want, fmt.Sprintf("k%02d", i))
		}
		fill(s, "t", want...)
		var got []string
		for after, more := "", true; more; {
			more = false
			s.view(func(r host.Reader) error {
				n := 0
				return r.Scan("t", "k", after, func(key string, _ func(any) error) (bool, error) {
					got, after, n = append(got, key), key, n+1
					more = n == 10
					return !more, nil
				})
			})
		}
		assert.Equal(s, want, got)
	}},
	{"scans may be nested, in a view and in an update", func(s *suite) {
		fill(s, "t", "a", "b")
		nested := func(r host.Reader) error {
			var pairs []string
			err := r.Scan("t", "", "", func(one string, _ func(any) error) (bool, error) {
				return true, r.ScanBack("t", "", "", func(two string, _ func(any) error) (bool, error) {
					pairs = append(pairs, one+two)
					return true, nil
				})
			})
			assert.Equal(s, []string{"ab", "aa", "bb", "ba"}, pairs)
			return err
		}
		s.view(nested)
		s.update(func(w host.Writer) error { return nested(w) })
	}},
	{"a scan decodes each value", func(s *suite) {
		fill(s, "t", "a", "b", "c")
		s.view(func(r host.Reader) error {
			return r.Scan("t", "", "", func(key string, decode func(any) error) (bool, error) {
				var v string
				require.NoError(s, decode(&v))
				assert.Equal(s, "value of "+key, v)
				return true, nil
			})
		})
	}},
}

func scanTable(s *suite) {
	fill(s, "s", "a", "zz")
	fill(s, "t", "a", "a/1", "a/2", "a/\xff", "a/\xff\xff", "b", "b/1", "ü", "\xff", "\xff\xff")
	fill(s, "u", "a", "zz")
	for _, c := range []struct {
		prefix, from  string
		forward, back []string
	}{
		{"", "",
			[]string{"a", "a/1", "a/2", "a/\xff", "a/\xff\xff", "b", "b/1", "ü", "\xff", "\xff\xff"},
			[]string{"\xff\xff", "\xff", "ü", "b/1", "b", "a/\xff\xff", "a/\xff", "a/2", "a/1", "a"}},
		{"a/", "",
			[]string{"a/1", "a/2", "a/\xff", "a/\xff\xff"},
			[]string{"a/\xff\xff", "a/\xff", "a/2", "a/1"}},
		{"a/", "a/1", []string{"a/2", "a/\xff", "a/\xff\xff"}, []string{}},
		{"a/", "a/2", []string{"a/\xff", "a/\xff\xff"}, []string{"a/1"}},
		{"a/", "a/15", []string{"a/2", "a/\xff", "a/\xff\xff"}, []string{"a/1"}},
		{"a/", "a/\xff\xff", []string{}, []string{"a/\xff", "a/2", "a/1"}},
		{"a/", "A", []string{"a/1", "a/2", "a/\xff", "a/\xff\xff"}, []string{}},
		{"a/", "z", []string{}, []string{"a/\xff\xff", "a/\xff", "a/2", "a/1"}},
		{"b/1", "", []string{"b/1"}, []string{"b/1"}},
		{"c", "", []string{}, []string{}},
		{"\xff", "", []string{"\xff", "\xff\xff"}, []string{"\xff\xff", "\xff"}},
		{"\xff\xff", "", []string{"\xff\xff"}, []string{"\xff\xff"}},
		{"", "b/1", []string{"ü", "\xff", "\xff\xff"}, []string{"b", "a/\xff\xff", "a/\xff", "a/2", "a/1", "a"}},
	} {
		check := func(r host.Reader) error {
			assert.Equal(s, c.forward, s.keys(r, false, "t", c.prefix, c.from), "prefix %q after %q", c.prefix, c.from)
			assert.Equal(s, c.back, s.keys(r, true, "t", c.prefix, c.from), "prefix %q before %q", c.prefix, c.from)
			return nil
		}
		s.view(check)
		s.update(func(w host.Writer) error { return check(w) })
	}
}

func scanOf(r host.Reader, back bool) func(string, string, string, func(string, func(any) error) (bool, error)) error {
	if back {
		return r.ScanBack
	}
	return r.Scan
}

func fill(s *suite, table string, keys ...string) {
	s.Helper()
	s.update(func(w host.Writer) error {
		for _, key := range keys {
			if err := w.Put(table, key, "value of "+key); err != nil {
				return err
			}
		}
		return nil
	})
}
