package nodebridge

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

// heapPercent is the share of a plugin's memory that JavaScript's heap may take. The rest is
// for buffers, code and the stacks of Node's threads.
const heapPercent = 75

// reservedThreads is how many worker threads may reserve address space of their own: newer versions of Node.js do, half a gigabyte each,
// which the limit of a process counts though nothing of it is used. The memory of the whole tree is bounded apart from that.
const reservedThreads = 4

// Command returns the child for one instance. Of Jail.Overlay it sets Lower and Target;
// who supervises sets Upper and Work. Limits.MemoryBytes is the launch's, Limits.ReservedBytes what
// this Node.js maps without using it. Settings never become part of the environment.
func (r *Runtime) Command(ctx context.Context, s host.Staged, l host.Launch) (process.Spec, error) {
	n, fail := r.findNode(ctx)
	if fail != nil {
		return process.Spec{}, fail
	}
	if err := requireNode(s, n.version); err != nil {
		return process.Spec{}, err
	}
	entry, err := entryPath(s)
	if err != nil {
		return process.Spec{}, err
	}
	spec := process.Spec{
		Name: s.Manifest.Parameters.ScriptName,
		Path: n.path,
		Dir:  l.AppDir,
		Env:  r.environment(n, l),
		Jail: process.Jail{
			SystemFiles: true,
			ReadOnly:    []string{n.path, filepath.Dir(r.preload), l.AppDir},
			ReadWrite:   []string{l.DataDir, l.TempDir},
			Overlay:     &process.Overlay{Lower: lowerDir(s), Target: l.AppDir},
		},
	}
	spec.Signs = signs
	if r.options.CAFile != "" {
		spec.Jail.ReadOnly = append(spec.Jail.ReadOnly, r.options.CAFile)
	}
	if l.MemoryBytes > 0 {
		spec.Limits.MemoryBytes, spec.Limits.ReservedBytes = l.MemoryBytes, (1+reservedThreads)*n.reserved
	}
	spec.Args = append(heapFlags(l.MemoryBytes), "--require", r.preload, filepath.Join(l.AppDir, entry))
	return spec, nil
}

// environment is the runtime's own part; who supervises adds the common one.
func (r *Runtime) environment(n *node, l host.Launch) []string {
	env := []string{
		"PATH=" + filepath.Dir(n.path) + ":/usr/local/bin:/usr/bin:/bin",
		"HOME=" + l.DataDir,
		"TMPDIR=" + l.TempDir,
		"NODE_ENV=production",
	}
	if r.options.CAFile != "" {
		env = append(env, "NODE_EXTRA_CA_CERTS="+r.options.CAFile)
	}
	return env
}

// heapFlags makes a program that needs too much memory end with V8's own message, before
// the limit of the process makes allocations fail anywhere.
func heapFlags(memoryBytes int64) []string {
	if memoryBytes <= 0 {
		return nil
	}
	return []string{fmt.Sprintf("--max-old-space-size=%d", max(16, memoryBytes*heapPercent/100>>20))}
}

// entryPath is the program's file, relative to the code. It cannot be taken for a flag,
// since it is joined to an absolute folder.
func entryPath(s host.Staged) (string, error) {
	name := filepath.FromSlash(s.Manifest.Parameters.ScriptPath)
	if !filepath.IsLocal(name) {
		return "", fault.New(fault.Invalid, "entry_missing", "parameters.scriptPath must be a path inside the zip")
	}
	info, err := os.Lstat(filepath.Join(s.CodeDir, name))
	if err != nil || !info.Mode().IsRegular() {
		return "", fault.New(fault.Invalid, "entry_missing",
			"parameters.scriptPath names %q, which is not a file in the zip", s.Manifest.Parameters.ScriptPath)
	}
	return name, nil
}

// appDir is where Prepare merges code and packages.
func appDir(s host.Staged) string { return filepath.Join(s.PreparedDir, "app") }

// lowerDir is what the child sees as its code: the merged tree where packages were installed,
// else the code as it is.
func lowerDir(s host.Staged) string {
	if info, err := os.Lstat(appDir(s)); err == nil && info.IsDir() {
		return appDir(s)
	}
	return s.CodeDir
}
