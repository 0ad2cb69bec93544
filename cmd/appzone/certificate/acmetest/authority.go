package acmetest

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"
)

// Authority is one that checks names by TLS-ALPN-01.
type Authority struct {
	// Directory is the URL of its ACME directory, CAFile the PEM file of the certificate of that URL, and Directories the
	// same as a pool.
	Directory   string
	CAFile      string
	Directories *x509.CertPool
	// Root is what the certificates that it issues lead to.
	Root *x509.Certificate

	orders atomic.Int64
}

// Start starts an authority that finds every name at 127.0.0.1 and the port.
func Start(t *testing.T, port int) *Authority {
	t.Helper()
	t.Setenv("PEBBLE_VA_NOSLEEP", "1")
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{"default": {ValidityPeriod: uint64((90 * 24 * time.Hour).Seconds())}})
	front := wfe.New(quiet, store, va.New(quiet, 0, port, true, resolver(t), store), issuer, []string{"ca.example"}, true, false, 1, 1)
	a := &Authority{}
	handler := front.Handler()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "order-plz") {
			w = &counter{w, &a.orders}
		}
		handler.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = quiet
	server.StartTLS()
	t.Cleanup(server.Close)
	a.Directory, a.CAFile = server.URL+wfe.DirectoryPath, filepath.Join(t.TempDir(), "directory.pem")
	require.NoError(t, os.WriteFile(a.CAFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	a.Directories = x509.NewCertPool()
	a.Directories.AddCert(server.Certificate())
	var err error
	a.Root, err = x509.ParseCertificate(issuer.GetRootCert(0).DER)
	require.NoError(t, err)
	return a
}

// Orders is how many certificates were asked for.
func (a *Authority) Orders() int { return int(a.orders.Load()) }

// counter counts orders that were taken: Pebble refuses a part of all requests, which must then be made again.
type counter struct {
	http.ResponseWriter
	taken *atomic.Int64
}

// WriteHeader implements http.ResponseWriter.
func (c *counter) WriteHeader(status int) {
	if status == http.StatusCreated {
		c.taken.Add(1)
	}
	c.ResponseWriter.WriteHeader(status)
}

// resolver starts a DNS server and returns its address.
func resolver(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := &dns.Server{Listener: ln, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		if q.Question[0].Qtype == dns.TypeA {
			m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET}, A: net.IPv4(127, 0, 0, 1)}}
		}
		_ = w.WriteMsg(m)
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.ActivateAndServe() }()
	t.Cleanup(func() {
		_ = ln.Close()
		<-ended
	})
	return ln.Addr().String()
}
