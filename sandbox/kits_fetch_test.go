//go:build !race

package sandbox_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKitsFetchThroughTheHost(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 4<<10)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/long":
			_, _ = io.WriteString(w, long)
		case "/slow":
			time.Sleep(700 * time.Millisecond)
			_, _ = io.WriteString(w, "waited")
		case "/missing":
			w.WriteHeader(http.StatusNotFound)
			_, _ = fmt.Fprintf(w, "no %q", r.RequestURI)
		}
	}))
	defer srv.Close()
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	require.NoError(t, err)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, closed, err := net.SplitHostPort(dead.Addr().String())
	require.NoError(t, err)
	require.NoError(t, dead.Close())
	names := []string{"peer.test", "other.test"}
	granted := []string{"peer.test:" + port, "gone.test:80", "127.0.0.1:" + port, "127.0.0.1:" + closed}

	eachKit(t, func(t *testing.T, p *plugin) {
		gate := p.grant(names, granted...)
		i := p.run()
		fetch := func(url_ string) (int, string) {
			res, body := i.ask("GET", "/fetch?url="+url.QueryEscape(url_), "")
			return res.StatusCode, body
		}
		for _, c := range []struct {
			url, want string
			status    int
		}{
			{srv.URL + "/missing?a=b", `{"status":404,"body":"no \"/missing?a=b\""}`, 200},
			{srv.URL + "/long", `{"status":200,"body":"` + long + `"}`, 200},
			{"http://peer.test:" + port + "/missing", `{"status":404,"body":"no \"/missing\""}`, 200},
			{"http://other.test:" + port + "/", `{"error":"EACCES"}`, 502},
			{"http://127.0.0.1:1/", `{"error":"EACCES"}`, 502},
			{"http://[::1]:" + port + "/", `{"error":"EACCES"}`, 502},
			{"http://169.254.169.254/", `{"error":"EACCES"}`, 502},
			{"http://gone.test/", `{"error":"ENOTFOUND"}`, 502},
			{"http://127.0.0.1:" + closed + "/", `{"error":"ECONNREFUSED"}`, 502},
		} {
			status, body := fetch(c.url)
			assert.Equal(t, c.status, status, "%s: %s", c.url, body)
			assert.JSONEq(t, c.want, body, c.url)
		}

		began := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			status, body := fetch(srv.URL + "/slow")
			assert.Equal(t, 200, status)
			assert.JSONEq(t, `{"status":200,"body":"waited"}`, body)
		})
		var quick int
		for time.Since(began) < 300*time.Millisecond {
			i.ask("GET", "/slow?ms=0", "")
			quick++
		}
		wg.Wait()
		assert.Greater(t, quick, 1, "others are answered while one fetches")
		uses, _ := gate.Uses()
		assert.NotEmpty(t, uses)
	})
}

func TestKitsWithoutAGrantReachNothing(t *testing.T) {
	eachKit(t, func(t *testing.T, p *plugin) {
		i := p.run()
		res, body := i.ask("GET", "/fetch?url=http://127.0.0.1:80/", "")
		assert.Equal(t, 502, res.StatusCode)
		assert.JSONEq(t, `{"error":"EACCES"}`, body)
	})
}
