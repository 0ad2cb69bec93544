package logs_test

import (
	"os"
	"path/filepath"
	"testing"

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
