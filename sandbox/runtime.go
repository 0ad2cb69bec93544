package sandbox

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"appzone/host"
	"appzone/host/manifest"
	"appzone/host/process"
)

var _ host.Runtime = (*Runtime)(nil)

// The entries of this package in the host's binary.
const (
	entryCompile = "wasm-compile"
	entryRun     = "wasm-run"
)

// Entries are what [process.Main] must be given in every binary that uses this runtime.
func Entries() map[string]process.Entry {
	return map[string]process.Entry{entryBundle: bundleChild, entryCompile: compileChild, entryRun: runChild}
}

// Options of a [Runtime].
type Options struct {
	// Dir is a folder for this runtime alone, which plugins cannot reach. It holds the key that
	// seals compiled code; without it every plugin has to be compiled again. Required.
	Dir string
	// CAFile holds certificates (PEM) that guests trust beside the system's; default none.
	CAFile string
	// Logger gets what an operator should know; default [slog.Default].
	Logger *slog.Logger
	// CompileMemoryBytes bounds the data of a compilation; default 1 GiB.
	CompileMemoryBytes int64
	// CompileTimeout bounds a compilation; default 120 s.
	CompileTimeout time.Duration
}

// Runtime runs WASM plugins. Its methods may be called at the same time.
type Runtime struct {
	options Options
	key     []byte
	// compiling holds a token for the one compilation that runs at a time.
	compiling chan struct{}

	mu       sync.Mutex
	engineID string // "" until it was found out
}

// New makes the runtime. It makes Dir if it is missing.
func New(o Options) (*Runtime, error) {
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.CompileMemoryBytes == 0 {
		o.CompileMemoryBytes = 1 << 30
	}
	if o.CompileTimeout == 0 {
		o.CompileTimeout = 120 * time.Second
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the WASM runtime's folder: %w", err)
	}
	key, err := loadKey(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("load the key that seals compiled code: %w", err)
	}
	return &Runtime{
		options:   o,
		key:       key,
		compiling: make(chan struct{}, 1),
	}, nil
}

// Name is "wasm".
func (r *Runtime) Name() string { return manifest.RuntimeWASM }

// engine is the engine's name for itself on this machine. It is found out by trying, until
// that has worked once.
func (r *Runtime) engine() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.engineID != "" {
		return r.engineID, nil
	}
	id, err := identifyEngine(r.options.Dir)
	if err != nil {
		return "", fmt.Errorf("try the WASM engine: %w", err)
	}
	r.engineID = id
	return id, nil
}

const engineProblem = "the WASM engine cannot compile on this machine; it needs a 64-bit x86 or ARM processor, and memory that may be made executable"

// Info tells the engine and its version.
func (r *Runtime) Info(context.Context) host.RuntimeInfo {
	info := host.RuntimeInfo{Name: r.Name(), Version: engineVersion()}
	if _, err := r.engine(); err != nil {
		r.options.Logger.Error("the WASM engine does not work", "error", err)
		info.Version = ""
		info.Problem = engineProblem
	}
	return info
}
