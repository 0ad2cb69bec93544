package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/store"
)

// The readers of Badger's files meet whatever a broken disk gives them.

func FuzzWalkLog(f *testing.F) {
	addFiles(f, "000001.vlog")
	f.Fuzz(func(t *testing.T, log []byte) {
		at, err := store.WalkLog(log)
		assert.LessOrEqual(t, at, int64(len(log)))
		if err == nil {
			assert.Equal(t, int64(len(log)), at)
		}
	})
}

func FuzzExamineTable(f *testing.F) {
	addFiles(f, "000001.sst")
	f.Fuzz(func(_ *testing.T, table []byte) { _ = store.ExamineTable(table) })
}

// addFiles adds a file of a real store, which must be found good, to the corpus.
func addFiles(f *testing.F, name string) {
	dir := f.TempDir()
	s, err := store.Open(f.Context(), store.Options{Dir: dir})
	require.NoError(f, err)
	for i := range 3 {
		putBlob(f, s, []byte(sampleText(0, i, 1200)))
	}
	require.NoError(f, s.Close())
	data, err := os.ReadFile(filepath.Join(dir, name))
	require.NoError(f, err)
	f.Add(data)
	if filepath.Ext(name) == ".sst" {
		require.NoError(f, store.ExamineTable(data))
	} else {
		_, err := store.WalkLog(data)
		require.NoError(f, err)
	}
}
