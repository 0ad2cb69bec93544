package certificate_test

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/cmd/appzone/certificate"
	"appzone/cmd/appzone/certificate/acmetest"
)

// site is a listener with certificates of an authority.
type site struct {
	*testing.T
	ln        net.Listener
	authority *acmetest.Authority
	dir       string
	log       *journal
	roots     *x509.CertPool
}

func newSite(t *testing.T) *site {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &site{T: t, ln: ln, authority: acmetest.Start(t, ln.Addr().(*net.TCPAddr).Port), dir: filepath.Join(t.TempDir(), "acme"), log: &journal{}, roots: x509.NewCertPool()}
	s.roots.AddCert(s.authority.Root)
	t.Cleanup(func() { _ = ln.Close() })
	return s
}

func (s *site) auto(change ...func(*certificate.AutoOptions)) *certificate.Auto {
	s.Helper()
	o := certificate.AutoOptions{Names: []string{"zone.example.org", "www.example.org"}, Directory: s.authority.Directory, Roots: s.authority.Directories,
		Dir: s.dir, Email: "admin@example.org", Logger: s.log.logger()}
	for _, f := range change {
		f(&o)
	}
	a, err := certificate.NewAuto(o)
	require.NoError(s, err)
	return a
}

// serve shakes hands with everybody.
func (s *site) serve(a *certificate.Auto) {
	var running sync.WaitGroup
	running.Go(func() {
		ln := tls.NewListener(s.ln, a.Config())
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				_ = c.(*tls.Conn).Handshake()
				_ = c.Close()
			})
		}
	})
	s.Cleanup(func() {
		_ = s.ln.Close()
		running.Wait()
	})
}

// visit is a client's handshake; what it was shown must be valid for name.
func (s *site) visit(sni, name string) error {
	c, err := tls.Dial("tcp", s.ln.Addr().String(), &tls.Config{ServerName: sni, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"},
		VerifyConnection: func(state tls.ConnectionState) error {
			rest := x509.NewCertPool()
			for _, c := range state.PeerCertificates[1:] {
				rest.AddCert(c)
			}
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: name, Roots: s.roots, Intermediates: rest})
			return err
		}})
	if err != nil {
		return err
	}
	return c.Close()
}

func TestACertificateIsObtainedAtTheFirstHandshake(t *testing.T) {
	s := newSite(t)
	s.serve(s.auto(func(o *certificate.AutoOptions) {
		o.Also = func(name string) bool { return name == "clock.apps.example.org" }
	}))
	assert.Zero(t, s.authority.Orders())
	var visitors sync.WaitGroup
	for range 8 {
		visitors.Go(func() { assert.NoError(t, s.visit("zone.example.org", "zone.example.org")) })
	}
	visitors.Wait()
	assert.Equal(t, 1, s.authority.Orders(), "those who come together wait for one")
	assert.Equal(t, 1, s.log.count("certificate obtained"), s.log.text())
	assert.Contains(t, s.log.text(), "names=[zone.example.org]")

	require.NoError(t, s.visit("ZONE.example.org", "zone.example.org"))
	require.NoError(t, s.visit("", "zone.example.org"), "a probe by address")
	assert.Equal(t, 1, s.authority.Orders())
	require.NoError(t, s.visit("clock.apps.example.org", "clock.apps.example.org"), "a name that the host knows now")
	assert.Equal(t, 2, s.authority.Orders())

	for _, stranger := range []string{"evil.example", "clock.example.org", "zone.example.org.evil.example", "sub.zone.example.org", "other.apps.example.org", "localhost"} {
		require.Error(t, s.visit(stranger, stranger), stranger)
	}
	assert.Equal(t, 2, s.authority.Orders(), "strangers' names are not asked for")
	assert.Zero(t, s.log.count("level=ERROR"), "and are not worth a line: %s", s.log.text())
}

func TestCertificatesAreKeptInPrivate(t *testing.T) {
	s := newSite(t)
	s.serve(s.auto())
	require.NoError(t, s.visit("zone.example.org", "zone.example.org"))
	require.NoError(t, filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		assert.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
	assert.Equal(t, "zone.example.org", shown(t, s.auto().Config(), "zone.example.org"), "a host that starts again")
	assert.Equal(t, 1, s.authority.Orders())

	other := s.auto(func(o *certificate.AutoOptions) { o.Directory = "https://127.0.0.1:1/directory" })
	_, err := other.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "zone.example.org"})
	require.Error(t, err, "what one authority gave is not shown as another's")
}

// Authorities count failures: one that is known is not repeated for everybody who knocks.
func TestAFailureIsNamedOnceAndNotRepeated(t *testing.T) {
	s := newSite(t)
	require.NoError(t, s.ln.Close()) // the authority finds nobody
	a := s.auto()
	_, err := a.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "zone.example.org"})
	require.Error(t, err)
	asked := s.authority.Orders()
	require.Positive(t, asked)
	for range 5 {
		_, err := a.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "zone.example.org"})
		require.Error(t, err)
	}
	assert.Equal(t, asked, s.authority.Orders())
	assert.Equal(t, 1, s.log.count("certificate not obtained"), s.log.text())
	assert.Contains(t, s.log.text(), "retry_seconds=60")
	assert.Contains(t, s.log.text(), "Failed to connect", "the authority's reason")
	a.Reload()
	_, err = a.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "zone.example.org"})
	require.Error(t, err)
	assert.Equal(t, asked, s.authority.Orders(), "not even when asked, within a minute")
}

func TestAnAuthorityThatIsNotTrustedGetsNothing(t *testing.T) {
	s := newSite(t)
	a := s.auto(func(o *certificate.AutoOptions) { o.Roots = nil })
	_, err := a.Config().GetCertificate(&tls.ClientHelloInfo{ServerName: "zone.example.org"})
	require.ErrorContains(t, err, "certificate")
	assert.Contains(t, s.log.text(), "certificate authority not reached")
}

func TestOldCertificatesAreCleared(t *testing.T) {
	s := newSite(t)
	s.serve(s.auto())
	require.NoError(t, s.visit("zone.example.org", "zone.example.org"))
	kept, err := filepath.Glob(filepath.Join(s.dir, "*", "zone.example.org"))
	require.NoError(t, err)
	require.Len(t, kept, 1)
	cert, key := pair(t, "gone.example.org", time.Now().Add(-2*time.Hour), time.Now().Add(-time.Hour))
	gone := filepath.Join(filepath.Dir(kept[0]), "gone.example.org")
	write(t, gone, append(key, cert...))
	s.auto()
	_, err = os.Stat(gone)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = os.Stat(kept[0])
	require.NoError(t, err)
	account, err := filepath.Glob(filepath.Join(s.dir, "*", "acme_account*"))
	require.NoError(t, err)
	assert.Len(t, account, 1)
}

func TestTheFolderOfCertificatesIsBounded(t *testing.T) {
	s := newSite(t)
	a := s.auto()
	folders, err := filepath.Glob(filepath.Join(s.dir, "*"))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	for i := range 4096 {
		write(t, filepath.Join(folders[0], "file"+strconv.Itoa(i)), nil)
	}
	s.serve(a)
	require.NoError(t, s.visit("zone.example.org", "zone.example.org"), "it is served all the same")
	assert.Contains(t, s.log.text(), "certificate not kept")
}

// Renewals go on behind the visitors' backs. When they fail the log says why, and what is at stake.
func TestARenewalThatFailsIsAnnounced(t *testing.T) {
	s := newSite(t)
	a := s.auto(func(o *certificate.AutoOptions) { o.Directory = "https://127.0.0.1:1/directory" })
	folders, err := filepath.Glob(filepath.Join(s.dir, "*"))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	const day = 24 * time.Hour
	cert, key := pair(t, "zone.example.org", time.Now().Add(-85*day), time.Now().Add(5*day))
	write(t, filepath.Join(folders[0], "zone.example.org"), append(key, cert...))
	for range 3 {
		assert.Equal(t, "zone.example.org", shown(t, a.Config(), "zone.example.org"))
	}
	assert.Equal(t, 1, s.log.count("certificate expires soon"), s.log.text())
	assert.Eventually(t, func() bool { return s.log.count("certificate authority not reached") > 0 }, 10*time.Second, 20*time.Millisecond)

	cert, key = pair(t, "www.example.org", time.Now().Add(-3*day), time.Now().Add(2*day))
	write(t, filepath.Join(folders[0], "www.example.org"), append(key, cert...))
	assert.Equal(t, "www.example.org", shown(t, a.Config(), "www.example.org"))
	assert.Equal(t, 1, s.log.count("certificate expires soon"), "one of a short life is in time: %s", s.log.text())
}
