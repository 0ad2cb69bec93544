package api

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/api/httpguard"
	"appzone/api/limit"
	"appzone/api/relay"
	"appzone/api/sso"
	"appzone/api/static"
	"appzone/host"
)

// Options configure a [Server].
type Options struct {
	// Host is what is served. Required.
	Host *host.Host
	// Logger gets accesses (debug) and what failed inside (error); default: none.
	Logger *slog.Logger
	// PublicURL is the console's own origin, "https://zone.example.org". Required.
	PublicURL string
	// TrustedProxies are the addresses that may set X-Forwarded headers; default none.
	TrustedProxies []netip.Prefix
	// MaxUploadBytes bounds a plugin's zip; default 50 MiB.
	MaxUploadBytes int64
	// Version is the host's own.
	Version string
	// TLS says that the listener speaks TLS.
	TLS bool
	// AppsDomain is the parent domain of the plugins' own origins, "apps.example.org". AppsPorts are ports that are served, too, one for each
	// plugin that has pages. At most one of them is set; with none, pages are served in a sandbox on the console's host.
	AppsDomain string
	AppsPorts  PortRange
	// ArenaDir is a folder for copies of plugins' files that the kernel sends by itself; empty: none are made.
	ArenaDir string
	// Console are the files of the web console (package console); nil: the page at "/" says that there is none.
	Console fs.FS
	// SSO is the provider of single sign-on; nil for none. The caller closes it after Shutdown.
	SSO *sso.Client
}

// unusedGrace is how long connections on which nothing was asked may stay once the server is told to stop.
const unusedGrace = 100 * time.Millisecond

// streamGrace is how long requests to plugins may go on once the server is told to stop.
const streamGrace = 3 * time.Second

// Server serves a host over HTTP.
type Server struct {
	o       Options
	host    *host.Host
	log     *slog.Logger
	public  *url.URL
	app     *fiber.App
	relay   *relay.Relay
	static  *static.Server
	metrics *metrics
	doc     *document
	// logins bounds guesses of passwords and codes.
	logins *attempts
	// What bounds requests of members and of others.
	members, strangers *limit.Limiter
	// The same for requests to public routes: of each plugin, and of each address to it.
	hooks, callers *limit.Limiter
	newConns       newConns
	// What members have open.
	sidebars, streams places
	// internal answers plugins that call other plugins.
	internal *internal
	// table is what routes returned, pageTable what pageRoutes did.
	table     []route
	pageTable map[string]pageHandler
	// port of the listener, which local names may be followed by.
	port atomic.Value

	ready atomic.Bool
	// closing ends streams and waits; ctx ends what is still under way after the grace.
	closing, ctx      context.Context
	beginClose, abort context.CancelFunc
	closeOnce         sync.Once
}

// New makes a server. Serve starts it; Shutdown must be called in any case.
func New(o Options) (*Server, error) {
	if o.Host == nil {
		return nil, errors.New("api: Options.Host is required")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.MaxUploadBytes <= 0 {
		o.MaxUploadBytes = 50 << 20
	}
	s := &Server{o: o, host: o.Host, log: o.Logger, logins: newAttempts(),
		members: limit.New(memberBurst, memberEvery), strangers: limit.New(strangerBurst, strangerEvery),
		hooks: limit.New(hookBurst, hookEvery), callers: limit.New(callerBurst, callerEvery)}
	var err error
	if s.public, err = ParseOrigin(o.PublicURL); err != nil {
		return nil, err
	}
	if s.doc, err = loadDocument(o.Version); err != nil {
		return nil, err
	}
	s.closing, s.beginClose = context.WithCancel(context.Background())
	s.ctx, s.abort = context.WithCancel(context.Background())
	s.static = static.New(static.Options{Blobs: o.Host.Content(), Dir: o.ArenaDir, Logger: o.Logger})
	s.relay = relay.New(relay.Options{Acquire: o.Host.Acquire, Holds: s.holds, ReservedCookies: reservedCookies,
		Forwarded: s.forwarded, RequestID: requestID, Logger: o.Logger})
	s.metrics = newMetrics(s)
	s.pageTable = s.pageRoutes()
	s.app = s.newApp()
	s.internal = s.newInternal()
	o.Host.ConnectPlugins(s.connectPlugins)
	return s, nil
}

// newApp builds the Fiber app: the middlewares that every request passes, in order, and the routes.
func (s *Server) newApp() *fiber.App {
	cfg := httpguard.Config()
	cfg.ErrorHandler = s.answerError
	app := fiber.New(cfg)
	httpguard.Harden(app)
	app.Server().ConnState = s.newConns.track
	s.refuseUnknownMethods(app, cfg.RequestMethods)
	app.Use(s.observe, httpguard.Guard, s.ownOrigins, s.protect, s.checkHost)
	s.table = s.routes()
	for _, r := range s.table {
		s.register(app, r)
	}
	s.registerApps(app)
	s.registerConsole(app)
	return app
}

// Serve answers on ln, and for plugins' pages on the listeners of Options.AppsPorts, until Shutdown. It returns nil after a Shutdown, and
// ends with the first listener that fails.
func (s *Server) Serve(ln net.Listener, pages ...net.Listener) error {
	if a, ok := ln.Addr().(*net.TCPAddr); ok {
		s.port.Store(a.Port)
	}
	s.ready.Store(true)
	s.app.Handler() // which makes the routes known, once
	all := append([]net.Listener{ln}, pages...)
	closeAll := func() {
		for _, l := range all {
			_ = l.Close()
		}
	}
	// A Shutdown that came too early for fasthttp to know the listener ends it, too.
	defer context.AfterFunc(s.ctx, closeAll)()
	ended := make(chan error, len(all))
	for _, l := range all {
		go func() { ended <- s.app.Server().Serve(l) }()
	}
	err := <-ended
	if s.closing.Err() == nil { // else Shutdown closes them
		closeAll()
	}
	for range pages {
		<-ended
	}
	if s.closing.Err() != nil {
		return nil
	}
	return err
}

// Shutdown refuses new requests, ends event streams, lets what is under way end until ctx does, and stops the
// server's goroutines. It may be called twice.
func (s *Server) Shutdown(ctx context.Context) (err error) {
	s.closeOnce.Do(func() {
		s.ready.Store(false)
		s.beginClose()
		cut := time.AfterFunc(streamGrace, s.relay.Close)
		defer cut.Stop()
		unused := time.AfterFunc(unusedGrace, s.newConns.close)
		defer unused.Stop()
		err = s.app.ShutdownWithContext(ctx)
		s.abort()
		s.relay.Close()
		s.internal.close()
		s.static.Close()
		s.metrics.wait()
	})
	return err
}
