package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"appzone/host"
	"appzone/host/fault"
	"appzone/sandbox/quickjs"
)

const (
	codeCompileMemory  = "compile_memory_limit"
	codeCompileTimeout = "compile_timeout"
)

// Prepare compiles the module in a child of its own and seals what came of it. It begins anew
// each time. One compilation runs at a time; others wait. Errors: those of Inspect, imports_not_granted,
// compile_memory_limit, compile_timeout, module_invalid, compile_failed, or ctx's.
func (r *Runtime) Prepare(ctx context.Context, s host.Staged, p host.Progress) error {
	select {
	case r.compiling <- struct{}{}:
		defer func() { <-r.compiling }()
	case <-ctx.Done():
		return ctx.Err()
	}
	cache := filepath.Join(s.PreparedDir, cacheFolder)
	if err := renewCache(s.PreparedDir, cache); err != nil {
		return fmt.Errorf("make room for compiled code: %w", err)
	}
	order, sealed, err := r.planCompile(ctx, s, p)
	if err != nil {
		return err
	}
	if sealed.Module, err = sealFileAt(s.CodeDir, s.Manifest.Parameters.WASMPath); err != nil {
		return err
	}
	p.Percent(5)
	began := time.Now()
	order.Cache = cache
	if err := r.runCompiler(ctx, s, order); err != nil {
		return err
	}
	p.Percent(90)
	if err := r.sealCache(s, cache, sealed); err != nil {
		return err
	}
	p.Output(fmt.Sprintf("compiled in %.1f s: %s of machine code", time.Since(began).Seconds(), mebibytes(sealed.codeBytes())))
	p.Percent(100)
	return nil
}

// planCompile decides what has to be compiled: the module, or the engine for a program in JavaScript.
func (r *Runtime) planCompile(ctx context.Context, s host.Staged, p host.Progress) (compileOrder, *seal, error) {
	name := s.Manifest.Parameters.WASMPath
	if isScript(s.Manifest) {
		if _, err := inspectScript(s); err != nil {
			return compileOrder{}, nil, err
		}
		return r.prepareScript(ctx, s, p)
	}
	info, size, err := inspectModule(s)
	if err != nil {
		return compileOrder{}, nil, err
	}
	if dials := dialImports(info); len(dials) > 0 && !s.Egress {
		return compileOrder{}, nil, fault.New(fault.Invalid, "imports_not_granted",
			"%s imports %s, and no network address and no other plugin is granted: grant what permissions.network.outbound or permissions.plugins ask for, or build it without", name, strings.Join(dials, ", "))
	}
	p.Output(fmt.Sprintf("compiling %s (%s, %d imports)", name, mebibytes(size), len(info.Imports)))
	return compileOrder{Module: filepath.Join(s.CodeDir, filepath.FromSlash(name))}, &seal{}, nil
}

// renewCache leaves an empty cache and no seal.
func renewCache(preparedDir, cache string) error {
	if err := os.RemoveAll(filepath.Join(preparedDir, sealFile)); err != nil {
		return err
	}
	if err := os.RemoveAll(cache); err != nil {
		return err
	}
	return os.MkdirAll(cache, 0o700)
}

// sealCache writes down what the compiler left. The module must still be the one that was
// measured before.
func (r *Runtime) sealCache(s host.Staged, cache string, out *seal) error {
	engine, err := r.engine()
	if err != nil {
		return err
	}
	if err := out.Module.verify(s.CodeDir); err != nil {
		return fault.Wrap(err, fault.Conflict, "compile_failed", "the module changed while it was compiled; try again")
	}
	files, err := cachedFiles(cache)
	if err != nil {
		return err
	}
	out.Plugin, out.Version, out.Engine = s.Plugin, s.Version, engine
	if isScript(s.Manifest) {
		out.JavaScript = quickjs.EngineID()
	}
	known := false
	for _, name := range files {
		f, err := sealFileAt(cache, name)
		if err != nil {
			return err
		}
		known = known || name == engine
		out.Cache = append(out.Cache, f)
	}
	// One file is the module's, one the empty module's, by which the engine knows itself.
	if len(out.Cache) != 2 || !known {
		return fault.New(fault.Internal, "compile_failed", "the compiler left %d files, and 2 were expected", len(out.Cache))
	}
	return r.writeSeal(s.PreparedDir, *out)
}

// runCompiler runs the compile child to its end.
func (r *Runtime) runCompiler(ctx context.Context, s host.Staged, order compileOrder) error {
	file := order.Module + order.Script // one of them
	order.MemoryBytes = r.options.CompileMemoryBytes
	args, err := json.Marshal(order)
	if err != nil {
		return err
	}
	result, err := r.runChild(ctx, s, childSpec{entry: entryCompile, args: string(args), readOnly: []string{file}, readWrite: []string{order.Cache}})
	if err == nil && result.Code != "" {
		return fault.New(fault.Invalid, result.Code, "%s cannot be compiled: %s", s.Manifest.Parameters.WASMPath, result.Message)
	}
	return err
}
