package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"appzone/api"
	"appzone/api/console"
	"appzone/host"
	"appzone/host/egress"
	"appzone/nodebridge"
	"appzone/sandbox"
	"appzone/store"
)

// shutdownGrace is how long requests may go on once the host is told to stop.
const shutdownGrace = 15 * time.Second

func (a *app) serve() *cobra.Command {
	return &cobra.Command{Use: "serve", Short: "Run the host", Args: noArgs,
		Long: "Run the host. It is configured by environment variables and by .env in the working folder; .env.example describes them.",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig()
			if err != nil {
				return usageError{err}
			}
			log, err := newLogger(a.errOut, cfg.LogLevel, cfg.LogFormat)
			if err != nil {
				return usageError{err}
			}
			slog.SetDefault(log) // also for what libraries say by the standard log, to which answers of receivers can lead
			for _, name := range unknownVariables(os.Environ()) {
				log.Warn("variable is not known and does nothing", "variable", name)
			}
			return pointAtDoctor(a.runHost(c.Context(), cfg, log))
		}}
}

// pointAtDoctor adds to why the host ended what may help further.
func pointAtDoctor(err error) error {
	if err == nil || strings.Contains(err.Error(), "appzone doctor") {
		return err
	}
	return fmt.Errorf("%w\n'appzone doctor' examines this machine and says what to do", err)
}

// runHost opens everything in order, serves until ctx ends, and closes everything in the opposite order.
func (a *app) runHost(ctx context.Context, cfg config, log *slog.Logger) (err error) {
	data, err := prepareData(cfg.DataDir)
	if err != nil {
		return err
	}
	if err := checkLostDatabase(data); err != nil {
		return err
	}
	// The port first: a host that cannot be reached should not start plugins.
	ln, err := listen(cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreClosed(ln.Close())) }()
	var h *host.Host // which nobody asks for before it is open: connections are taken last
	certs, err := openCertificates(cfg, data, cfg.ofPages(func(id string) bool { return h.HasSite(ctx, id) }), log)
	if err != nil {
		return err
	}
	pages, err := listenApps(cfg)
	if err != nil {
		return err
	}
	defer closeApps(pages)
	db, err := store.Open(ctx, store.Options{Dir: filepath.Join(data, "store"), Logger: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	runtimes, err := openRuntimes(cfg, data, log)
	if err != nil {
		return err
	}
	for _, r := range runtimes {
		if info := r.Info(ctx); info.Problem != "" {
			log.Warn("runtime not usable", "runtime", info.Name, "problem", info.Problem)
		}
	}
	proxy, err := cfg.proxy()
	if err != nil {
		return err
	}
	roots, err := trustedRoots(cfg.CAFile)
	if err != nil {
		return err
	}
	h, err = host.Open(ctx, host.Config{EgressProxy: proxy, Outward: egress.NewOutward(egress.OutwardOptions{Proxy: proxy, Roots: roots}), DataDir: data, Store: db, Runtimes: runtimes, Logger: log, Samples: sampleFiles(),
		Version: version, PublicURL: cfg.PublicURL, MaxUploadBytes: cfg.MaxUploadMB << 20, RestartPlugins: bool(cfg.PluginRestart),
		RestartDelay: cfg.restartDelay(), AdminPassword: cfg.AdminPassword, AnnouncePassword: a.announcer(data, log), PasswordChanged: forgetFirst(data, log), SecretKey: cfg.SecretKey,
		RequireWalls: cfg.RequireWalls, RequireSignature: bool(cfg.RequireSigned), VersionsKept: cfg.VersionsKept, Trial: time.Duration(cfg.UpgradeTrial) * time.Second,
		Checks: hostChecks(cfg, data)})
	if err != nil {
		return err
	}
	defer h.Close()
	signOn, err := cfg.signOn()
	if err != nil {
		return err
	}
	if signOn != nil {
		defer signOn.Close()
	}
	server, err := api.New(api.Options{Host: h, Logger: log, PublicURL: cfg.PublicURL, TrustedProxies: cfg.TrustedProxies,
		MaxUploadBytes: cfg.MaxUploadMB << 20, Version: version, TLS: cfg.tls(), ArenaDir: filepath.Join(data, "cache"),
		AppsDomain: cfg.AppsDomain, AppsPorts: api.PortRange(cfg.AppsPorts), SSO: signOn, Console: consoleFiles()})
	if err != nil {
		return err
	}
	var background sync.WaitGroup
	defer background.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	background.Go(func() { keepMemorySmall(ctx) })
	if certs != nil {
		a.tendTLS(ctx, &background, certs, cancel)
		ln, pages = withTLS(certs, ln, pages)
	}
	return a.serveUntil(ctx, server, ln, pages, cfg.PublicURL, log)
}

// consoleFiles are those of the web console, nil where the binary was built without it.
func consoleFiles() fs.FS {
	if !console.Built() {
		return nil
	}
	return console.Files()
}

// serveUntil serves until ctx ends or the listener fails.
func (a *app) serveUntil(ctx context.Context, server *api.Server, ln net.Listener, pages []net.Listener, url string, log *slog.Logger) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ln, pages...) }()
	log.Info("serving", "url", url, "address", ln.Addr().String())
	if isTerminal(a.errOut) {
		fmt.Fprintf(a.errOut, "\n  App Zone is at %s\n\n", url)
	}
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		log.Info("shutting down; a second signal ends at once")
	}
	grace, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	if bad := server.Shutdown(grace); bad != nil && !errors.Is(bad, context.DeadlineExceeded) {
		err = errors.Join(err, bad)
	}
	return err
}

// openRuntimes makes what runs script plugins.
func openRuntimes(cfg config, data string, log *slog.Logger) ([]host.Runtime, error) {
	node, err := nodebridge.New(nodebridge.Options{Dir: filepath.Join(data, "node"), NodePath: cfg.NodePath, NPMRegistry: cfg.NPMRegistry,
		HTTPProxy: cfg.HTTPProxy, CAFile: cfg.CAFile, Logger: log})
	if err != nil {
		return nil, err
	}
	wasm, err := sandbox.New(sandbox.Options{Dir: filepath.Join(data, "wasm"), CAFile: cfg.CAFile, Logger: log})
	if err != nil {
		return nil, err
	}
	return []host.Runtime{node, wasm}, nil
}

// prepareData makes the data folder and finds out early that it cannot be written.
func prepareData(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data folder %s: %w", dir, err)
	}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		return "", fmt.Errorf("data folder %s cannot be made; check XC_DATA_DIR and its owner: %w", abs, err)
	}
	probe, err := os.CreateTemp(abs, ".probe-*")
	if err != nil {
		return "", fmt.Errorf("data folder %s cannot be written; check XC_DATA_DIR and its owner: %w", abs, err)
	}
	return abs, errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// ignoreClosed drops the error of closing a listener that the server has closed.
func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
