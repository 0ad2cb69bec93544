package archive_test

import (
	"archive/tar"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/archive"
	"appzone/host/fault"
)

// deep makes folders of long names below dir, and a file in the last one.
func deep(t *testing.T, dir string, levels int) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	for range levels {
		require.NoError(t, root.Mkdir(strings.Repeat("d", 255), 0o700))
		next, err := root.OpenRoot(strings.Repeat("d", 255))
		require.NoError(t, err)
		require.NoError(t, root.Close())
		root = next
	}
	require.NoError(t, root.WriteFile("f", []byte("deep"), 0o600))
	require.NoError(t, root.Close())
}

// Rows A5 and F2: whatever a program leaves in its folder, what was written of it can be read again: else one plugin would make every
// backup one that cannot be restored.
func TestWhateverIsWrittenCanBeReadAgain(t *testing.T) {
	for name, fill := range map[string]func(t *testing.T, dir string){
		"paths longer than the system takes": func(t *testing.T, dir string) { deep(t, dir, 195) },
		"the longest file": func(t *testing.T, dir string) {
			f, err := os.Create(filepath.Join(dir, "huge"))
			require.NoError(t, err)
			defer f.Close()
			size := int64(math.MaxInt64) &^ 0xfff
			for f.Truncate(size) != nil {
				size /= 2
			}
			_, err = f.WriteAt([]byte("x"), size-1)
			require.NoError(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			fill(t, dir)
			in := write(t, func(w *archive.Writer) { require.NoError(t, w.Tree(t.Context(), "data", dir)) })
			assert.NoError(t, unpack(t, in, t.TempDir()))
		})
	}
}

// Row A5: a name of a few bytes stands for hundreds of folders, and an empty file takes a block: both are counted.
func TestABombOfFoldersIsRefused(t *testing.T) {
	file := func(name string) *tar.Header { return &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600} }
	var nested, empty []*tar.Header
	for i := range 60 {
		nested = append(nested, file(fmt.Sprintf("%d/", i)+strings.Repeat("d/", 200)+"f"))
	}
	for i := range 1000 {
		empty = append(empty, file(fmt.Sprintf("f%d", i)))
	}
	for name, test := range map[string]struct {
		headers []*tar.Header
		limits  archive.Limits
	}{
		"folders": {nested, archive.Limits{Bytes: 1 << 30, Entries: 1000}},
		"files":   {empty, archive.Limits{Bytes: 1 << 20, Entries: 1 << 20}},
	} {
		dir := t.TempDir()
		err := unpackWithin(t, raw(t, test.headers...), dir, test.limits)
		assert.Equal(t, "backup_too_large", fault.CodeOf(err), "%s: %v", name, err)
		made := 0
		require.NoError(t, filepath.WalkDir(dir, func(string, fs.DirEntry, error) error { made++; return nil }))
		assert.Less(t, made, 1100, name)
	}
}
