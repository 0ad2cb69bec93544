package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"

	"appzone/host/doctor"
)

// ports tells whether the addresses of the console and of the pages are free, or taken by a host.
func (x *examination) ports(ctx context.Context) ([]doctor.Finding, error) {
	name, port, err := net.SplitHostPort(x.cfg.Addr)
	if err != nil {
		return nil, nil //nolint:nilerr // the configuration's findings tell it
	}
	out := []doctor.Finding{x.port(ctx, x.cfg.Addr, "XC_ADDR")}
	taken, refused := []string{}, error(nil)
	for n := x.cfg.AppsPorts.First; n > 0 && n <= x.cfg.AppsPorts.Last && ctx.Err() == nil; n++ {
		switch err := tryListen(net.JoinHostPort(name, strconv.Itoa(n))); {
		case errors.Is(err, syscall.EADDRINUSE) && !x.served && strconv.Itoa(n) != port:
			taken = append(taken, strconv.Itoa(n))
		case err != nil && !errors.Is(err, syscall.EADDRINUSE):
			refused = err
		}
	}
	if len(taken) > 0 {
		out = append(out, doctor.PortTaken.Bad(fmt.Sprintf("%d ports of XC_APPS_PORTS are taken", len(taken)), "by another program: "+listed(taken),
			"stop that program (ss -ltnp tells which it is), or choose other ports with XC_APPS_PORTS"))
	}
	if refused != nil {
		out = append(out, doctor.PortRefused.Bad("ports of XC_APPS_PORTS cannot be opened", refused.Error(), "choose ports above 1023 with XC_APPS_PORTS"))
	}
	return out, nil
}

// port tries one address.
func (x *examination) port(ctx context.Context, address, variable string) doctor.Finding {
	err := tryListen(address)
	switch {
	case err == nil:
		return doctor.PortOK.Good("the address "+address+" is free", "")
	case errors.Is(err, syscall.EADDRINUSE) && isAppZone(ctx, address) && x.served:
		return doctor.PortHost.Good("the host that has the data folder open answers at "+address, "")
	case errors.Is(err, syscall.EADDRINUSE) && isAppZone(ctx, address):
		return doctor.PortTaken.Bad("the address "+address+" is taken by another App Zone", "it has another data folder open than "+x.data,
			"stop that one, or choose another address with "+variable)
	case errors.Is(err, syscall.EADDRINUSE):
		return doctor.PortTaken.Bad("the address "+address+" is taken by another program", err.Error(),
			"stop that program (ss -ltnp tells which it is), or choose another address with "+variable)
	case errors.Is(err, fs.ErrPermission):
		return doctor.PortRefused.Bad("the address "+address+" may not be opened by this user", err.Error(),
			"choose a port above 1023 with "+variable+", or give the right: AmbientCapabilities=CAP_NET_BIND_SERVICE in the systemd unit")
	default:
		return doctor.PortRefused.Bad("the address "+address+" cannot be opened", err.Error(), "name an address of this machine with "+variable+", such as localhost:8080")
	}
}

// tryListen opens an address for a moment.
func tryListen(address string) error {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return ln.Close()
}

// isAppZone asks who listens there whether it is a host. Nothing of it is trusted, so that no certificate is asked for.
func isAppZone(ctx context.Context, address string) bool {
	name, port, _ := net.SplitHostPort(address)
	if ip, err := netip.ParseAddr(name); name == "" || (err == nil && ip.IsUnspecified()) {
		address = net.JoinHostPort(domainLocalhost, port)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // see above
	defer transport.CloseIdleConnections()
	for _, scheme := range []string{"http", "https"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/healthz", nil)
		if err != nil {
			return false
		}
		res, err := transport.RoundTrip(req)
		if err != nil {
			continue
		}
		var health struct{ Status string }
		err = json.NewDecoder(io.LimitReader(res.Body, 1<<10)).Decode(&health)
		_ = res.Body.Close()
		if err == nil && health.Status == "ok" {
			return true
		}
	}
	return false
}

// listed is a list that is not too long.
func listed(names []string) string {
	const most = 10
	text := ""
	for i, name := range names {
		if i == most {
			return fmt.Sprintf("%s and %d more", text, len(names)-most)
		}
		if i > 0 {
			text += ", "
		}
		text += name
	}
	return text
}
