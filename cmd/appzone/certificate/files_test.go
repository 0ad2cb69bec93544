package certificate_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/cmd/appzone/certificate"
)

const year = 365 * 24 * time.Hour

// onDisk is a pair in files that is watched, in a bubble of synctest.
type onDisk struct {
	*testing.T
	cert, key string
	age       time.Duration
	files     *certificate.Files
	log       *journal
}

// watched writes a pair for name, of a certificate that is an hour old or as old as said, and watches it until the test ends.
func watched(t *testing.T, name string, life time.Duration, age ...time.Duration) *onDisk {
	t.Helper()
	dir := t.TempDir()
	d := &onDisk{T: t, cert: filepath.Join(dir, "cert.pem"), key: filepath.Join(dir, "key.pem"), log: &journal{}, age: append(age, time.Hour)[0]}
	d.renew(name, life)
	var err error
	d.files, err = certificate.ReadFiles(d.cert, d.key, d.log.logger())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { d.files.Watch(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return d
}

func (d *onDisk) renew(name string, life time.Duration) {
	d.Helper()
	cert, key := pair(d.T, name, time.Now().Add(-d.age), time.Now().Add(life))
	write(d.T, d.cert, cert)
	write(d.T, d.key, key)
}

func (d *onDisk) shows() string {
	d.Helper()
	return shown(d.T, d.files.Config())
}

func TestAChangedPairIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := watched(t, "old.example.org", year)
		time.Sleep(time.Hour + time.Second)
		assert.Equal(t, 1, d.log.count("certificate read"), "what has not changed is not read")
		assert.Contains(t, d.log.text(), "names=[old.example.org]")
		assert.Contains(t, d.log.text(), "expires=2000-12-31T00:00:00Z")
		d.renew("new.example.org", year)
		assert.Equal(t, "old.example.org", d.shows())
		time.Sleep(10 * time.Second)
		assert.Equal(t, "new.example.org", d.shows())
		assert.Equal(t, 2, d.log.count("certificate read"))
	})
}

// Tools such as certbot and volumes of Kubernetes turn a link.
func TestAPairBehindALinkIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for _, name := range []string{"one", "two"} {
			require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
			cert, key := pair(t, name+".example.org", time.Now(), time.Now().Add(year))
			write(t, filepath.Join(dir, name, "cert.pem"), cert)
			write(t, filepath.Join(dir, name, "key.pem"), key)
		}
		link := filepath.Join(dir, "live")
		require.NoError(t, os.Symlink("one", link))
		var log journal
		files, err := certificate.ReadFiles(filepath.Join(link, "cert.pem"), filepath.Join(link, "key.pem"), log.logger())
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go files.Watch(ctx)
		require.NoError(t, os.Symlink("two", link+".new"))
		require.NoError(t, os.Rename(link+".new", link))
		time.Sleep(10 * time.Second)
		assert.Equal(t, "two.example.org", shown(t, files.Config()))
	})
}

func TestABrokenPairLeavesTheOldOne(t *testing.T) {
	for name, damage := range map[string]func(t *testing.T, d *onDisk){
		"half of the certificate": func(t *testing.T, d *onDisk) {
			cert, err := os.ReadFile(d.cert)
			require.NoError(t, err)
			write(t, d.cert, cert[:len(cert)/2])
		},
		"an empty key": func(t *testing.T, d *onDisk) { write(t, d.key, nil) },
		"no key":       func(t *testing.T, d *onDisk) { require.NoError(t, os.Remove(d.key)) },
		"a folder": func(t *testing.T, d *onDisk) {
			require.NoError(t, os.Remove(d.cert))
			require.NoError(t, os.Mkdir(d.cert, 0o700))
			t.Cleanup(func() { _ = os.Remove(d.cert) })
		},
		"the key of another one": func(t *testing.T, d *onDisk) {
			_, key := pair(t, "other.example.org", time.Now(), time.Now().Add(year))
			write(t, d.key, key)
		},
		"a large file": func(t *testing.T, d *onDisk) { require.NoError(t, os.Truncate(d.cert, 2<<20)) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := watched(t, "old.example.org", year)
				damage(t, d)
				time.Sleep(61 * time.Second) // between two looks
				assert.Equal(t, "old.example.org", d.shows())
				assert.Equal(t, 1, d.log.count("certificate not read"), "once for each change: %s", d.log.text())
				assert.NotContains(t, d.log.text(), "PRIVATE KEY", "H8")
				_ = os.Remove(d.cert)
				d.renew("new.example.org", year)
				time.Sleep(10 * time.Second)
				assert.Equal(t, "new.example.org", d.shows())
				assert.Equal(t, 1, d.log.count("certificate not read"))
			})
		})
	}
}

func TestAPairThatIsBrokenAtTheStartIsAnError(t *testing.T) {
	dir := t.TempDir()
	var log journal
	_, err := certificate.ReadFiles(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), log.logger())
	require.ErrorContains(t, err, "cert.pem")
	cert, _ := pair(t, "a.example.org", time.Now(), time.Now().Add(year))
	_, key := pair(t, "b.example.org", time.Now(), time.Now().Add(year))
	write(t, filepath.Join(dir, "cert.pem"), cert)
	write(t, filepath.Join(dir, "key.pem"), key)
	_, err = certificate.ReadFiles(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), log.logger())
	require.ErrorContains(t, err, "does not match")
}

func TestReloadReadsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := watched(t, "old.example.org", year)
		d.renew("new.example.org", year)
		d.files.Reload()
		assert.Equal(t, "new.example.org", d.shows())
		d.files.Reload()
		assert.Equal(t, 3, d.log.count("certificate read"), "who asks is answered")
		require.NoError(t, os.Remove(d.key))
		d.files.Reload()
		d.files.Reload()
		assert.Equal(t, 2, d.log.count("certificate not read"))
	})
}

func TestTheEndOfACertificateIsAnnounced(t *testing.T) {
	const day = 24 * time.Hour
	for name, c := range map[string]struct {
		age, life, wait time.Duration
		says            string
		times           int
	}{
		"far away":                   {year, 20 * day, 5 * day, "expires soon", 0},
		"within 14 days, every day":  {year, 15 * day, 4*day - time.Minute, "expires soon", 3},
		"within 14 days when read":   {year, 13 * day, 0, "expires soon", 1},
		"a short life":               {0, 7 * day, 0, "expires soon", 1},
		"over when it is read":       {year, -time.Minute, time.Minute, "has expired", 1},
		"over for days":              {year, -time.Minute, 2*day + time.Minute, "has expired", 3},
		"over while the host serves": {time.Hour, 6 * time.Hour, 30 * time.Hour, "has expired", 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := watched(t, "zone.example.org", c.life, c.age)
				time.Sleep(c.wait)
				assert.Equal(t, c.times, d.log.count(c.says), d.log.text())
			})
		})
	}
}

func TestACertificateOfTheFutureIsAnnounced(t *testing.T) {
	dir := t.TempDir()
	cert, key := pair(t, "zone.example.org", time.Now().Add(time.Hour), time.Now().Add(year))
	write(t, filepath.Join(dir, "cert.pem"), cert)
	write(t, filepath.Join(dir, "key.pem"), key)
	var log journal
	_, err := certificate.ReadFiles(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), log.logger())
	require.NoError(t, err)
	assert.Contains(t, log.text(), "not valid yet")
}

// A connection that is open goes on with the certificate that it began with; the next one gets the new one.
func TestOpenConnectionsOutliveTheirCertificate(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	renew := func(name string) *x509.CertPool {
		cert, key := pair(t, name, time.Now().Add(-time.Hour), time.Now().Add(year))
		write(t, certFile, cert)
		write(t, keyFile, key)
		pool := x509.NewCertPool()
		require.True(t, pool.AppendCertsFromPEM(cert))
		return pool
	}
	oldPool := renew("zone.example.org")
	var log journal
	files, err := certificate.ReadFiles(certFile, keyFile, log.logger())
	require.NoError(t, err)
	open := func(pool *x509.CertPool) (client, server *tls.Conn, err error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _, _ = near.Close(), far.Close() })
		client, server = tls.Client(near, &tls.Config{RootCAs: pool, ServerName: "zone.example.org", NextProtos: []string{"h2", "http/1.1"}}), tls.Server(far, files.Config())
		go func() { _ = server.Handshake() }()
		return client, server, client.Handshake()
	}
	client, server, err := open(oldPool)
	require.NoError(t, err)
	assert.Equal(t, "http/1.1", client.ConnectionState().NegotiatedProtocol)
	newPool := renew("zone.example.org")
	var reloads sync.WaitGroup
	for range 4 { // beside handshakes, for the race detector
		reloads.Go(files.Reload)
		_, _, _ = open(newPool)
	}
	reloads.Wait()
	_, _, err = open(newPool)
	require.NoError(t, err)
	_, _, err = open(oldPool)
	require.Error(t, err)
	go func() { _, _ = server.Write([]byte("still here")) }()
	b := make([]byte, 10)
	_, err = client.Read(b)
	require.NoError(t, err)
	assert.Equal(t, "still here", string(b))
}
