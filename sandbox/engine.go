package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

const enginePath = "github.com/tetratelabs/wazero"

// features are what a module may use: WebAssembly 2.0, and what compilers have come to emit
// since. Threads are left out: an instance has one.
const features = api.CoreFeaturesV2 | experimental.CoreFeaturesTailCall | experimental.CoreFeaturesExtendedConst

// emptyModule is the smallest module. What the engine calls its compiled form tells the engine's
// version, the machine and the processor's features, which is all that decides whether code that was
// compiled before can be used.
var emptyModule = []byte("\x00asm\x01\x00\x00\x00")

// newEngine makes a runtime whose compiled code is kept in cacheDir. Line numbers are
// left out of it: they double its size and the time to load it.
func newEngine(ctx context.Context, cacheDir string) (wazero.Runtime, error) {
	cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
	if err != nil {
		return nil, err
	}
	return wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler().
		WithCompilationCache(cache).
		WithCoreFeatures(features).
		WithDebugInfoEnabled(false)), nil
}

// identifyEngine compiles the empty module below dir and returns the name of what came of it.
func identifyEngine(dir string) (id string, err error) {
	defer func() {
		if r := recover(); r != nil { // the engine panics on machines that it cannot compile for
			err = fmt.Errorf("the engine: %v", r)
		}
	}()
	cache, err := os.MkdirTemp(dir, "engine-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(cache)
	ctx := context.Background()
	engine, err := newEngine(ctx, cache)
	if err != nil {
		return "", err
	}
	defer engine.Close(ctx)
	if _, err := engine.CompileModule(ctx, emptyModule); err != nil {
		return "", err
	}
	files, err := cachedFiles(cache)
	if err != nil {
		return "", err
	}
	if len(files) != 1 {
		return "", fmt.Errorf("the engine kept %d files of one module", len(files))
	}
	return files[0], nil
}

// cachedFiles lists the regular files below a cache's folder, relative to it.
func cachedFiles(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(name))
		return err
	})
	return files, err
}

// engineVersion is what people read.
func engineVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dep := range info.Deps {
			if dep.Path == enginePath {
				return "wazero " + dep.Version
			}
		}
	}
	return "wazero"
}
