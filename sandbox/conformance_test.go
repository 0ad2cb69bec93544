package sandbox_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host/runtimetest"
	"appzone/sandbox"
)

// TestConformance runs every case of a script plugin's life with a Go guest.
func TestConformance(t *testing.T) {
	rt, err := sandbox.New(sandbox.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	runtimetest.Run(t, runtimetest.Subject{
		Runtime:    rt,
		Parameters: map[string]any{"scriptName": "conformance", "runtime": "wasm", "wasmPath": "app/plugin.wasm"},
		Files:      map[string][]byte{"app/plugin.wasm": guest(t, "conformance")},
	})
}
