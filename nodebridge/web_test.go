package nodebridge_test

import (
	"context"
	"crypto/tls"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// web answers as the programs of testdata expect.
func web(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto+" "+r.URL.Path) })
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		_, _ = w.Write(body)
	})
	mux.HandleFunc("/never", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.HandleFunc("/ws", func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer c.CloseNow()
		kind, message, err := c.Read(context.WithoutCancel(r.Context()))
		if err == nil {
			_ = c.Write(r.Context(), kind, append([]byte("echo "), message...))
			_, _, _ = c.Read(r.Context())
		}
	})
	return mux
}

// secure serves by TLS with a certificate of the test's own, and returns the address and a file with the certificate.
func secure(t *testing.T, protocols ...string) (address, ca string) {
	t.Helper()
	s := httptest.NewUnstartedServer(web(t))
	s.EnableHTTP2 = len(protocols) > 0
	s.TLS = &tls.Config{NextProtos: protocols}
	s.StartTLS()
	t.Cleanup(s.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o644))
	return s.Listener.Addr().String(), ca
}

// Clients of the web behave as those of the same program on the machine's own network.
func TestWebClientsThroughTheEgress(t *testing.T) {
	plain := httptest.NewServer(web(t))
	defer plain.Close()
	address, ca := secure(t)
	second, _ := secure(t, "h2") // with the same certificate
	closed := nobody(t)
	env := []string{"WEB=" + plain.Listener.Addr().String(), "TLS=" + address, "H2=" + second, "CLOSED=" + closed, "CA=" + ca, "NODE_EXTRA_CA_CERTS=" + ca, "NODE_NO_WARNINGS=1"}
	want := answers(bare(t, "net-web.js", env...))
	for name, result := range want {
		require.NotContains(t, result, "failed: ", name)
	}
	out := grant(t, nil, plain.Listener.Addr().String(), address, second, closed)
	j := walledWith(t, "net-web.js", out, show(t, ca), env...)
	j.expect(t, want)
}

func TestManyConnectionsAndMuchData(t *testing.T) {
	greeter := serveTCP(t, greet)
	j := walled(t, "net-load.js", grant(t, nil, greeter), "GREETER="+greeter)
	j.expect(t, map[string]string{"at once": "[200,true]", "both ways": "[true,true,true]"})
}
