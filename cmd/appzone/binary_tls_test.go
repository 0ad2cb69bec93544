package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// certificate makes a certificate for 127.0.0.1, and a client that trusts it alone.
func certificate(t *testing.T) (certFile, keyFile string, client *http.Client) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	certFile, keyFile = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	pool := x509.NewCertPool()
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	pool.AddCert(cert)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return certFile, keyFile, &http.Client{Transport: transport}
}

func TestHTTPS(t *testing.T) {
	cert, key, client := certificate(t)
	address := freeAddress(t)
	b := launch(t, filepath.Join(t.TempDir(), "data"), address, "XC_TLS_CERT="+cert, "XC_TLS_KEY="+key, "XC_ADMIN_PASSWORD=only for the test")
	var res *http.Response
	require.Eventually(t, func() bool {
		var err error
		res, err = client.Post("https://"+address+"/api/v1/session", "application/json", bytes.NewReader([]byte(`{"username":"admin","password":"only for the test"}`)))
		return err == nil
	}, 30*time.Second, 50*time.Millisecond, "%s", b.text())
	_ = res.Body.Close()
	require.Equal(t, 204, res.StatusCode)
	require.Len(t, res.Cookies(), 1)
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
