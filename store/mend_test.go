package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// A9: a file whose bytes were lost comes back when it is stored again, and what is whole is left as it is.
func TestADamagedFileIsStoredAnew(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	content := bytes.Repeat([]byte("a page that a bad disk changes. "), 64<<10)
	s := open(t, dir)
	other, d := []byte("another one"), digestOf(content)
	putBlob(t, s, other)
	putBlob(t, s, content)
	defer func() { require.NoError(t, s.Close()) }()
	logs, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	require.NoError(t, err)
	harmed := 0
	for _, name := range logs {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		if at := bytes.Index(text, content[:1000]); at >= 0 {
			f, err := os.OpenFile(name, os.O_WRONLY, 0o600)
			require.NoError(t, err)
			_, err = f.WriteAt([]byte{text[at+500] ^ 1}, int64(at+500)) // under the open store, which finds harm to its last log when it opens
			require.NoError(t, errors.Join(err, f.Close()))
			harmed++
		}
	}
	require.Equal(t, 1, harmed)

	got, err := readBlob(s, d)
	require.True(t, err != nil || !bytes.Equal(content, got), "it is damaged")
	putBlob(t, s, content)
	got, err = readBlob(s, d)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(content, got))
	_, err = s.Blobs().Collect(t.Context(), func(keep func(host.Digest)) error {
		keep(d)
		keep(digestOf(other))
		return nil
	})
	require.NoError(t, err)
	got, err = readBlob(s, d)
	require.NoError(t, err)
	assert.True(t, bytes.Equal(content, got), "what is collected is the damaged copy")
}
