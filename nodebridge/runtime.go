package nodebridge

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"appzone/host"
)

// MinimumNode is the oldest major version of Node.js that plugins are run with.
const MinimumNode = 18

// DefaultInstallTimeout bounds one dependency install.
const DefaultInstallTimeout = 10 * time.Minute

// Options configures a Runtime. The zero value of each field but Dir is its default.
type Options struct {
	// Dir is a private folder of the runtime's own: the preload and npm's cache. Absolute; required.
	Dir string
	// NodePath is the Node.js binary; default: node in PATH.
	NodePath string
	// NPMPath is npm's npm-cli.js; default: the one that belongs to NodePath, else npm in PATH.
	NPMPath string
	// NPMRegistry is the registry's URL; default: what npm is configured with on this machine.
	NPMRegistry string
	// HTTPProxy is the proxy's URL for installs; default: what npm is configured with.
	HTTPProxy string
	// CAFile holds PEM certificates that installs and programs trust beside Node's own;
	// default: for installs what npm is configured with, for programs none.
	CAFile string
	// InstallTimeout bounds one Prepare; default DefaultInstallTimeout.
	InstallTimeout time.Duration
	// Logger gets what people who run the host should know; default: none.
	Logger *slog.Logger
}

// Runtime is the runtime "node". It may be used by many goroutines at once.
type Runtime struct {
	options Options
	preload string

	nodeMu sync.Mutex
	node   *node

	npmMu  sync.Mutex
	system *npmConfig

	cacheMu  sync.Mutex
	installs int // installs that use the cache now
}

var _ host.Runtime = (*Runtime)(nil)

// New returns a Runtime. It fails when Dir cannot be written; a machine without Node.js is
// no error here, but reported by Info and refused by Prepare and Command.
func New(o Options) (*Runtime, error) {
	if !filepath.IsAbs(o.Dir) {
		return nil, errors.New("nodebridge: Options.Dir must be an absolute path")
	}
	if o.InstallTimeout <= 0 {
		o.InstallTimeout = DefaultInstallTimeout
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("create runtime folder: %w", err)
	}
	preload, err := writePreload(o.Dir)
	if err != nil {
		return nil, err
	}
	return &Runtime{options: o, preload: preload}, nil
}

// Name is "node".
func (r *Runtime) Name() string { return "node" }

// Info tells the version of Node.js, or why plugins cannot be run with it.
func (r *Runtime) Info(ctx context.Context) host.RuntimeInfo {
	info := host.RuntimeInfo{Name: r.Name()}
	n, err := r.findNode(ctx)
	if err != nil {
		info.Problem = err.Message
		return info
	}
	info.Version = n.version.String()
	return info
}
