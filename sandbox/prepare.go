package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

const (
	codeCompileMemory  = "compile_memory_limit"
	codeCompileTimeout = "compile_timeout"

	// maxCompileLines bounds what is kept of a compile child's output.
	maxCompileLines = 100
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
	info, size, err := inspectModule(s)
	if err != nil {
		return err
	}
	if dials := dialImports(info); len(dials) > 0 && !s.Egress {
		return fault.New(fault.Invalid, "imports_not_granted",
			"%s imports %s, and no network address and no other plugin is granted: grant what permissions.network.outbound or permissions.plugins ask for, or build it without", s.Manifest.Parameters.WASMPath, strings.Join(dials, ", "))
	}
	cache := filepath.Join(s.PreparedDir, cacheFolder)
	if err := renewCache(s.PreparedDir, cache); err != nil {
		return fmt.Errorf("make room for compiled code: %w", err)
	}
	name := s.Manifest.Parameters.WASMPath
	before, err := sealFileAt(s.CodeDir, name)
	if err != nil {
		return err
	}
	p.Output(fmt.Sprintf("compiling %s (%s, %d imports)", name, mebibytes(size), len(info.Imports)))
	p.Percent(5)
	began := time.Now()
	if err := r.runCompiler(ctx, s, cache); err != nil {
		return err
	}
	p.Percent(90)
	done, err := r.sealCache(s, cache, before)
	if err != nil {
		return err
	}
	p.Output(fmt.Sprintf("compiled in %.1f s: %s of machine code", time.Since(began).Seconds(), mebibytes(done.codeBytes())))
	p.Percent(100)
	return nil
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
func (r *Runtime) sealCache(s host.Staged, cache string, module fileSeal) (*seal, error) {
	engine, err := r.engine()
	if err != nil {
		return nil, err
	}
	if err := module.verify(s.CodeDir); err != nil {
		return nil, fault.Wrap(err, fault.Conflict, "compile_failed", "the module changed while it was compiled; try again")
	}
	files, err := cachedFiles(cache)
	if err != nil {
		return nil, err
	}
	out := seal{Plugin: s.Plugin, Version: s.Version, Engine: engine, Module: module}
	known := false
	for _, name := range files {
		f, err := sealFileAt(cache, name)
		if err != nil {
			return nil, err
		}
		known = known || name == engine
		out.Cache = append(out.Cache, f)
	}
	// One file is the module's, one the empty module's, by which the engine knows itself.
	if len(out.Cache) != 2 || !known {
		return nil, fault.New(fault.Internal, "compile_failed", "the compiler left %d files, and 2 were expected", len(out.Cache))
	}
	return &out, r.writeSeal(s.PreparedDir, out)
}

// runCompiler runs the compile child to its end.
func (r *Runtime) runCompiler(ctx context.Context, s host.Staged, cache string) error {
	file := filepath.Join(s.CodeDir, filepath.FromSlash(s.Manifest.Parameters.WASMPath))
	order, err := json.Marshal(compileOrder{Module: file, Cache: cache, MemoryBytes: r.options.CompileMemoryBytes})
	if err != nil {
		return err
	}
	var out transcript
	child, err := process.Start(ctx, process.Spec{
		Name: entryCompile, Entry: entryCompile, Args: []string{string(order)},
		Jail:   process.Jail{ReadOnly: []string{file}, ReadWrite: []string{cache}, User: process.BuildUser},
		Limits: process.Limits{MemoryBytes: r.options.CompileMemoryBytes, OpenFiles: 64, FileBytes: maxCodeBytes},
		Output: out.add,
	})
	if err != nil {
		return err
	}
	timer := time.NewTimer(r.options.CompileTimeout)
	defer timer.Stop()
	select {
	case <-child.Done():
		return r.explainCompiler(s, child.Exit(), &out)
	case <-ctx.Done():
		child.Kill()
		return ctx.Err()
	case <-timer.C:
		child.Kill()
		return fault.New(fault.Invalid, codeCompileTimeout,
			"%s was not compiled within %s: a function in it is built to be hard to compile, or the machine is very slow", s.Manifest.Parameters.WASMPath, r.options.CompileTimeout)
	}
}

// explainCompiler turns the end of a compile child into an error, or nil.
func (r *Runtime) explainCompiler(s host.Staged, exit process.Exit, out *transcript) error {
	name := s.Manifest.Parameters.WASMPath
	result, err := out.result()
	switch {
	case exit.Code == 0 && err == nil && result.Code == "":
		return nil
	case result.Code == codeCompileMemory, exit.Signal == "SIGKILL", exit.Code != 0 && out.outOfMemory():
		return fault.New(fault.Invalid, codeCompileMemory,
			"%s needs more than %s of memory to be compiled: a function in it is far too large, or built to be hard to compile", name, mebibytes(r.options.CompileMemoryBytes))
	case result.Code != "":
		return fault.New(fault.Invalid, result.Code, "%s cannot be compiled: %s", name, result.Message)
	}
	return fault.Wrap(errors.New(out.text()), fault.Internal, "compile_failed", "the compiler ended without a result (%s)", exit.Cause)
}

// transcript keeps the beginning of a child's output.
type transcript struct {
	mu    sync.Mutex
	lines []process.Line
}

func (t *transcript) add(l process.Line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) < maxCompileLines {
		t.lines = append(t.lines, l)
	}
}

// result is the last line of standard output.
func (t *transcript) result() (compileResult, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var r compileResult
	for i := len(t.lines) - 1; i >= 0; i-- {
		if t.lines[i].Stream == process.Stdout {
			return r, json.Unmarshal([]byte(t.lines[i].Text), &r)
		}
	}
	return r, errors.New("no result")
}

// outOfMemory says whether the Go runtime of the child gave up for lack of memory.
func (t *transcript) outOfMemory() bool {
	text := t.text()
	return strings.Contains(text, "out of memory") || strings.Contains(text, "cannot allocate memory")
}

func (t *transcript) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, l := range t.lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}
