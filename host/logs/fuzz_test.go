package logs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"appzone/host/logs"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzOpen: whatever a crash or a broken disk left in a file, the log opens, goes on, and can be read.
func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"seq":7,"time":"2026-11-22T11:00:00Z","stream":"stdout","text":"x"}` + "\n"))
	f.Add([]byte(`{"seq":7,"text":"x"}` + "\n" + `{"seq":8,"te`))
	f.Add([]byte(`{"seq":18446744073709551615}` + "\n"))
	f.Add([]byte("\n\n\x00\n{}\n[]\nnull\n"))
	f.Fuzz(func(t *testing.T, left []byte) {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "00000000000000000005.ndjson"), left, 0o600))
		l, err := logs.Open(logs.Options{Dir: dir})
		require.NoError(t, err)
		l.Append(noon, logs.Stdout, "new")
		lines, err := l.Tail(logs.MaxTail)
		require.NoError(t, err)
		require.NotEmpty(t, lines)
		last := lines[len(lines)-1]
		assert.Equal(t, "new", last.Text)
		require.NoError(t, l.Close())

		again, err := logs.Open(logs.Options{Dir: dir})
		require.NoError(t, err)
		got, err := again.Tail(1)
		require.NoError(t, err)
		assert.Equal(t, []logs.Line{last}, got)
		require.NoError(t, again.Close())
	})
}

// FuzzAppend: whatever a plugin prints is one line of the file, in which nothing steers the terminal of who looks at it (B10), and comes
// back as it was, bounded in length.
func FuzzAppend(f *testing.F) {
	for _, text := range []string{"plain", "\x1b[31mred", "a\r\n{\"seq\":99}", "\u009b31m", "\u202ereversed\u2066", "\xff\xfe", "line\u2028para\u2029", "<b>&\"\\", "\x7f\x00\u0085",
		"\U000e0041tag", strings.Repeat("\u00e9", 9000)} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		l, err := logs.Open(logs.Options{Dir: dir})
		require.NoError(t, err)
		l.Append(noon, logs.Stdout, text)
		lines, err := l.Tail(2)
		require.NoError(t, err)
		require.Len(t, lines, 1)
		require.NoError(t, l.Close())
		got := lines[0].Text
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, len(got), 3*logs.MaxText)
		if utf8.ValidString(text) && len(text) <= logs.MaxText {
			require.Equal(t, text, got)
		}
		content, _ := stored(t, dir)
		require.Equal(t, 1, strings.Count(content, "\n"))
		for _, r := range strings.TrimSuffix(content, "\n") {
			require.False(t, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp), "%U is in the file", r)
		}
		again, err := logs.Open(logs.Options{Dir: dir})
		require.NoError(t, err)
		back, err := again.Tail(2)
		require.NoError(t, err)
		require.Equal(t, lines, back)
		require.NoError(t, again.Close())
	})
}
