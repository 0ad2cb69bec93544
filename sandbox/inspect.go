package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/sandbox/module"
	"appzone/sandbox/wasi"
)

const (
	// maxModuleBytes bounds a module's file.
	maxModuleBytes = 64 << 20
	// defaultMemoryMB is linear memory where the manifest does not say.
	defaultMemoryMB = 128
	// maxMemoryBytes is what 32-bit addresses reach.
	maxMemoryBytes = 4 << 30
	// maxListed bounds how many unknown imports an error lists.
	maxListed = 20
	// startFunction is what makes a module a command.
	startFunction = "_start"
	wasmPathField = "parameters.wasmPath"
)

// Inspect reads the module's imports, exports and memory, without compiling it, or parses the program and what it
// imports in a child. Errors: entry_missing, runtime_unsupported, module_too_large, module_component, module_invalid,
// module_not_command, imports_unknown, memory_limit_low, syntax_error.
func (r *Runtime) Inspect(ctx context.Context, s host.Staged) (host.Inspection, error) {
	name := s.Manifest.Parameters.WASMPath
	if isScript(s.Manifest) {
		return r.inspectProgram(ctx, s)
	}
	info, size, err := inspectModule(s)
	if err != nil {
		return host.Inspection{}, err
	}
	findings := []host.Finding{{
		Severity: host.SeverityInfo, Code: "wasm_module", Path: name,
		Message: fmt.Sprintf("a WASM module of %s that starts with %s of memory; it runs in the sandbox", mebibytes(size), mebibytes(info.MemoryMinBytes)),
	}}
	if !imports(info, "sock_accept") {
		findings = append(findings, host.Finding{
			Severity: host.SeverityLow, Code: "never_listens", Path: name,
			Message: "the module never accepts a connection, so it will run and not answer requests",
		})
	}
	if dials := dialImports(info); len(dials) > 0 && !s.Manifest.AsksForNetwork() {
		findings = append(findings, host.Finding{
			Severity: host.SeverityHigh, Code: "imports_not_granted", Path: name,
			Message: fmt.Sprintf("the module imports %s and asks for no network address: it cannot be installed unless one is granted", strings.Join(dials, ", ")),
		})
	}
	return host.Inspection{Findings: findings}, nil
}

// dialImports are the imports by which the module reaches the network.
func dialImports(info *module.Info) (names []string) {
	for _, i := range info.Imports {
		if wasi.Dials(i.Module, i.Name) {
			names = append(names, i.Module+"."+i.Name)
		}
	}
	return names
}

// inspectModule opens the module that the manifest names and reads what Inspect needs.
func inspectModule(s host.Staged) (*module.Info, int64, error) {
	f, err := openModule(s)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, err
	}
	name := s.Manifest.Parameters.WASMPath
	read, err := module.Read(io.LimitReader(f, maxModuleBytes))
	if err != nil {
		return nil, 0, notAModule(name, err)
	}
	return read, info.Size(), checkModule(s.Manifest, read)
}

// openModule opens the module inside the code folder and refuses what cannot be one.
func openModule(s host.Staged) (*os.File, error) {
	name := s.Manifest.Parameters.WASMPath
	missing := fault.New(fault.Invalid, "entry_missing",
		"the module %q is not in the plugin's files; correct the path or add the file", name).
		WithField(wasmPathField, "must name a file of the plugin")
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, missing
	}
	f, err := os.OpenInRoot(s.CodeDir, filepath.FromSlash(name))
	if err != nil {
		missing.Err = err
		return nil, missing
	}
	info, err := f.Stat()
	switch {
	case err != nil || !info.Mode().IsRegular():
		_ = f.Close()
		return nil, missing
	case info.Size() > maxModuleBytes:
		_ = f.Close()
		return nil, fault.New(fault.Invalid, "module_too_large",
			"the module %s has %s, and at most %s are taken; strip debug information from it", name, mebibytes(info.Size()), mebibytes(maxModuleBytes))
	}
	return f, nil
}

func notAModule(name string, err error) error {
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		return err
	case errors.Is(err, module.ErrComponent):
		return fault.New(fault.Invalid, "module_component",
			"%s is a WebAssembly component, and core modules are run here: build for wasm32-wasip1 (Rust: --target wasm32-wasip1; Go: GOOS=wasip1 GOARCH=wasm; C: clang --target=wasm32-wasi)", name)
	}
	return fault.New(fault.Invalid, "module_invalid", "%s is not a WASM module, or it is damaged: %s", name, err)
}

// checkModule decides whether the sandbox can run a module.
func checkModule(m *manifest.Manifest, info *module.Info) error {
	name := m.Parameters.WASMPath
	if kind, ok := info.Exports[startFunction]; !ok || kind != module.Function {
		return fault.New(fault.Invalid, "module_not_command",
			"%s has no %s function, so it is not a program: build a command and not a library (C: without -mexec-model=reactor; Rust: a bin; Go: without -buildmode=c-shared)", name, startFunction)
	}
	if kind, ok := info.Exports["memory"]; !ok || kind != module.Memory {
		return fault.New(fault.Invalid, "module_not_command", "%s does not export its memory, which the system interface needs", name)
	}
	if unknown := unknownImports(info); len(unknown) > 0 {
		return importsUnknown(name, unknown)
	}
	if limit := memoryLimit(m); info.MemoryMinBytes > limit {
		return fault.New(fault.Invalid, "memory_limit_low",
			"%s starts with %s of memory and its limit is %s; raise the limit", name, mebibytes(info.MemoryMinBytes), mebibytes(limit)).
			WithField("parameters.limits.memoryMB", "must be at least %d", (info.MemoryMinBytes+(1<<20)-1)>>20)
	}
	return nil
}

// unknownImports lists what nobody offers, by name.
func unknownImports(info *module.Info) []string {
	var unknown []string
	for _, i := range info.Imports {
		switch {
		case i.Kind != module.Function:
			unknown = append(unknown, fmt.Sprintf("%s.%s (a %s)", i.Module, i.Name, i.Kind))
		case wasi.Offered(i.Module, i.Name):
		default:
			unknown = append(unknown, i.Module+"."+i.Name)
		}
	}
	return unknown
}

func importsUnknown(name string, unknown []string) error {
	listed := unknown
	more := ""
	if len(listed) > maxListed {
		more = fmt.Sprintf(" and %d more", len(listed)-maxListed)
		listed = listed[:maxListed]
	}
	quoted := make([]string, len(listed))
	for i, u := range listed {
		quoted[i] = fmt.Sprintf("%q", u)
	}
	return fault.New(fault.Invalid, "imports_unknown",
		"%s imports what this host does not offer: %s%s; build it for WASI preview 1 without other imports", name, strings.Join(quoted, ", "), more)
}

func imports(info *module.Info, function string) bool {
	for _, i := range info.Imports {
		if i.Module == wasi.Module && i.Name == function {
			return true
		}
	}
	return false
}

// memoryLimit is the limit of linear memory that a manifest asks for.
func memoryLimit(m *manifest.Manifest) int64 {
	mb := m.Parameters.Limits.MemoryMB
	if mb <= 0 {
		mb = defaultMemoryMB
	}
	return min(int64(mb)<<20, maxMemoryBytes)
}

// mebibytes is a size for people.
func mebibytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KiB", (n+1023)>>10)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
