package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/cmd/appzone/certificate/acmetest"
)

// tlsFiles are the files of a certificate for 127.0.0.1.
type tlsFiles struct{ cert, key string }

func newTLSFiles(t *testing.T) tlsFiles {
	t.Helper()
	dir := t.TempDir()
	return tlsFiles{filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")}
}

// renew writes a new certificate, and returns a client that trusts it alone.
func (f tlsFiles) renew(t *testing.T) *http.Client {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(f.cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(f.key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return trusting(t, cert)
}

// trusting is a client that trusts certificates of the root alone.
func trusting(t *testing.T, root *x509.Certificate) *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(root)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestHTTPS(t *testing.T) {
	files := newTLSFiles(t)
	client := files.renew(t)
	address := freeAddress(t)
	b := launch(t, filepath.Join(t.TempDir(), "data"), address, "XC_TLS_CERT="+files.cert, "XC_TLS_KEY="+files.key, "XC_ADMIN_PASSWORD=only for the test")
	var res *http.Response
	require.Eventually(t, func() bool {
		var err error
		res, err = client.Post("https://"+address+"/api/v1/session", "application/json", bytes.NewReader([]byte(`{"username":"admin","password":"only for the test"}`)))
		return err == nil
	}, 30*time.Second, 50*time.Millisecond, "%s", b.text())
	_ = res.Body.Close()
	require.Equal(t, 204, res.StatusCode)
	require.Len(t, res.Cookies(), 2)
	assert.True(t, res.Cookies()[0].Secure)
	assert.True(t, strings.HasPrefix(res.Cookies()[0].Name, "__Host-"))
	assert.NotEmpty(t, res.Header.Get("Strict-Transport-Security"))

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/api/v1/me", nil)
	require.NoError(t, err)
	req.AddCookie(&http.Cookie{Name: res.Cookies()[0].Name, Value: res.Cookies()[0].Value})
	me, err := client.Do(req)
	require.NoError(t, err)
	_ = me.Body.Close()
	assert.Equal(t, 200, me.StatusCode)
	b.terminate()
}

func TestANewCertificateNeedsNoRestart(t *testing.T) {
	files := newTLSFiles(t)
	client := files.renew(t)
	address := freeAddress(t)
	b := launch(t, filepath.Join(t.TempDir(), "data"), address, "XC_TLS_CERT="+files.cert, "XC_TLS_KEY="+files.key)
	answers := func(c *http.Client) (reused bool, err error) {
		trace := &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }}
		req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), http.MethodGet, "https://"+address+"/healthz", nil)
		require.NoError(t, err)
		res, err := c.Do(req)
		if err != nil {
			return false, err
		}
		_, _ = io.Copy(io.Discard, res.Body)
		return reused, res.Body.Close()
	}
	eventually := func(c *http.Client) {
		t.Helper()
		require.Eventually(t, func() bool { _, err := answers(c); return err == nil }, 30*time.Second, 50*time.Millisecond, "%s", b.text())
	}
	eventually(client)

	renewed := files.renew(t)
	require.NoError(t, b.cmd.Process.Signal(syscall.SIGHUP))
	eventually(renewed)
	reused, err := answers(client)
	require.NoError(t, err)
	assert.True(t, reused, "a connection that was open goes on")

	again := files.renew(t)
	eventually(again) // without a signal
	require.NoError(t, os.WriteFile(files.key, []byte("half of a"), 0o600))
	require.NoError(t, b.cmd.Process.Signal(syscall.SIGHUP))
	require.Eventually(t, func() bool { return strings.Contains(b.text(), "certificate not read") }, 30*time.Second, 50*time.Millisecond)
	again.CloseIdleConnections()
	reused, err = answers(again)
	require.NoError(t, err)
	assert.False(t, reused)
	b.terminate()
}

func TestACertificateOfAnAuthority(t *testing.T) {
	address := freeAddress(t)
	port, err := strconv.Atoi(address[strings.LastIndexByte(address, ':')+1:])
	require.NoError(t, err)
	authority := acmetest.Start(t, port)
	data := filepath.Join(t.TempDir(), "data")
	env := []string{"XC_TLS_AUTOCERT=zone.example.org", "XC_TLS_AUTOCERT_EMAIL=admin@example.org", "XC_TLS_AUTOCERT_DIRECTORY=" + authority.Directory,
		"XC_CA_FILE=" + authority.CAFile, "XC_ADMIN_PASSWORD=only for the test"}
	client := trusting(t, authority.Root)
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	visit := func(b *binary) {
		t.Helper()
		require.Eventually(t, func() bool {
			res, err := client.Post("https://zone.example.org/api/v1/session", "application/json", strings.NewReader(`{"username":"admin","password":"only for the test"}`))
			if err != nil {
				return false
			}
			defer res.Body.Close()
			return res.StatusCode == 204 && res.Header.Get("Strict-Transport-Security") != "" && strings.HasPrefix(res.Cookies()[0].Name, "__Host-")
		}, 60*time.Second, 100*time.Millisecond, "%s", b.text())
		b.terminate()
		client.CloseIdleConnections()
	}
	b := launch(t, data, address, env...)
	visit(b)
	assert.Equal(t, 1, authority.Orders())
	assert.Contains(t, b.text(), "certificate obtained")
	visit(launch(t, data, address, env...))
	assert.Equal(t, 1, authority.Orders(), "a host that starts again has it")
}
