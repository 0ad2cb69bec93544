package egress_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/egress"
)

// Behind an organisation's proxy, names are the proxy's to look up; what is internal is reached directly all the same.
func TestPublicAddressesGoThroughTheProxy(t *testing.T) {
	address, port := echo(t)
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.Host+" "+r.Header.Get("Proxy-Authorization"))
		if strings.HasPrefix(r.Host, "closed.") {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		c, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = buffered.WriteString("HTTP/1.1 200 Connection established\r\n\r\nbanner\n")
		_ = buffered.Flush()
		_ = c.Close()
	}))
	defer proxy.Close()
	at, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://zone:pass@", 1))
	require.NoError(t, err)
	r := open(t, egress.Options{Policy: granting(t, "api.example.com:443", "closed.example.com:443", address), Proxy: at, Resolver: names{}})
	c, err := r.dial("api.example.com:443")
	require.NoError(t, err)
	greeting, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "banner\n", string(greeting))
	_, err = r.dial("closed.example.com:443")
	require.ErrorIs(t, err, syscall.EHOSTUNREACH)
	_, err = r.dial("other.example.com:443")
	require.ErrorIs(t, err, syscall.EACCES)
	_, err = r.dial("127.0.0.1:" + port)
	require.NoError(t, err)
	assert.Equal(t, []string{"CONNECT api.example.com:443 Basic em9uZTpwYXNz", "CONNECT closed.example.com:443 Basic em9uZTpwYXNz"}, asked)
}
