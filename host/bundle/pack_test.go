package bundle_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"appzone/host/bundle"
	"appzone/host/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder writes the parts below a new folder.
func folder(t *testing.T, parts ...part) string {
	t.Helper()
	dir := t.TempDir()
	for _, p := range parts {
		name := filepath.Join(dir, filepath.FromSlash(p.Name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(p.Data), 0o600))
	}
	return dir
}

func TestPackIsReproducible(t *testing.T) {
	parts := pages(part{Name: "node_modules/x/index.js", Data: "x"}, part{Name: ".git/config"}, part{Name: "sub/.DS_Store"}, part{Name: "sub/b"}, part{Name: "sub/a"})
	one, other := folder(t, parts...), folder(t, parts...)
	require.NoError(t, os.Chtimes(filepath.Join(other, "index.html"), time.Unix(1, 0), time.Unix(1, 0)))
	require.NoError(t, os.Chmod(filepath.Join(other, "index.html"), 0o777))
	require.NoError(t, os.Mkdir(filepath.Join(other, "empty"), 0o755))
	var a, b bytes.Buffer
	require.NoError(t, bundle.Pack(one, &a))
	require.NoError(t, bundle.Pack(other, &b))
	assert.Equal(t, a.Bytes(), b.Bytes())
	packed := mustOpen(t, a.Bytes())
	assert.Equal(t, []string{"index.html", "manifest.json", "node_modules/x/index.js", "sub/a", "sub/b"}, paths(packed))
}

func TestPackRefuses(t *testing.T) {
	link := folder(t, pages()...)
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(link, "passwd")))
	for name, c := range map[string]struct{ dir, code string }{
		"symbolic link":    {link, "pack_symlink"},
		"no manifest":      {folder(t, part{Name: "x"}), "manifest_missing"},
		"missing file":     {folder(t, pages()[0]), "file_missing"},
		"nothing":          {t.TempDir(), "zip_empty"},
		"Windows name":     {folder(t, pages(part{Name: "aux.txt"})...), "zip_bad_name"},
		"no such a folder": {filepath.Join(t.TempDir(), "x"), "internal"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := bundle.Pack(c.dir, &out)
			assert.Equal(t, c.code, fault.CodeOf(err))
			assert.Zero(t, out.Len(), "nothing is written")
		})
	}
}
