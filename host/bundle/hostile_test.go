package bundle_test

import (
	"io"
	"strings"
	"testing"
	"unicode"

	"appzone/host/bundle"
	"appzone/host/bundletest"
	"appzone/host/fault"
	"appzone/host/manifest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A1 to A7, A12: every case of the corpus meets its verdict.
func TestHostileZipsAreRefused(t *testing.T) {
	for name, c := range cases(t) {
		if c.Code == "" || c.Late {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b, err := open(c.Zip())
			require.Error(t, err)
			assert.Nil(t, b)
			assertRefusal(t, c.Code, err)
		})
	}
}

// A1 to A7, A12: what only looks hostile is kept, under exactly the names that it has in the zip.
func TestStrangeZipsAreKeptAsTheyAre(t *testing.T) {
	for name, c := range cases(t) {
		if c.Code != "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := mustOpen(t, c.Zip())
			assert.Equal(t, c.Paths, paths(b))
			checkInvariants(t, b, bundle.DefaultLimits())
		})
	}
}

// A5: sizes and checksums are lies until the content was read.
func TestContentThatLiesIsRefusedWhenRead_A5(t *testing.T) {
	for name, c := range cases(t) {
		if !c.Late {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b, err := open(c.Zip())
			require.NoError(t, err)
			r, err := b.Find("x").Open()
			require.NoError(t, err)
			data, err := io.ReadAll(r)
			require.NoError(t, r.Close())
			assert.LessOrEqual(t, int64(len(data)), b.Find("x").Size, "never more than declared")
			assertRefusal(t, c.Code, err)
			assertRefusal(t, c.Code, b.Verify())
		})
	}
}

// cases are those of the corpus by name.
func cases(t testing.TB) map[string]bundletest.Case {
	t.Helper()
	all := map[string]bundletest.Case{}
	for _, c := range bundletest.Corpus() {
		require.NotContains(t, all, c.Name)
		all[c.Name] = c
	}
	return all
}

func assertRefusal(t *testing.T, code string, err error) {
	t.Helper()
	require.Error(t, err)
	assert.Equal(t, code, fault.CodeOf(err), err.Error())
	assert.Equal(t, fault.Invalid, fault.From(err).Kind)
	assert.Less(t, len(err.Error()), 1000, "a short message")
	for _, r := range err.Error() {
		require.False(t, r < ' ' || r >= 0x7f, "no control character in the message: %q", err.Error())
	}
}

// A6: an archive that lost bytes, at its end or at its beginning, or has one more, is none.
func TestEveryByteOfAnArchiveCounts_A6(t *testing.T) {
	whole := zipOf(end{Comment: "c"}, pages(part{Name: "d/x", Method: 8, Flags: 8, Data: strings.Repeat("x", 50)})...)
	mustOpen(t, whole)
	for n := range whole {
		_, err := open(whole[:n])
		require.Error(t, err, "the first %d of %d bytes", n, len(whole))
		_, err = open(whole[len(whole)-n:])
		require.Error(t, err, "the last %d of %d bytes", n, len(whole))
	}
	for _, more := range []string{"\x00", "\n", "P", "PK\x05\x06"} {
		_, err := open(append([]byte(more), whole...))
		require.Error(t, err, "%q in front", more)
		_, err = open(append(append([]byte(nil), whole...), more...))
		require.Error(t, err, "%q behind", more)
	}
}

// A6: letters that differ by case alone never make two files, whatever their script.
func TestNoTwoFilesDifferByCase_A6(t *testing.T) {
	for c := rune(0x80); c <= unicode.MaxRune; c++ {
		other := unicode.SimpleFold(c)
		if other == c || manifest.Invisible(c) || manifest.Invisible(other) {
			continue
		}
		_, err := open(zipOf(end{}, pages(part{Name: "d/" + string(c)}, part{Name: "d/" + string(other)})...))
		require.Equal(t, "zip_duplicate_name", fault.CodeOf(err), "%U and %U", c, other)
	}
}
