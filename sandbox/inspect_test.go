package sandbox_test

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/sandbox/internal/wasmtest"
)

func TestInspectRefusesWhatCannotRun(t *testing.T) {
	command := wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start"}}}
	importing := func(module, name string) []byte {
		m := command
		m.Imports = []wasmtest.Import{{Module: "wasi_snapshot_preview1", Name: "fd_write"}, {Module: module, Name: name}}
		return m.Bytes()
	}
	path := func(name string) func(*manifest.Manifest) {
		return func(m *manifest.Manifest) { m.Parameters.WASMPath = name }
	}
	tests := map[string]struct {
		code   []byte
		change func(*manifest.Manifest)
		want   string
		says   string
	}{
		"missing":         {nil, path("app/none.wasm"), "entry_missing", "app/none.wasm"},
		"escaping (B3)":   {nil, path("../code/app/plugin.wasm"), "entry_missing", ""},
		"absolute (B3)":   {nil, path("/etc/passwd"), "entry_missing", ""},
		"a folder":        {nil, path("app"), "entry_missing", ""},
		"a link (B3)":     {nil, path("app/link.wasm"), "entry_missing", ""},
		"empty":           {[]byte{}, nil, "module_invalid", "magic"},
		"truncated (G3)":  {command.Bytes()[:20], nil, "module_invalid", "damaged"},
		"a component":     {[]byte("\x00asm\x0d\x00\x01\x00"), nil, "module_component", "wasm32-wasip1"},
		"a library":       {wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_initialize"}}}.Bytes(), nil, "module_not_command", "_start"},
		"unknown (G8)":    {importing("env", "emscripten_sleep"), nil, "imports_unknown", `"env.emscripten_sleep"`},
		"a later WASI":    {importing("wasi_snapshot_preview2", "fd_write"), nil, "imports_unknown", `"wasi_snapshot_preview2.fd_write"`},
		"unknown of WASI": {importing("wasi_snapshot_preview1", "sock_open"), nil, "imports_unknown", "sock_open"},
		"of the host":     {importing("appzone_v1", "listen"), nil, "imports_unknown", `"appzone_v1.listen"`},
		"much memory": {
			wasmtest.Module{Pages: 32, Functions: []wasmtest.Function{{Export: "_start"}}}.Bytes(),
			func(m *manifest.Manifest) { m.Parameters.Limits.MemoryMB = 1 }, "memory_limit_low", "2.0 MiB",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			change := tc.change
			if change == nil {
				change = func(*manifest.Manifest) {}
			}
			p := stage(t, tc.code, change)
			require.NoError(t, os.Symlink("/etc/passwd", p.path("code/app/link.wasm")))
			_, err := p.runtime.Inspect(context.Background(), p.staged)
			require.Equal(t, tc.want, fault.CodeOf(err), "%v", err)
			assert.Equal(t, fault.Invalid, fault.From(err).Kind)
			assert.Contains(t, err.Error(), tc.says)
		})
	}
}

// G8: the list of unknown imports is readable, and bounded.
func TestUnknownImportsAreListed(t *testing.T) {
	m := wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start"}}}
	for range 30 {
		m.Imports = append(m.Imports, wasmtest.Import{Module: "env", Name: "line\nbreak"})
	}
	p := stage(t, m.Bytes())
	_, err := p.runtime.Inspect(context.Background(), p.staged)
	require.Equal(t, "imports_unknown", fault.CodeOf(err))
	assert.Contains(t, err.Error(), "and 10 more")
	assert.NotContains(t, err.Error(), "\n", "B10: a name cannot forge a line of a log")
}

func TestInspectTellsWhatAPersonMustKnow(t *testing.T) {
	p := stage(t, wasmtest.Module{Pages: 16, Functions: []wasmtest.Function{{Export: "_start"}}}.Bytes())
	got, err := p.runtime.Inspect(context.Background(), p.staged)
	require.NoError(t, err)
	require.Len(t, got.Findings, 2)
	assert.Contains(t, got.Findings[0].Message, "1.0 MiB of memory")
	assert.Equal(t, "never_listens", got.Findings[1].Code)
	assert.Equal(t, "app/plugin.wasm", got.Findings[1].Path)
}

func TestInfoNamesTheEngine(t *testing.T) {
	p := stage(t, nil)
	info := p.runtime.Info(context.Background())
	assert.Equal(t, "wasm", info.Name)
	assert.Empty(t, info.Problem)
	assert.Contains(t, info.Version, "wazero")
	files, err := os.ReadDir(p.path("runtime"))
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing but the key is left behind")
	info2, err := files[0].Info()
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info2.Mode().Perm())
}

// G8: what leads out of the sandbox is installed only with a grant to use it for, and named where there is none.
func TestImportsThatAreNotGrantedFailAtTheInstallation(t *testing.T) {
	three := wasmtest.Type{Params: []byte{wasmtest.I32, wasmtest.I32, wasmtest.I32}, Results: []byte{wasmtest.I32}}
	p := stage(t, wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start"}},
		Imports: []wasmtest.Import{{Module: "appzone_v1", Name: "dial", Type: three}}}.Bytes())
	got, err := p.runtime.Inspect(context.Background(), p.staged)
	require.NoError(t, err)
	assert.Contains(t, got.Findings, host.Finding{Severity: host.SeverityHigh, Code: "imports_not_granted", Path: "app/plugin.wasm",
		Message: "the module imports appzone_v1.dial and asks for no network address: it cannot be installed unless one is granted"})
	err = p.prepare()
	assert.Equal(t, "imports_not_granted", fault.CodeOf(err))
	assert.ErrorContains(t, err, "appzone_v1.dial")
	p.staged.Egress = true
	require.NoError(t, p.prepare())
}

// Who asks a plugin is its own business: that needs no grant.
func TestAskingWhoAsksNeedsNoGrant(t *testing.T) {
	five := wasmtest.Type{Params: []byte{wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32, wasmtest.I32}, Results: []byte{wasmtest.I32}}
	p := stage(t, wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start"}},
		Imports: []wasmtest.Import{{Module: "appzone_v1", Name: "verify_identity", Type: five}}}.Bytes())
	require.NoError(t, p.prepare())
}
