//go:build !race

package sandbox_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/bundle"
	"appzone/host/manifest"
	projects "appzone/sandbox/guest"
)

// compilers of the templates that have one. Debian's Rust has the target; another one in PATH need not.
var compilers = map[string]string{"go": "go", "go-nethttp": "go", "c": "clang", "rust": "/usr/bin/rustc"}

// A new project builds with its own Makefile, packs, needs no grant, and serves.
func TestTemplatesBuildAndServe(t *testing.T) {
	for template, compiler := range compilers {
		t.Run(template, func(t *testing.T) {
			if _, err := exec.LookPath(compiler); errors.Is(err, exec.ErrNotFound) && os.Getenv("CI") != "true" {
				t.Skipf("no compiler for this template: %v", err)
			}
			dir := t.TempDir()
			files, err := projects.Project(template, "Some Plugin", "some-plugin")
			require.NoError(t, err)
			for name, contents := range files {
				file := filepath.Join(dir, filepath.FromSlash(name))
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, contents, 0o600))
			}
			make := exec.Command("make", "build", "RUSTC=/usr/bin/rustc")
			make.Dir = dir
			make.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
			output, err := make.CombinedOutput()
			require.NoError(t, err, "%s", output)
			assert.NotContains(t, string(output), "warning")

			var zip bytes.Buffer
			require.NoError(t, bundle.Pack(dir, &zip))
			raw, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
			require.NoError(t, err)
			m, warnings, err := manifest.Parse(raw)
			require.NoError(t, err)
			assert.Empty(t, warnings)
			code, err := os.ReadFile(filepath.Join(dir, "app", "plugin.wasm"))
			require.NoError(t, err)

			p := stage(t, code, func(staged *manifest.Manifest) { *staged = *m })
			i := p.prepareAndRun()
			assert.Equal(t, "Hello, ann! This is visit 1.\n", i.get("/"))
			assert.Equal(t, "Hello, ann! This is visit 2.\n", i.get("/"))
			i.Stop(20 * time.Second)
			assert.Zero(t, i.Exit().Code, i.output())
			t.Logf("%d bytes of module", len(code))
		})
	}
}
