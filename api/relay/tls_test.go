package relay_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/httpguard"
	"appzone/api/relay"
	"appzone/host"
)

// serveTLS is a host that speaks HTTPS, with the certificate of net/http/httptest.
func serveTLS(t *testing.T, up host.Upstream, change func(*relay.Options)) (addr string, client *tls.Config) {
	t.Helper()
	borrowed := httptest.NewTLSServer(nil)
	borrowed.Close()
	o := relay.Options{Acquire: func(context.Context, string) (host.Upstream, func(), error) { return up, nil, nil }}
	change(&o)
	r := relay.New(o)
	config := httpguard.Config()
	config.ErrorHandler = problem
	app := fiber.New(config)
	httpguard.Harden(app)
	app.Use(httpguard.Guard, func(c *fiber.Ctx) error { return r.Handle(c, "clock", prefix, identity) })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() {
		ended <- app.Listener(tls.NewListener(ln, &tls.Config{Certificates: borrowed.TLS.Certificates}))
	}()
	t.Cleanup(func() { r.Close(); _ = app.ShutdownWithTimeout(2 * time.Second); <-ended })
	roots := borrowed.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return ln.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "example.com"}
}

func TestTLSClients(t *testing.T) {
	left := make(chan struct{}, 1)
	echo := echoSocket(t)
	addr, config := serveTLS(t, httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/proto":
			_, _ = fmt.Fprint(w, r.Header.Get("X-Forwarded-Proto"))
		case "/wait":
			<-r.Context().Done()
			left <- struct{}{}
		}
	}), func(*relay.Options) {})
	t.Run("the plugin is told", func(t *testing.T) {
		c, err := tls.Dial("tcp", addr, config)
		require.NoError(t, err)
		defer func() { _ = c.Close() }()
		_, _ = io.WriteString(c, get("/proto", "Connection: close"))
		b, err := io.ReadAll(c)
		require.NoError(t, err)
		assert.Contains(t, string(b), "\r\n\r\nhttps")
	})
	t.Run("a client that leaves is noticed", func(t *testing.T) {
		c, err := tls.Dial("tcp", addr, config)
		require.NoError(t, err)
		_, _ = io.WriteString(c, get("/wait"))
		time.Sleep(20 * time.Millisecond)
		_ = c.Close()
		select {
		case <-left:
		case <-time.After(soon):
			t.Fatal("the plugin was not told")
		}
	})
	t.Run("sockets", func(t *testing.T) {
		addr, config := serveTLS(t, echo, func(*relay.Options) {})
		transport := &http.Transport{TLSClientConfig: config}
		defer transport.CloseIdleConnections()
		c, _, err := websocket.Dial(t.Context(), "wss://"+addr+prefix+"/", &websocket.DialOptions{HTTPClient: &http.Client{Transport: transport}})
		require.NoError(t, err)
		require.NoError(t, c.Write(t.Context(), websocket.MessageText, []byte("hello")))
		_, b, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.Equal(t, "hello", string(b))
		assert.NoError(t, c.Close(websocket.StatusNormalClosure, ""))
	})
}

func TestATrustedProxyTellsAboutTheClient(t *testing.T) {
	f := serve(t, echoHead(t), func(o *relay.Options) {
		o.Forwarded = func(*fiber.Ctx) relay.Forwarded {
			return relay.Forwarded{For: "192.0.2.1", Proto: "https", Host: "public.example"}
		}
	})
	_, got := f.raw(t, "GET", get("/"))
	assert.Contains(t, got, "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: public.example\r\n")
}
