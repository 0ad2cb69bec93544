package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"appzone/host"
	"appzone/host/manifest"
	"appzone/host/process"
)

const (
	defaultDataMB    = 256
	defaultOpenFiles = 256
	defaultGrace     = 10
	// tempBytes bounds /tmp.
	tempBytes = 64 << 20
)

// Command returns the child for one instance. Of Spec.Limits it sets MemoryBytes, the guest's linear memory,
// ReservedBytes, what the engine needs beside it, and Guest. Errors: those of Inspect, not_prepared, prepared_changed.
func (r *Runtime) Command(_ context.Context, s host.Staged, l host.Launch) (process.Spec, error) {
	sealed, err := r.readSeal(s)
	if err != nil {
		return process.Spec{}, err
	}
	p := s.Manifest.Parameters
	memory := memoryLimit(s.Manifest)
	if l.MemoryBytes > 0 {
		memory = min(l.MemoryBytes, maxMemoryBytes)
	}
	cache := filepath.Join(s.PreparedDir, cacheFolder)
	var certificates []string
	if l.Egress != "" {
		certificates = r.certificateFiles()
	}
	o := runOrder{
		Certificates: certificates,
		Name:         p.ScriptName,
		App:          l.AppDir,
		Module:       sealed.Module,
		Cache:        cache,
		Cached:       sealed.Cache,
		Data:         l.DataDir,
		DataBytes:    int64(orDefault(p.Limits.DataMB, defaultDataMB)) << 20,
		Temp:         l.TempDir,
		Settings:     l.SettingsFile,
		MemoryBytes:  memory,
		Sockets:      orDefault(p.Limits.OpenFiles, defaultOpenFiles),
		DrainSeconds: drainSeconds(p.Stop),
	}
	readOnly := []string{l.AppDir, cache}
	if isScript(s.Manifest) {
		o.Script = &scriptRun{Dir: l.AppDir, File: sealed.Module}
		if sealed.Script != nil {
			o.Script = &scriptRun{Dir: filepath.Join(s.PreparedDir, scriptFolder), File: *sealed.Script}
			readOnly = append(readOnly, o.Script.Dir)
		}
	}
	for _, made := range readOnly[1:] {
		if err := share(made); err != nil {
			return process.Spec{}, fmt.Errorf("let the plugin read what was prepared: %w", err)
		}
	}
	order, err := json.Marshal(o)
	if err != nil {
		return process.Spec{}, err
	}
	spec := process.Spec{
		Name:  p.ScriptName,
		Entry: entryRun,
		Args:  []string{string(order)},
		Jail: process.Jail{
			ReadOnly:  append(readOnly, certificates...),
			ReadWrite: []string{l.DataDir, l.TempDir},
		},
		Limits: process.Limits{MemoryBytes: memory, ReservedBytes: engineBytes(sealed), Guest: true},
		Signs:  signs,
	}
	if o.Script != nil {
		// A program has one thread. Connections that are served on a second one wake each other up more than they help.
		spec.Env = append(spec.Env, "GOMAXPROCS=1")
	}
	if l.SettingsFile != "" {
		spec.Jail.ReadOnly = append(spec.Jail.ReadOnly, l.SettingsFile)
	}
	return spec, nil
}

// share lets the plugin's own user read what was prepared of it, and nobody but the host write it. A link, which a
// compiler that was taken over may have left, is not followed.
func share(cache string) error {
	root, err := os.OpenRoot(cache)
	if err != nil {
		return err
	}
	defer root.Close()
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		mode := fs.FileMode(0o644)
		if d.IsDir() {
			mode = 0o755
		}
		if err := root.Lchown(name, os.Getuid(), os.Getgid()); err != nil {
			return err
		}
		return root.Chmod(name, mode)
	})
}

// engineBytes is what an instance's process needs beside linear memory, as RLIMIT_DATA counts
// it: the Go runtime's own, the deepest stack that the engine gives a guest (84 MiB, and some
// 190 while it is copied), the module while it is read, and its machine code while that is
// loaded. Most of it is address space that is never touched.
func engineBytes(s *seal) int64 {
	const fixed = 288 << 20
	return fixed + 3*s.Module.Bytes + s.codeBytes()*5/4
}

// drainSeconds leaves a guest a fifth of its grace for what it does after its last request.
func drainSeconds(s manifest.Stop) float64 {
	return 0.8 * float64(orDefault(s.GraceSeconds, defaultGrace))
}

func orDefault(n, fallback int) int {
	if n <= 0 {
		return fallback
	}
	return n
}
