//go:build !race

package sandbox_test

import (
	"context"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/runtimetest"
	"appzone/sandbox"
)

// TestConformance runs every case of a script plugin's life with a Go guest.
func TestConformance(t *testing.T) {
	rt, err := sandbox.New(sandbox.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	runtimetest.Run(t, runtimetest.Subject{
		Runtime:    &compileOnce{Runtime: rt, dir: t.TempDir()},
		Parameters: map[string]any{"scriptName": "conformance", "runtime": "wasm", "wasmPath": "app/plugin.wasm"},
		Files:      map[string][]byte{"app/plugin.wasm": guest(t, "conformance")},
	})
}

// TestScriptConformance runs them with a program in JavaScript.
func TestScriptConformance(t *testing.T) {
	needEngine(t)
	code, err := os.ReadFile("testdata/conformance-js/plugin.js")
	require.NoError(t, err)
	rt, err := sandbox.New(sandbox.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	runtimetest.Run(t, runtimetest.Subject{
		Runtime:    rt,
		Parameters: map[string]any{"scriptName": "conformance", "runtime": "wasm", "wasmPath": "app/plugin.js"},
		Files:      map[string][]byte{"app/plugin.js": code},
	})
}

// compileOnce compiles the module of the suite, which every case installs anew, once: a compile of a Go guest takes
// seconds, and is tested elsewhere.
type compileOnce struct {
	host.Runtime
	dir string

	mu   sync.Mutex
	made bool
}

func (c *compileOnce) Prepare(ctx context.Context, s host.Staged, p host.Progress) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made {
		return os.CopyFS(s.PreparedDir, os.DirFS(c.dir))
	}
	if err := c.Runtime.Prepare(ctx, s, p); err != nil {
		return err
	}
	c.made = true
	return os.CopyFS(c.dir, os.DirFS(s.PreparedDir))
}
