package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"appzone/cmd/appzone/certificate"
)

// listen opens the address.
func listen(cfg config) (net.Listener, error) {
	ln, err := net.Listen("tcp", cfg.Addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("address %s is taken by another program; stop that one, or choose another address with XC_ADDR", cfg.Addr)
	}
	if err != nil {
		return nil, fmt.Errorf("address %s cannot be opened; check XC_ADDR: %w", cfg.Addr, err)
	}
	return ln, nil
}

// certificates is where those of the listener come from.
type certificates interface {
	Config() *tls.Config
	// Watch does what has to be done from time to time, until ctx ends.
	Watch(ctx context.Context)
	// Reload is what SIGHUP asks for.
	Reload()
}

// openCertificates finds the certificates that the configuration names, nil for none.
func openCertificates(cfg config, log *slog.Logger) (certificates, error) {
	if cfg.TLSCert == "" {
		return nil, nil
	}
	files, err := certificate.ReadFiles(cfg.TLSCert, cfg.TLSKey, log)
	if err != nil {
		return nil, fmt.Errorf("certificate of XC_TLS_CERT and XC_TLS_KEY: %w", err)
	}
	return files, nil
}

// reloadOnHangup reloads for each SIGHUP until ctx ends. A host that was started on a terminal and has lost it stops instead,
// as it would without certificates.
func reloadOnHangup(ctx context.Context, out io.Writer, reload, stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	defer signal.Stop(signals)
	onTerminal := isTerminal(out)
	for {
		select {
		case <-ctx.Done():
			return
		case <-signals:
			if onTerminal && !isTerminal(out) {
				stop()
				return
			}
			reload()
		}
	}
}
