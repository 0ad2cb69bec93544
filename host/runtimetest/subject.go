package runtimetest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host"
)

// Behaviour is what the program does when it starts.
type Behaviour string

// The behaviours.
const (
	// Serve listens and serves until it is asked to end, then ends with code 0.
	Serve Behaviour = "serve"
	// Late is Serve after 700 ms.
	Late Behaviour = "late"
	// Never does not listen and lives on.
	Never Behaviour = "never"
	// Mute listens and takes connections, and never answers.
	Mute Behaviour = "mute"
	// Stubborn is Serve, and does not end when it is asked to.
	Stubborn Behaviour = "stubborn"
	// Crash writes "about to crash" and ends with code 3 before it listens.
	Crash Behaviour = "crash"
	// Quit ends with code 0 before it listens.
	Quit Behaviour = "quit"
)

// Subject is a runtime under test with its program.
type Subject struct {
	Runtime host.Runtime
	// Parameters are the manifest's, without limits, readiness, restart and stop: scriptName and where the program is.
	Parameters map[string]any
	// Files is the program, by path.
	Files map[string][]byte
	// CanSpawn tells whether its programs can start processes at all.
	CanSpawn bool
}

// bundle makes a zip of the program with the behaviour and further parameters.
func (s Subject) bundle(t *testing.T, name string, b Behaviour, more map[string]any) []byte {
	t.Helper()
	parameters := map[string]any{
		"readiness": map[string]any{"timeoutSeconds": 10}, "stop": map[string]any{"graceSeconds": 3},
		"permissions": map[string]any{},
	}
	maps.Copy(parameters, s.Parameters)
	maps.Copy(parameters, more)
	manifest, err := json.Marshal(map[string]any{
		"name": name, "version": "1.0.0", "description": "conformance", "type": "script", "parameters": parameters,
	})
	require.NoError(t, err)
	files := maps.Clone(s.Files)
	files["manifest.json"] = manifest
	files["behaviour"] = []byte(b)
	return Zip(t, files)
}

// Zip packs files by path.
func Zip(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, path := range slices.Sorted(maps.Keys(files)) {
		f, err := w.Create(path)
		require.NoError(t, err)
		_, err = f.Write(files[path])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}
