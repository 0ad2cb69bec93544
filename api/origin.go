package api

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/api/relay"
	"appzone/host/fault"
)

// ParseOrigin reads a public URL, which is an origin (scheme and host) and nothing more. A default port is left out, as in
// the Host header of browsers.
func ParseOrigin(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil ||
		(u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("public URL %q: must be scheme and host alone, such as https://zone.example.org", text)
	}
	u.Path, u.Host = "", withoutDefaultPort(u.Scheme, strings.ToLower(u.Host))
	return u, nil
}

// withoutDefaultPort writes an authority as browsers do.
func withoutDefaultPort(scheme, authority string) string {
	if port := map[string]string{"http": ":80", "https": ":443"}[scheme]; port != "" {
		return strings.TrimSuffix(authority, port)
	}
	return authority
}

// trusted tells whether the connection comes from a proxy that may speak for its client.
func (s *Server) trusted(c *fiber.Ctx) bool {
	return len(s.o.TrustedProxies) > 0 && s.trustedAddress(peer(c))
}

func (s *Server) trustedAddress(a netip.Addr) bool {
	return slices.ContainsFunc(s.o.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// peer is the other end of the connection.
func peer(c *fiber.Ctx) netip.Addr {
	if a, ok := c.Context().RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// clientAddress is where the request came from, "" if nobody knows.
func (s *Server) clientAddress(c *fiber.Ctx) string {
	if at := s.client(c); at.IsValid() {
		return at.String()
	}
	return ""
}

// client is the peer, or what trusted proxies say, read from the right up to the first address that is not one of theirs.
func (s *Server) client(c *fiber.Ctx) netip.Addr {
	at := peer(c)
	if s.trusted(c) {
		hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
		for _, hop := range slices.Backward(hops) {
			a, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				break
			}
			if at = a.Unmap(); !s.trustedAddress(at) {
				break
			}
		}
	}
	return at
}

// secure tells whether the client speaks TLS: to us, to a trusted proxy, or to the public URL. Who lies about
// that changes the name of their own cookie and nothing else.
func (s *Server) secure(c *fiber.Ctx) bool {
	if s.o.TLS {
		return true
	}
	if s.trusted(c) {
		if proto := c.Get(fiber.HeaderXForwardedProto); proto != "" {
			return proto == "https"
		}
	}
	return s.public.Scheme == "https" && s.publicName(strings.ToLower(string(c.Request().Header.Host())))
}

// publicName tells whether the authority is the public URL's, or of a plugin's origin, which has the same scheme.
func (s *Server) publicName(authority string) bool {
	if s.o.AppsDomain != "" && strings.HasSuffix(authority, "."+s.appsAuthority()) {
		return true
	}
	if name, port := splitAuthority(authority, "https"); s.o.AppsPorts.First > 0 && name == s.public.Hostname() {
		n, err := strconv.Atoi(port)
		if err == nil && s.o.AppsPorts.Has(n) {
			return true
		}
	}
	return authority == s.public.Host
}

// authority is the host that the client asked for.
func (s *Server) authority(c *fiber.Ctx) string {
	h := string(c.Request().Header.Host())
	if s.trusted(c) {
		if forwarded := c.Get(fiber.HeaderXForwardedHost); forwarded != "" {
			h = forwarded
		}
	}
	return withoutDefaultPort(s.scheme(c), strings.ToLower(h))
}

func (s *Server) scheme(c *fiber.Ctx) string {
	if s.secure(c) {
		return "https"
	}
	return "http"
}

// forwarded is what a plugin is told about the client's connection.
func (s *Server) forwarded(c *fiber.Ctx) relay.Forwarded {
	return relay.Forwarded{For: s.clientAddress(c), Proto: s.scheme(c), Host: s.authority(c)}
}

// checkHost refuses names that are not this host's: a page elsewhere whose name was made to point here would otherwise
// be of the same origin as the console. Probes of an orchestrator ask by address, and learn nothing.
func (s *Server) checkHost(c *fiber.Ctx) error {
	if path := c.Path(); path == "/healthz" || path == "/readyz" {
		return c.Next()
	}
	if h := s.authority(c); h != s.public.Host && !s.local(h) {
		return errMisdirected(s.public.Host)
	}
	return c.Next()
}

// local tells whether the authority names this machine and the port of the listener.
func (s *Server) local(authority string) bool {
	scheme := "http"
	if s.o.TLS {
		scheme = "https"
	}
	name, port := splitAuthority(authority, scheme)
	listening, _ := s.port.Load().(int)
	return loopbackName(name) && port == strconv.Itoa(listening)
}

// checkOrigin refuses a request that a page of another origin made with this browser's cookie. What no browser
// made carries neither header.
func (s *Server) checkOrigin(c *fiber.Ctx) error {
	site := c.Get("Sec-Fetch-Site")
	if site != "" && site != "same-origin" && site != "none" {
		return errOrigin()
	}
	origin := strings.ToLower(c.Get(fiber.HeaderOrigin))
	if origin == "" || origin == s.scheme(c)+"://"+s.authority(c) || origin == s.public.String() {
		return nil
	}
	return errOrigin()
}

func errOrigin() error {
	return fault.New(fault.Forbidden, "wrong_origin", "a session counts only for requests from the console's own pages; programs use a bearer token")
}
