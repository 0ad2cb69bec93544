//go:build !race

package sandbox_test

import (
	"database/sql"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"
	_ "github.com/microsoft/go-mssqldb" // the guest has it too; here it shows that the stand-in is understood
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/manifest"
	"appzone/sandbox"
)

// Drivers and clients run in the sandbox as they are, against servers on this machine: net/http over TLS with HTTP/1.1 and
// HTTP/2, go-mssqldb, x/crypto/ssh against OpenSSH, and a WebSocket client.
func TestDriversRunUnchanged(t *testing.T) {
	web := tlsServer(t)
	sql := sqlServer(t)
	shell := sshd(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()

	p := drivers(t, web)
	_, sqlPort, err := net.SplitHostPort(sql)
	require.NoError(t, err)
	webAddress := strings.TrimPrefix(web.URL, "https://")
	p.grant([]string{"db.test"}, webAddress, sql, "db.test:"+sqlPort, shell.address, silent.Addr().String())
	i := p.prepareAndRun()
	ask := func(path string, parameters ...string) (int, string) {
		values := url.Values{}
		for n := 0; n+1 < len(parameters); n += 2 {
			values.Set(parameters[n], parameters[n+1])
		}
		res, body := i.ask("GET", path+"?"+values.Encode(), "")
		return res.StatusCode, body
	}
	for _, c := range []struct {
		path       string
		parameters []string
		status     int
		want       string
	}{
		{"/http", []string{"url", web.URL + "/hello"}, 200, "HTTP/2.0 hello over TLS"},
		{"/http", []string{"url", "https://127.0.0.1:1/"}, 502, "ermission denied"},
		{"/websocket", []string{"url", web.URL + "/websocket", "text", "ping"}, 200, "ping"},
		{"/mssql", []string{"dsn", "sqlserver://sa:secret@127.0.0.1:" + sqlPort + "?encrypt=disable", "query", "SELECT 42"}, 200, "42"},
		{"/mssql", []string{"dsn", "sqlserver://sa:secret@db.test:" + sqlPort + "?encrypt=disable", "host", "db.test", "query", "SELECT 43"}, 200, "43"},
		{"/mssql", []string{"dsn", "sqlserver://sa:secret@127.0.0.1:1?encrypt=disable", "query", "SELECT 44"}, 502, "ermission denied"},
		{"/ssh", []string{"address", shell.address, "user", shell.user, "key", shell.key, "hostkey", shell.hostKey, "command", "echo from $((6*7))"}, 200, "from 42\n"},
		{"/ssh", []string{"address", shell.address, "user", shell.user, "key", shell.key, "hostkey", newKey(t).public, "command", "true"}, 502, "host key mismatch"},
		{"/deadline", []string{"address", silent.Addr().String()}, 200, silent.Addr().String() + "; dial tcp " + silent.Addr().String() + ": context canceled"},
	} {
		status, body := ask(c.path, c.parameters...)
		assert.Equal(t, c.status, status, "%s: %s", c.path, body)
		assert.Contains(t, body, c.want, c.path)
	}
}

// JavaScript trusts the configured certificates as every guest does, and no others.
func TestFetchTrustsConfiguredCertificates(t *testing.T) {
	web := tlsServer(t)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.Chmod(filepath.Dir(ca), 0o755))
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o644))
	for file, want := range map[string]string{ca: "hello over TLS", "": "Error: fetch failed: x509: certificate signed by unknown authority"} {
		p := scriptWith(t, sandbox.Options{CAFile: file}, map[string]string{"app/plugin.js": `export default { async fetch() {
			try { return new Response(await (await fetch("` + web.URL + `")).text()); } catch (e) { return new Response(String(e)); }
		} };`})
		p.staged.Egress = true
		p.grant(nil, strings.TrimPrefix(web.URL, "https://"))
		_, body := p.prepareAndRun().ask("GET", "/", "")
		assert.Equal(t, want, body)
	}
}

// drivers is a plugin of the guest with the drivers, which trusts the server's certificate.
func drivers(t *testing.T, trusted *httptest.Server) *plugin {
	t.Helper()
	code := guest(t, "drivers")
	base := t.TempDir()
	p := stageIn(t, base, sandbox.Options{CAFile: filepath.Join(base, "ca.pem")}, code,
		func(m *manifest.Manifest) { m.Parameters.Limits.MemoryMB = 128 })
	p.staged.Egress = true
	p.write("ca.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: trusted.Certificate().Raw}))
	return p
}

// tlsServer speaks HTTP/1.1 and HTTP/2, and echoes on a WebSocket.
func tlsServer(t *testing.T) *httptest.Server {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/websocket" {
			_, _ = io.WriteString(w, "hello over TLS")
			return
		}
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		kind, b, err := c.Read(r.Context())
		if err == nil && c.Write(r.Context(), kind, b) == nil {
			_, _, _ = c.Read(r.Context()) // until the client closes
		}
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

// The stand-in for SQL Server is one for the driver outside of the sandbox as well.
func TestSQLStandInIsUnderstood(t *testing.T) {
	db, err := sql.Open("sqlserver", "sqlserver://sa:secret@"+sqlServer(t)+"?encrypt=disable")
	require.NoError(t, err)
	defer db.Close()
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT 7").Scan(&n))
	assert.Equal(t, 7, n)
}
