//go:build !race

package sandbox_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/sandbox"
	"appzone/sandbox/internal/wasmtest"
)

func symlink(t testing.TB, target, link string) {
	t.Helper()
	require.NoError(t, os.Symlink(target, link))
}

// G3: small modules that would take a compiler minutes and gigabytes end in a clear error.
func TestCompileBombsAreBounded(t *testing.T) {
	tests := map[string]struct {
		code    []byte
		options sandbox.Options
		want    string
	}{
		"tables": {wasmtest.Tables(20, 10_000), sandbox.Options{CompileMemoryBytes: 192 << 20}, "compile_memory_limit"},
		"memory": {wasmtest.Diamonds(20_000, 5000), sandbox.Options{CompileMemoryBytes: 256 << 20}, "compile_memory_limit"},
		"time":   {wasmtest.NestedLoops(5000, 1000), sandbox.Options{CompileTimeout: 2 * time.Second}, "compile_timeout"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Less(t, len(tc.code), 256<<10, "it is small")
			p := stageWith(t, tc.options, tc.code)
			err := p.prepare()
			require.Equal(t, tc.want, fault.CodeOf(err), "%v", err)
			_, err = p.runtime.Command(context.Background(), p.staged, p.launch)
			assert.Equal(t, "not_prepared", fault.CodeOf(err))
		})
	}
}

// G3: what the section reader lets through and the compiler refuses is an error of the module.
func TestBrokenModulesAreRefused(t *testing.T) {
	typ := wasmtest.Type{Params: []byte{wasmtest.I64}}
	tests := map[string][]byte{
		"unbalanced stack":      wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start", Body: []byte{0x6a}}}}.Bytes(),
		"call of nothing":       wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start", Body: []byte{0x10, 0x63}}}}.Bytes(),
		"start with parameters": wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start", Type: typ}}}.Bytes(),
		"wrong types": wasmtest.Module{
			Pages: 1, Imports: []wasmtest.Import{{Module: "wasi_snapshot_preview1", Name: "fd_write", Type: typ}},
			Functions: []wasmtest.Function{{Export: "_start"}},
		}.Bytes(),
		"functions that lie": wasmtest.Join(
			wasmtest.Module{Pages: 1, Functions: []wasmtest.Function{{Export: "_start"}}}.Bytes(),
			wasmtest.Section(wasmtest.SectionFunction, wasmtest.Uint(0xfffffff))),
	}
	for name, code := range tests {
		t.Run(name, func(t *testing.T) {
			err := stage(t, code).prepare()
			assert.Equal(t, "module_invalid", fault.CodeOf(err), "%v", err)
		})
	}
}

// G3: a module that was cut or changed at random is installed, or refused in clear words, and costs the host nothing.
func TestModulesChangedAtRandomAreRefusedClearly(t *testing.T) {
	whole := guest(t, "c")
	random := rand.New(rand.NewPCG(1, 2))
	known := []string{"", "module_invalid", "module_not_command", "imports_unknown", "memory_limit_low", "compile_memory_limit", "compile_timeout"}
	p := stageWith(t, sandbox.Options{CompileMemoryBytes: 128 << 20, CompileTimeout: 10 * time.Second}, nil)
	codes := map[string]int{}
	for range 60 {
		code := slices.Clone(whole)
		if random.IntN(3) == 0 {
			code = code[:random.IntN(len(code))]
		} else {
			for range 1 + random.IntN(8) {
				code[random.IntN(min(len(code), 1+random.IntN(len(code))))] = byte(random.UintN(256))
			}
		}
		p.write("code/app/plugin.wasm", code)
		err := p.prepare()
		codes[fault.CodeOf(err)]++
		require.Contains(t, known, fault.CodeOf(err), "%v", err)
	}
	t.Log(codes)
	assert.Greater(t, codes["module_invalid"], 10)
}

func TestPrepareEndsWithItsContext(t *testing.T) {
	p := stage(t, wasmtest.NestedLoops(5000, 1000))
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := p.runtime.Prepare(ctx, p.staged, &progress{})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestPrepareTellsHowFarItIs(t *testing.T) {
	p := stage(t, guest(t, "c"))
	told := &progress{}
	require.NoError(t, p.runtime.Prepare(context.Background(), p.staged, told))
	assert.Equal(t, 100, told.percent)
	require.Len(t, told.lines, 2)
	assert.Contains(t, told.lines[0], "compiling app/plugin.wasm")
	assert.Contains(t, told.lines[1], "compiled in")
	require.NoError(t, p.prepare(), "it may be repeated")
	assert.Contains(t, p.run().get("/"), "Hello")
}

// G6: code that is not what this host compiled is not run.
func TestAPoisonedCacheIsNotRun(t *testing.T) {
	cached := func(p *plugin) []string {
		files, err := filepath.Glob(filepath.Join(p.staged.PreparedDir, "wasm", "*", "*"))
		require.NoError(t, err)
		require.Len(t, files, 2)
		return files
	}
	flip := func(t testing.TB, name string) {
		b, err := os.ReadFile(name)
		require.NoError(t, err)
		b[len(b)/2] ^= 1
		require.NoError(t, os.WriteFile(name, b, 0o600))
	}
	refusedByChild := map[string]func(p *plugin){
		"changed code": func(p *plugin) { flip(p.t, cached(p)[0]); flip(p.t, cached(p)[1]) },
		"missing code": func(p *plugin) { require.NoError(p.t, os.Remove(cached(p)[0])) },
		"code as a link": func(p *plugin) {
			name := cached(p)[0]
			require.NoError(p.t, os.Rename(name, p.path("moved")))
			symlink(p.t, p.path("moved"), name)
		},
		"changed module": func(p *plugin) { p.write("code/app/plugin.wasm", wasmtest.Spin()) },
	}
	for name, poison := range refusedByChild {
		t.Run(name, func(t *testing.T) {
			p := stage(t, wasmtest.Trap())
			require.NoError(t, p.prepare())
			poison(p)
			i := p.run()
			assert.Equal(t, 126, i.end().Code, i.output())
			assert.Contains(t, i.output(), "wasm: the ")
		})
	}
	refusedByHost := map[string]struct {
		change func(p *plugin)
		want   string
	}{
		"changed seal":    {func(p *plugin) { flip(p.t, filepath.Join(p.staged.PreparedDir, "wasm.seal")) }, "prepared_changed"},
		"another plugin":  {func(p *plugin) { p.staged.Plugin = "other" }, "prepared_changed"},
		"another version": {func(p *plugin) { p.staged.Version = "2.0.0" }, "prepared_changed"},
		"no seal":         {func(p *plugin) { require.NoError(p.t, os.Remove(filepath.Join(p.staged.PreparedDir, "wasm.seal"))) }, "not_prepared"},
		"another key": {func(p *plugin) {
			r, err := sandbox.New(sandbox.Options{Dir: p.path("other-runtime")})
			require.NoError(p.t, err)
			p.runtime = r
		}, "prepared_changed"},
	}
	for name, tc := range refusedByHost {
		t.Run(name, func(t *testing.T) {
			p := stage(t, wasmtest.Trap())
			require.NoError(t, p.prepare())
			tc.change(p)
			_, err := p.runtime.Command(context.Background(), p.staged, p.launch)
			var f *fault.Error
			require.True(t, errors.As(err, &f), "%v", err)
			assert.Equal(t, tc.want, f.Code)
			assert.Equal(t, fault.Conflict, f.Kind)
		})
	}
}

func TestAnotherHostWithTheSameKeyAcceptsTheSeal(t *testing.T) {
	p := stage(t, wasmtest.Trap())
	require.NoError(t, p.prepare())
	again, err := sandbox.New(sandbox.Options{Dir: p.path("runtime")})
	require.NoError(t, err)
	_, err = again.Command(context.Background(), p.staged, p.launch)
	require.NoError(t, err)
}
