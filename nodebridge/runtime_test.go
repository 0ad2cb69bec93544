package nodebridge_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
	"appzone/nodebridge"
)

// fakeNode is a program that only tells a version.
func fakeNode(t *testing.T, version string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "node")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho "+version+"\n"), 0o755))
	return path
}

func withNode(path string) func(*nodebridge.Options) {
	return func(o *nodebridge.Options) { o.NodePath = path }
}

func TestInfoTellsTheVersionOrTheProblem(t *testing.T) {
	tests := map[string]struct{ path, version, problem string }{
		"the machine's own": {"node", "2", ""},
		"minimum":           {fakeNode(t, "v18.0.0"), "18.0.0", ""},
		"too old":           {fakeNode(t, "v16.20.2"), "", "node.js 16.20.2 is too old: install Node.js 18 or newer"},
		"not Node.js":       {fakeNode(t, "hello"), "", "did not tell a version"},
		"missing":           {"/nonexistent/node", "", "install Node.js 18 or newer, or set XC_NODE_PATH"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			info := newRuntime(t, withNode(test.path)).Info(t.Context())
			assert.Equal(t, "node", info.Name)
			assert.True(t, strings.HasPrefix(info.Version, test.version), info.Version)
			assert.Equal(t, test.version == "", info.Version == "")
			assert.Contains(t, info.Problem, test.problem)
			assert.Equal(t, test.problem == "", info.Problem == "")
		})
	}
}

func TestInfoSeesAnotherNode(t *testing.T) {
	path := fakeNode(t, "v18.0.0")
	r := newRuntime(t, withNode(path))
	assert.Equal(t, "18.0.0", r.Info(t.Context()).Version)
	require.NoError(t, os.Remove(path))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\necho v20.1.0\n"), 0o755))
	assert.Equal(t, "20.1.0", r.Info(t.Context()).Version)
}

func TestNewNeedsAFolder(t *testing.T) {
	_, err := nodebridge.New(nodebridge.Options{})
	assert.Error(t, err)
	_, err = nodebridge.New(nodebridge.Options{Dir: "/dev/null/x"})
	assert.Error(t, err)
}

// A9: a preload that was changed on disk is not used.
func TestChangedPreloadIsReplaced(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		_, err := nodebridge.New(nodebridge.Options{Dir: dir})
		require.NoError(t, err)
		found, err := filepath.Glob(filepath.Join(dir, "preload-*/preload.cjs"))
		require.NoError(t, err)
		require.Len(t, found, 1)
		text, err := os.ReadFile(found[0])
		require.NoError(t, err)
		want, err := os.ReadFile("preload/preload.cjs")
		require.NoError(t, err)
		assert.Equal(t, string(want), string(text))
		require.NoError(t, os.Chmod(found[0], 0o600))
		require.NoError(t, os.WriteFile(found[0], []byte("evil()"), 0o600))
		require.NoError(t, os.Chmod(filepath.Dir(found[0]), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(found[0]), "more.cjs"), nil, 0o600))
	}
}

func TestCommand(t *testing.T) {
	s := staged(t, "app/-e.js", map[string]string{"app/-e.js": ""}) // B3
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, nil, 0o644))
	r := newRuntime(t, func(o *nodebridge.Options) { o.CAFile = ca })
	l := host.Launch{AppDir: "/zone/app", DataDir: "/zone/data", TempDir: "/zone/tmp", SettingsFile: "/zone/settings.json", MemoryBytes: 400 << 20}
	spec, err := r.Command(t.Context(), s, l)
	require.NoError(t, err)
	assert.Equal(t, "my-plugin", spec.Name)
	assert.Equal(t, "/zone/app", spec.Dir)
	require.Len(t, spec.Args, 4)
	assert.Equal(t, []string{"--max-old-space-size=300", "--require"}, spec.Args[:2])
	assert.Equal(t, "/zone/app/app/-e.js", spec.Args[3])
	assert.Equal(t, &process.Overlay{Lower: s.CodeDir, Target: "/zone/app"}, spec.Jail.Overlay)
	assert.Equal(t, []string{"/zone/data", "/zone/tmp"}, spec.Jail.ReadWrite)
	assert.Equal(t, process.NetworkNone, spec.Jail.Network)
	assert.Contains(t, spec.Env, "HOME=/zone/data")
	assert.Contains(t, spec.Env, "TMPDIR=/zone/tmp")
	assert.Contains(t, spec.Env, "NODE_EXTRA_CA_CERTS="+ca)
	assert.Contains(t, spec.Jail.ReadOnly, ca)
}

func TestCommandRefusesWhatCannotRun(t *testing.T) {
	good := map[string]string{"index.js": ""}
	tests := map[string]struct {
		entry, requires, node, code string
	}{
		"entry that is not there":     {"gone.js", "", "", "entry_missing"},
		"entry that climbs (B3)":      {"../index.js", "", "", "entry_missing"},
		"entry that is absolute (B3)": {"/etc/passwd", "", "", "entry_missing"},
		"entry that is a folder":      {".", "", "", "entry_missing"},
		"version that is not here":    {"index.js", ">=18 <18.0.1", "", "node_version"},
		"range that is not one":       {"index.js", "newest", "", "requires_invalid"},
		"machine without Node.js":     {"index.js", "", "/nonexistent", "node_missing"},
		"machine with an old Node.js": {"index.js", "", "old", "node_too_old"},
	}
	old := fakeNode(t, "v14.0.0")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.node == "old" {
				test.node = old
			}
			r := newRuntime(t, withNode(test.node))
			s := staged(t, test.entry, good)
			s.Manifest.Parameters.Requires.Node = test.requires
			_, err := r.Command(t.Context(), s, host.Launch{AppDir: "/zone/app"})
			assert.Equal(t, test.code, fault.CodeOf(err))
			assert.Equal(t, test.code, fault.CodeOf(r.Prepare(t.Context(), s, &progress{})))
			seen, err := r.Inspect(t.Context(), s)
			require.NoError(t, err)
			assert.Contains(t, codes(seen), test.code)
			assert.Equal(t, host.SeverityHigh, seen.Findings[0].Severity)
		})
	}
}
