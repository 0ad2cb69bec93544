package nodebridge_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host/runtimetest"
	"appzone/nodebridge"
)

// TestConformance runs every case of a script plugin's life with Node.
func TestConformance(t *testing.T) {
	rt, err := nodebridge.New(nodebridge.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	code, err := os.ReadFile("testdata/conformance/index.js")
	require.NoError(t, err)
	runtimetest.Run(t, runtimetest.Subject{
		Runtime:    rt,
		Parameters: map[string]any{"scriptName": "conformance", "scriptPath": "app/index.js"},
		Files:      map[string][]byte{"app/index.js": code},
		CanSpawn:   true,
	})
}
