package module_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/internal/wasmtest"
	"appzone/sandbox/module"
)

func sample() []byte {
	return wasmtest.Module{
		Pages: 3,
		Imports: []wasmtest.Import{
			{Module: "wasi_snapshot_preview1", Name: "fd_write", Type: wasmtest.Type{Params: []byte{wasmtest.I32}}},
			{Module: "env", Name: "magic"},
		},
		Functions: []wasmtest.Function{{Export: "_start"}},
	}.Bytes()
}

func TestReadTellsWhatAModuleIs(t *testing.T) {
	info, err := module.Read(bytes.NewReader(sample()))
	require.NoError(t, err)
	assert.Equal(t, []module.Import{
		{Module: "wasi_snapshot_preview1", Name: "fd_write"},
		{Module: "env", Name: "magic"},
	}, info.Imports)
	assert.Equal(t, map[string]module.Kind{"_start": module.Function, "memory": module.Memory}, info.Exports)
	assert.EqualValues(t, 3*module.PageBytes, info.MemoryMinBytes)
}

func TestReadKnowsEveryKindOfImport(t *testing.T) {
	entry := func(name string, rest ...byte) []byte {
		return wasmtest.Join(wasmtest.Name("env"), wasmtest.Name(name), rest)
	}
	b := wasmtest.Join(wasmtest.Header(), wasmtest.Section(wasmtest.SectionImport, wasmtest.List([][]byte{
		entry("f", 0, 5), entry("t", 1, 0x70, 1, 1, 2), entry("m", 2, 0, 7), entry("g", 3, wasmtest.I32, 1), entry("x", 4, 0, 1),
	})))
	info, err := module.Read(bytes.NewReader(b))
	require.NoError(t, err)
	var kinds []string
	for _, i := range info.Imports {
		kinds = append(kinds, i.Kind.String())
	}
	assert.Equal(t, []string{"function", "table", "memory", "global", "tag"}, kinds)
	assert.EqualValues(t, 7*module.PageBytes, info.MemoryMinBytes, "imported memory counts")
}

func TestWhatIsNoCoreModule(t *testing.T) {
	tests := map[string]struct {
		in   []byte
		want error
	}{
		"empty":     {nil, module.ErrNotWASM},
		"short":     {[]byte("\x00as"), module.ErrNotWASM},
		"ELF":       {[]byte("\x7fELF\x02\x01\x01\x00"), module.ErrNotWASM},
		"text":      {[]byte("(module (func))"), module.ErrNotWASM},
		"component": {[]byte("\x00asm\x0d\x00\x01\x00"), module.ErrComponent},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := module.Read(bytes.NewReader(tc.in))
			assert.ErrorIs(t, err, tc.want)
		})
	}
}

// G3: truncated and lying modules are errors, and cost nothing.
func TestDamageIsAnError(t *testing.T) {
	section := func(id byte, contents ...[]byte) []byte {
		return wasmtest.Join(wasmtest.Header(), wasmtest.Section(id, wasmtest.Join(contents...)))
	}
	tests := map[string][]byte{
		"unknown version":         []byte("\x00asm\x02\x00\x00\x00"),
		"number without end":      section(2, []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		"number above 32 bits":    section(2, []byte{0xff, 0xff, 0xff, 0xff, 0x7f}),
		"imports that are not":    section(2, wasmtest.Uint(5)),
		"imports without number":  section(2, wasmtest.Uint(1<<31)),
		"exports without number":  section(7, wasmtest.Uint(1<<31)),
		"memories without number": section(5, wasmtest.Uint(1<<20)),
		"a huge name":             section(2, []byte{1}, wasmtest.Uint(1<<30)),
		"a name beyond":           section(2, []byte{1}, wasmtest.Uint(100)),
		"a name not UTF-8":        section(2, []byte{1, 1, 0xff, 1, 'x', 0, 0}),
		"an unknown kind":         section(2, []byte{1, 1, 'm', 1, 'n', 9, 0}),
		"unknown limits":          section(5, []byte{1, 4, 1}),
		"bytes left over":         section(5, []byte{1, 0, 1, 0xaa}),
		"a section beyond":        wasmtest.Join(wasmtest.Header(), []byte{1}, wasmtest.Uint(1<<31), []byte("xx")),
		"a section without size":  wasmtest.Join(wasmtest.Header(), []byte{1}),
	}
	for name, in := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := module.Read(bytes.NewReader(in))
			require.Error(t, err)
			assert.NotErrorIs(t, err, io.EOF, "the end is unexpected")
		})
	}
	whole := sample()
	for n := range len(whole) {
		_, _ = module.Read(bytes.NewReader(whole[:n])) // never panics
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample())
	f.Add([]byte("\x00asm\x0d\x00\x01\x00"))
	f.Add(wasmtest.Join(wasmtest.Header(), wasmtest.Section(2, wasmtest.Uint(1<<31))))
	f.Fuzz(func(t *testing.T, in []byte) {
		info, err := module.Read(bytes.NewReader(in))
		if err != nil {
			require.Nil(t, info)
			return
		}
		require.LessOrEqual(t, len(info.Imports)*4, len(in), "every import costs bytes of the file")
		require.LessOrEqual(t, len(info.Exports)*3, len(in))
	})
}
