package certificate

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// lookEvery is how often [Files.Watch] looks at the files.
const lookEvery = 5 * time.Second

// fileMax bounds a file: a chain and its key are a few kilobytes.
const fileMax = 1 << 20

// Files is a certificate chain and its key, two PEM files. When they change they are read again, for new connections; those
// that are open go on. What cannot be read leaves the certificate as it was.
type Files struct {
	cert, key string
	log       *slog.Logger
	current   atomic.Pointer[tls.Certificate]

	mu sync.Mutex // guards what follows, and is held while the files are read
	// seen is how the files were when they were read last, failure why they could not be, "" if they could.
	seen    [2]os.FileInfo
	failure string
	// warned is when the log said last that the certificate ends.
	warned time.Time
}

// ReadFiles reads the pair, which must be there and fit together. log gets what happens to it later.
func ReadFiles(cert, key string, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, log: log}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.read(f.stat()); err != nil {
		return nil, err
	}
	return f, nil
}

// Config is what a listener needs to serve the certificate.
func (f *Files) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{protoHTTP}, GetCertificate: f.get}
}

// protoHTTP is the protocol inside of TLS.
const protoHTTP = "http/1.1"

func (f *Files) get(*tls.ClientHelloInfo) (*tls.Certificate, error) { return f.current.Load(), nil }

// Watch looks at the files every 5 seconds until ctx ends. Once a day it warns of a certificate that ends soon.
func (f *Files) Watch(ctx context.Context) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			f.look()
		}
	}
}

// Reload reads the files now, changed or not, and says what came of it.
func (f *Files) Reload() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failure = ""
	f.tryRead(f.stat())
}

// look reads the files if they have changed, or could not be read before, and repeats the warning of the day.
func (f *Files) look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.stat(); f.failure != "" || !same(now, f.seen) {
		f.tryRead(now)
		return
	}
	if now := time.Now(); now.Sub(f.warned) >= warnAgain {
		f.warn(f.current.Load().Leaf, now)
	}
}

// tryRead reads the files, or logs why not: once for each change and each reason.
func (f *Files) tryRead(now [2]os.FileInfo) {
	changed := !same(now, f.seen)
	err := f.read(now)
	if err == nil || (err.Error() == f.failure && !changed) {
		return
	}
	f.failure = err.Error()
	f.log.Error("certificate not read; the one before stays in use", "cert", f.cert, "key", f.key, "error", err)
}

// read takes the files, which were as now before, into use.
func (f *Files) read(now [2]os.FileInfo) error {
	f.seen = now
	pair, err := load(f.cert, f.key)
	if err != nil {
		return err
	}
	f.failure = ""
	f.current.Store(pair)
	f.log.Info("certificate read", attributes(pair.Leaf)...)
	f.warn(pair.Leaf, time.Now())
	return nil
}

func (f *Files) warn(leaf *x509.Certificate, now time.Time) {
	if warn(f.log, leaf, now, warnWithin) {
		f.warned = now
	}
}

// stat is how the files are, nil for one that cannot be looked at. Links are followed: tools that renew certificates turn them.
func (f *Files) stat() (now [2]os.FileInfo) {
	for i, name := range []string{f.cert, f.key} {
		now[i], _ = os.Stat(name)
	}
	return now
}

// same tells whether nothing has changed. A file that was put in another's place may have its time and size.
func same(a, b [2]os.FileInfo) bool {
	for i := range a {
		if (a[i] == nil) != (b[i] == nil) {
			return false
		}
		if a[i] != nil && (!os.SameFile(a[i], b[i]) || a[i].Size() != b[i].Size() || !a[i].ModTime().Equal(b[i].ModTime())) {
			return false
		}
	}
	return true
}

// load reads a pair. Its errors name files and never hold what is in them.
func load(cert, key string) (*tls.Certificate, error) {
	chain, err := readFile(cert)
	if err != nil {
		return nil, err
	}
	private, err := readFile(key)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(chain, private)
	if err != nil {
		return nil, fmt.Errorf("%s and %s: %w", cert, key, err)
	}
	return &pair, nil
}

// readFile reads a file that is no larger than a certificate can be.
func readFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > fileMax {
		return nil, fmt.Errorf("%s: %w", name, errNoPEM)
	}
	return os.ReadFile(name)
}

var errNoPEM = errors.New("is no file of certificates (PEM), or larger than 1 MiB")
