package api

import (
	"net"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// domainLocalhost is the parent domain whose names browsers resolve to the machine itself, and trust as they trust TLS.
const domainLocalhost = "localhost"

// PortRange is a range of TCP ports, both ends included. The zero value has none.
type PortRange struct{ First, Last int }

// Has tells whether the port is one of them.
func (r PortRange) Has(port int) bool { return r.First > 0 && r.First <= port && port <= r.Last }

// sandboxed tells whether pages have no origin of their own here: they are served on the console's host, in a CSP sandbox.
func (s *Server) sandboxed() bool { return s.o.AppsDomain == "" && s.o.AppsPorts.First == 0 }

// pageOrigin is the origin of the plugin's pages. It is not for sandboxed pages.
func (s *Server) pageOrigin(id string) (string, error) {
	if s.o.AppsDomain != "" {
		return s.public.Scheme + "://" + id + "." + s.appsAuthority(), nil
	}
	port, err := s.host.PagePort(s.ctx, id, s.o.AppsPorts.First, s.o.AppsPorts.Last)
	if err != nil {
		return "", err
	}
	return s.public.Scheme + "://" + withoutDefaultPort(s.public.Scheme, net.JoinHostPort(s.public.Hostname(), strconv.Itoa(port))), nil
}

// appsAuthority is the parent domain with the port of the public URL.
func (s *Server) appsAuthority() string {
	if port := s.public.Port(); port != "" {
		return s.o.AppsDomain + ":" + port
	}
	return s.o.AppsDomain
}

// pluginOf is the plugin on whose own origin the request arrived; ok is false for what is the console's. id is "" for an origin of plugins
// that no plugin has.
func (s *Server) pluginOf(c *fiber.Ctx) (id string, ok bool, err error) {
	if s.sandboxed() {
		return "", false, nil
	}
	authority := s.authority(c)
	if s.o.AppsDomain != "" {
		id, ok = strings.CutSuffix(authority, "."+s.appsAuthority())
		if !manifest.ValidID(id) {
			id = ""
		}
		return strings.Clone(id), ok, nil
	}
	port := localPort(c)
	if !s.o.AppsPorts.Has(port) {
		return "", false, nil
	}
	name, asked := splitAuthority(authority, s.scheme(c))
	if asked != strconv.Itoa(port) || (name != s.public.Hostname() && !loopbackName(name)) {
		return "", true, errMisdirected(s.public.Host)
	}
	id = s.host.PluginAtPort(port)
	return id, true, nil
}

// localPort is the port of this machine that the connection came to.
func localPort(c *fiber.Ctx) int {
	if a, ok := c.Context().LocalAddr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// splitAuthority cuts the port off, which is the scheme's where none is written.
func splitAuthority(authority, scheme string) (name, port string) {
	name, port, err := net.SplitHostPort(authority)
	if err != nil {
		name, port = authority, "80"
		if scheme == "https" {
			port = "443"
		}
	}
	return strings.Trim(name, "[]"), port
}

// loopbackName tells whether the name can only be this machine's own.
func loopbackName(name string) bool {
	return name == domainLocalhost || name == "127.0.0.1" || name == "::1"
}

// frameSources are what the console may show in a frame, as a content security policy lists it: plugins' pages, and the other sites that
// views of installed plugins are on.
func (s *Server) frameSources() string {
	external, err := s.host.ExternalOrigins(s.ctx)
	if err != nil { // plugins' own pages are shown in any case
		s.log.Error("the views on other sites are not known", "error", err)
	}
	return strings.Join(append([]string{s.pageSources()}, external...), " ")
}

// pageSources are the origins of plugins' pages, as a content security policy lists them.
func (s *Server) pageSources() string {
	switch {
	case s.o.AppsDomain != "":
		return s.public.Scheme + "://*." + s.appsAuthority()
	case s.o.AppsPorts.First > 0:
		return s.public.Scheme + "://" + bracketed(s.public.Hostname()) + ":*"
	}
	return "'self'"
}

func bracketed(name string) string {
	if strings.Contains(name, ":") {
		return "[" + name + "]"
	}
	return name
}

func errMisdirected(ask string) error {
	return fault.New(fault.Malformed, codeMisdirected, "this host does not answer to that name; ask for %s, or set XC_PUBLIC_URL", ask)
}
