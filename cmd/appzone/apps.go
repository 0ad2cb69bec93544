package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"

	"appzone/api"
)

const (
	domainLocalhost = "localhost"
	// domainMax leaves room for a plugin's id in a host name of 253 characters.
	domainMax = 253 - 64
	// portsMax bounds the ports that are opened for pages.
	portsMax = 1000
)

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// checkApps checks where the pages of plugins are, and chooses where nothing is said.
func (c *config) checkApps() error {
	public, err := api.ParseOrigin(c.PublicURL)
	if err != nil {
		return fmt.Errorf("XC_PUBLIC_URL: %w", err)
	}
	switch {
	case c.AppsDomain != "" && c.AppsPorts.First != 0:
		return errors.New("XC_APPS_DOMAIN and XC_APPS_PORTS are both set; pages are at one of them")
	case c.AppsPorts.First != 0:
		return c.checkAppsPorts(public)
	case c.AppsDomain != "":
		c.AppsDomain = strings.ToLower(c.AppsDomain)
		return c.checkAppsDomain(public)
	case isLoopback(public.Hostname()):
		c.AppsDomain = domainLocalhost
	}
	return nil
}

func (c *config) checkAppsDomain(public *url.URL) error {
	console := public.Hostname()
	switch {
	case !domainName.MatchString(c.AppsDomain) || len(c.AppsDomain) > domainMax:
		return fmt.Errorf("XC_APPS_DOMAIN is %q and must be a domain such as apps.example.org, without scheme and port", c.AppsDomain)
	case c.AppsDomain == domainLocalhost && !isLoopback(console):
		return fmt.Errorf("XC_APPS_DOMAIN is localhost, which leads each browser to its own machine, and XC_PUBLIC_URL is %s", c.PublicURL)
	case c.AppsDomain == domainLocalhost:
		return nil
	case c.AppsDomain == console || strings.HasSuffix(console, "."+c.AppsDomain):
		return fmt.Errorf("XC_APPS_DOMAIN is %q and XC_PUBLIC_URL is %s: names below the domain are plugins', so that the console must be elsewhere", c.AppsDomain, c.PublicURL)
	case public.Scheme == "http" && siteOf(c.AppsDomain) != siteOf(console):
		return fmt.Errorf("XC_APPS_DOMAIN is %q and XC_PUBLIC_URL is %s: without TLS browsers keep no cookies of another site's frames; serve HTTPS, or use a domain below %s", c.AppsDomain, c.PublicURL, siteOf(console))
	}
	return nil
}

func (c *config) checkAppsPorts(public *url.URL) error {
	_, port, _ := net.SplitHostPort(c.Addr)
	for _, own := range []string{port, public.Port()} {
		if n, err := strconv.Atoi(own); err == nil && api.PortRange(c.AppsPorts).Has(n) {
			return fmt.Errorf("XC_APPS_PORTS is %d-%d and the console is at port %d of it", c.AppsPorts.First, c.AppsPorts.Last, n)
		}
	}
	return nil
}

// siteOf is the part of a name that browsers take for one site.
func siteOf(name string) string {
	if _, err := netip.ParseAddr(name); err == nil {
		return name
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil {
		return name
	}
	return site
}

func isLoopback(name string) bool {
	if a, err := netip.ParseAddr(name); err == nil {
		return a.IsLoopback()
	}
	return name == domainLocalhost
}

// portRange is "9000-9099", or one port.
type portRange api.PortRange

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *portRange) UnmarshalText(text []byte) error {
	first, last, ranged := strings.Cut(strings.TrimSpace(string(text)), "-")
	if !ranged {
		last = first
	}
	a, errFirst := strconv.Atoi(strings.TrimSpace(first))
	b, errLast := strconv.Atoi(strings.TrimSpace(last))
	switch {
	case errFirst != nil || errLast != nil || a < 1 || b > 65535 || a > b:
		return fmt.Errorf("%q is no range of ports such as 9000-9099", text)
	case b-a >= portsMax:
		return fmt.Errorf("%q are more than %d ports", text, portsMax)
	}
	*r = portRange{a, b}
	return nil
}

// ofPages tells of the name of a plugin's pages whether there is such a plugin, by what has tells of ids.
func (c *config) ofPages(has func(id string) bool) func(name string) bool {
	return func(name string) bool {
		id, ok := strings.CutSuffix(name, "."+c.AppsDomain)
		return ok && c.AppsDomain != "" && has(id)
	}
}

// listenApps opens the ports of the plugins' pages, in the way of the console's.
func listenApps(cfg config) (all []net.Listener, err error) {
	if cfg.AppsPorts.First == 0 {
		return nil, nil
	}
	host, _, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("XC_ADDR: %w", err)
	}
	for port := cfg.AppsPorts.First; port <= cfg.AppsPorts.Last; port++ {
		at := cfg
		at.Addr = net.JoinHostPort(host, strconv.Itoa(port))
		ln, err := listen(at)
		if err != nil {
			closeApps(all)
			return nil, fmt.Errorf("XC_APPS_PORTS: %w", err)
		}
		all = append(all, ln)
	}
	return all, nil
}

func closeApps(all []net.Listener) {
	for _, ln := range all {
		_ = ln.Close() // the server has closed it, if it served
	}
}
