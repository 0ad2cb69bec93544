package sandbox

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"appzone/host"
	"appzone/host/fault"
)

// readScript parses the program and what it imports in a child of its own. Where out is a folder, a program with
// imports is joined into one file there.
func (r *Runtime) readScript(ctx context.Context, s host.Staged, out string) (compileResult, error) {
	name := s.Manifest.Parameters.WASMPath
	o := bundleOrder{Dir: s.CodeDir, Entry: name}
	if out != "" {
		o.Out = filepath.Join(out, scriptFile)
	}
	args, err := json.Marshal(o)
	if err != nil {
		return compileResult{}, err
	}
	spec := childSpec{entry: entryBundle, args: string(args), readOnly: []string{s.CodeDir}, env: []string{"GOMAXPROCS=2", "GOMEMLIMIT=512MiB", "GOTRACEBACK=none"}}
	if out != "" {
		spec.readWrite = []string{out}
	}
	result, err := r.runChild(ctx, s, spec)
	if err != nil {
		return result, err
	}
	if result.Code != "" {
		return result, fault.New(fault.Invalid, result.Code, "%s cannot be run: %s", name, result.Message).WithField(wasmPathField, "%s", result.Message)
	}
	return result, nil
}

// prepareScript bundles the program, compiles the engine, lets it read the program, and seals all of it.
func (r *Runtime) prepareScript(ctx context.Context, s host.Staged, p host.Progress) (compileOrder, *seal, error) {
	name := s.Manifest.Parameters.WASMPath
	folder := filepath.Join(s.PreparedDir, scriptFolder)
	if err := os.RemoveAll(folder); err != nil {
		return compileOrder{}, nil, err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return compileOrder{}, nil, err
	}
	p.Output("reading " + name)
	result, err := r.readScript(ctx, s, folder)
	if err != nil {
		return compileOrder{}, nil, err
	}
	order := compileOrder{Script: filepath.Join(s.CodeDir, filepath.FromSlash(name)), Name: name}
	var out seal
	if result.Bundled {
		f, err := sealFileAt(folder, scriptFile)
		if err != nil {
			return order, nil, err
		}
		out.Script = &f
		order.Script = bundled(s.PreparedDir)
		p.Output("joined the program and what it imports into one file of " + mebibytes(f.Bytes))
	}
	return order, &out, nil
}
