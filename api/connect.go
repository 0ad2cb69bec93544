package api

import (
	"context"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/sys/unix"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

// internal serves the connections of plugins to plugins. Each is served by a goroutine of its own; close ends and awaits them.
type internal struct {
	app     *fiber.App
	serving sync.WaitGroup

	mu     sync.Mutex // guards what follows
	open   map[*pluginConn]bool
	closed bool
}

// pluginConn is a connection on which one plugin speaks to another.
type pluginConn struct {
	*net.UnixConn
	from, to string
}

// newInternal builds the app that answers plugins. What they ask for is passed on to the one that they are connected to, and never
// reaches a route of the host.
func (s *Server) newInternal() *internal {
	cfg := httpguard.Config()
	cfg.ErrorHandler = s.answerError
	app := fiber.New(cfg)
	httpguard.Harden(app)
	s.refuseUnknownMethods(app, cfg.RequestMethods)
	app.Use(s.observe, httpguard.Guard)
	app.All("/*", s.callPlugin)
	app.Handler() // which makes the routes known; there is no listener that would
	return &internal{app: app, open: map[*pluginConn]bool{}}
}

// callPlugin gives a plugin's request to the other one, with the caller as its identity.
func (s *Server) callPlugin(c *fiber.Ctx) error {
	c.Locals(keyRoute, "plugin_call")
	conn, ok := c.Context().Conn().(*pluginConn)
	if !ok {
		return fault.New(fault.Internal, "internal", "a request came from nowhere")
	}
	site, err := s.host.Site(s.ctx, conn.to)
	if err != nil {
		return err
	}
	c.Locals(keyMeter, site.Meter)
	if err = s.serveSite(c, site, c.Params("*")); !site.Script || !isMissing(err) {
		return err
	}
	who, err := s.whoAsks(conn.to, userPlugin+conn.from, rolePlugin)
	if err != nil {
		return err
	}
	return s.relay.Handle(c, conn.to, "", who)
}

// connectPlugins gives plugin from a connection to plugin to. That it may have one was decided before.
func (s *Server) connectPlugins(_ context.Context, from, to string) (net.Conn, error) {
	near, far, err := socketPair()
	if err != nil {
		return nil, err
	}
	if !s.internal.serve(&pluginConn{UnixConn: far, from: from, to: to}) {
		_ = near.Close()
		return nil, fault.New(fault.Unavailable, "shutting_down", "the host is shutting down")
	}
	return near, nil
}

func (i *internal) serve(c *pluginConn) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		_ = c.Close()
		return false
	}
	i.open[c] = true
	i.serving.Go(func() {
		_ = i.app.Server().ServeConn(c)
		i.mu.Lock()
		defer i.mu.Unlock()
		delete(i.open, c)
	})
	return true
}

// close cuts every connection and waits for what served it.
func (i *internal) close() {
	i.mu.Lock()
	i.closed = true
	for c := range i.open {
		_ = c.Close()
	}
	i.mu.Unlock()
	i.serving.Wait()
}

// socketPair makes two connected sockets.
func socketPair() (*net.UnixConn, *net.UnixConn, error) {
	syscall.ForkLock.RLock() // no child that is forked meanwhile gets an end of it
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("connect two plugins: %w", err)
	}
	var conns [2]*net.UnixConn
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "plugins")
		c, fileErr := net.FileConn(f)
		_ = f.Close()
		if fileErr != nil {
			err = fileErr
			continue
		}
		conns[i] = c.(*net.UnixConn)
	}
	if err != nil {
		for _, c := range conns {
			if c != nil {
				_ = c.Close()
			}
		}
		return nil, nil, fmt.Errorf("connect two plugins: %w", err)
	}
	return conns[0], conns[1], nil
}
