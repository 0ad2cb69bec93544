package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/store"
)

// looks is everything that is in dir: names, modes, times and content.
func looks(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := e.Info()
		sum := sha256.Sum256(b)
		all[path] = info.Mode().String() + info.ModTime().String() + hex.EncodeToString(sum[:])
		return err
	}))
	return all
}

func TestInspectingReadsAStoreAndChangesNothing(t *testing.T) {
	dir := t.TempDir()
	i, err := store.Inspect(t.Context(), dir)
	require.NoError(t, err)
	assert.Equal(t, store.Inspection{}, i, "there is none yet")

	s := open(t, dir)
	addSample(t, s, 0)
	i, err = store.Inspect(t.Context(), dir)
	require.NoError(t, err)
	assert.True(t, i.InUse)
	killed := t.TempDir()
	copyFolder(t, dir, killed)
	require.NoError(t, s.Health())
	require.NoError(t, s.Close())

	for path, closed := range map[string]bool{dir: true, killed: false} {
		before := looks(t, path)
		i, err = store.Inspect(t.Context(), path)
		require.NoError(t, err)
		assert.Equal(t, closed, i.Closed)
		assert.Positive(t, i.Files)
		assert.Positive(t, i.Bytes)
		assert.Equal(t, before, looks(t, path))
	}
	_, err = store.Inspect(t.Context(), filepath.Join(dir, "missing"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

// Damage is found without opening the database, and left as it is.
func TestInspectingFindsDamage(t *testing.T) {
	origin := t.TempDir()
	s := open(t, origin)
	addSample(t, s, 0)
	require.NoError(t, s.Close())
	for pattern, harm := range map[string]func(t *testing.T, file string){
		"MANIFEST": func(t *testing.T, file string) { require.NoError(t, os.Remove(file)) },
		"*.vlog":   flip,
		"*.sst":    flip,
	} {
		t.Run(pattern, func(t *testing.T) {
			dir := t.TempDir()
			copyFolder(t, origin, dir)
			files, err := filepath.Glob(filepath.Join(dir, pattern))
			require.NoError(t, err)
			require.NotEmpty(t, files)
			harm(t, files[0])
			before := looks(t, dir)
			_, err = store.Inspect(t.Context(), dir)
			require.Equal(t, "database_damaged", fault.CodeOf(err))
			assert.ErrorContains(t, err, filepath.Base(files[0]))
			assert.Equal(t, before, looks(t, dir))
		})
	}
}

// flip changes one byte in the middle.
func flip(t *testing.T, file string) {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Greater(t, len(b), 40)
	b[30] ^= 1
	require.NoError(t, os.WriteFile(file, b, 0o600))
}
