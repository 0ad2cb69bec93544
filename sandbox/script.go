package sandbox

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/sandbox/quickjs"
)

const (
	// scriptFolder is where a bundled program lies in a version's PreparedDir, as scriptFile.
	scriptFolder = "script"
	scriptFile   = "plugin.mjs"
	// maxScriptBytes bounds a program, bundled or not.
	maxScriptBytes = 8 << 20
)

// isScript says whether the plugin's program is JavaScript, for the embedded engine.
func isScript(m *manifest.Manifest) bool {
	switch strings.ToLower(path.Ext(m.Parameters.WASMPath)) {
	case ".js", ".mjs":
		return true
	}
	return false
}

// inspectScript sees that the program is there and not too large, and that this build can run it. It returns its size.
func inspectScript(s host.Staged) (int64, error) {
	name := s.Manifest.Parameters.WASMPath
	if _, err := quickjs.Engine(); err != nil {
		return 0, fault.New(fault.Invalid, "runtime_unsupported", "%s is JavaScript, and cannot be run: %s", name, err).
			WithField(wasmPathField, "must name a WASM module in this build")
	}
	f, err := openModule(s)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() > maxScriptBytes {
		return 0, fault.New(fault.Invalid, "module_too_large",
			"the program %s has %s, and at most %s are taken", name, mebibytes(info.Size()), mebibytes(maxScriptBytes))
	}
	return info.Size(), nil
}

// inspectProgram is Inspect for JavaScript.
func (r *Runtime) inspectProgram(ctx context.Context, s host.Staged) (host.Inspection, error) {
	size, err := inspectScript(s)
	if err != nil {
		return host.Inspection{}, err
	}
	if _, err := r.readScript(ctx, s, ""); err != nil {
		return host.Inspection{}, err
	}
	return host.Inspection{Findings: []host.Finding{scriptFinding(s, size)}}, nil
}

// bundled is the program that a bundle made, in PreparedDir.
func bundled(preparedDir string) string { return filepath.Join(preparedDir, scriptFolder, scriptFile) }

// scriptFinding tells an administrator what it is.
func scriptFinding(s host.Staged, size int64) host.Finding {
	return host.Finding{
		Severity: host.SeverityInfo, Code: "wasm_script", Path: s.Manifest.Parameters.WASMPath,
		Message: fmt.Sprintf("a JavaScript program of %s; it runs in the sandbox, on QuickJS %s", mebibytes(size), quickjs.EngineVersion),
	}
}
