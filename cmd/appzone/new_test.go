package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/manifest"
)

func TestNewWritesAProjectOfEveryTemplate(t *testing.T) {
	for _, template := range templateNames() {
		t.Run(template, func(t *testing.T) {
			t.Chdir(t.TempDir())
			status, out, errOut := command(t, "", "new", "--template", template, `Café "Zürich"`)
			require.Equal(t, exitDone, status, errOut)
			assert.Contains(t, out, "cd cafe-zurich\n")
			assert.Contains(t, out, "appzone plugin install cafe-zurich-1.0.0.zip")
			raw, err := os.ReadFile("cafe-zurich/manifest.json")
			require.NoError(t, err)
			m, warnings, err := manifest.Parse(raw)
			require.NoError(t, err)
			assert.Empty(t, warnings)
			assert.Equal(t, `Café "Zürich"`, m.Name)
			assert.Equal(t, "cafe-zurich", m.ID)
			if m.Type == manifest.TypeScript {
				assert.Equal(t, "cafe-zurich", m.Parameters.ScriptName)
				assert.False(t, m.Classic(), "a new plugin does not ask for every address")
			}
			types, err := filepath.Glob("cafe-zurich/*.d.ts")
			require.NoError(t, err)
			assert.Equal(t, template == "node" || template == "js", len(types) == 1, "what an editor knows of the kit")
			readme, err := os.ReadFile("cafe-zurich/README.md")
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(string(readme), `# Café "Zürich"`), "%.40q", readme)
			require.NoError(t, filepath.WalkDir("cafe-zurich", func(path string, d os.DirEntry, err error) error {
				require.NoError(t, err)
				if d.IsDir() {
					return nil
				}
				b, err := os.ReadFile(path)
				require.NoError(t, err)
				for _, left := range []string{"Hello Plugin", "hello-plugin", "appzone/sandbox/guest", "html-hello", "script-hello"} {
					assert.NotContains(t, string(b), left, path)
				}
				assert.NotContains(t, path, "_test.go")
				assert.NotContains(t, path, ".tmpl")
				return nil
			}))
		})
	}
}

func TestNewOverwritesNothing(t *testing.T) {
	dir := folder(t, map[string]string{"kept": "mine"})
	status, _, errOut := command(t, "", "new", "Some Plugin", dir)
	assert.Equal(t, exitFailed, status)
	assert.Contains(t, errOut, "is not empty")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1)
}

func TestNewSaysWhatIsWrong(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"new"}, exitUsage, "NAME [DIR]"},
		{[]string{"new", "a", "b", "c"}, exitUsage, "NAME [DIR]"},
		{[]string{"new", "-t", "cobol", "a"}, exitUsage, "c, go, go-nethttp, html, js, node, rust"},
		{[]string{"new", "..."}, exitFailed, "name: "},
		{[]string{"new", "a\x07b"}, exitFailed, "name: "},
	} {
		status, _, errOut := command(t, "", c.args...)
		assert.Equal(t, c.status, status, "%q: %s", c.args, errOut)
		assert.Contains(t, errOut, c.says, "%q", c.args)
	}
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, left, "nothing was written")
}

// A html project is complete as it is written.
func TestNewHTMLPacks(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"new", "-t", "html", "My Pages"}, {"validate", "my-pages"}, {"pack", "my-pages"}, {"validate", "my-pages-1.0.0.zip"}} {
		status, _, errOut := command(t, "", args...)
		require.Equal(t, exitDone, status, "%v: %s", args, errOut)
	}
}
