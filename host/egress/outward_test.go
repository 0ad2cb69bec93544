package egress_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/egress"
)

// E2, E3, E6: what the host itself calls is judged by the address that is dialled; the machine's link is never called, by whatever way.
func TestTheHostItselfCallsWhatWasMeant(t *testing.T) {
	const denied, dialled = "denied", "dialled"
	for name, test := range map[string]struct{ url, addr, want string }{
		"a public name":                       {"http://hooks.example.com", "192.0.2.1", dialled},
		"a public name rebound to loopback":   {"https://hooks.example.com", "127.0.0.1", denied},
		"a public name rebound to metadata":   {"https://hooks.example.com", "169.254.169.254", denied},
		"metadata in disguise":                {"https://hooks.example.com", "::ffff:169.254.169.254", denied},
		"metadata translated":                 {"https://hooks.example.com", "64:ff9b::a9fe:a9fe", denied},
		"metadata translated otherwise":       {"https://hooks.example.com", "::ffff:0:169.254.169.254", denied},
		"metadata of other clouds":            {"https://hooks.example.com", "168.63.129.16", denied},
		"no host":                             {"http://hooks.example.com", "0.0.0.0", denied},
		"a public name at a private address":  {"http://hooks.example.com", "10.255.255.1", denied},
		"the same, proven by its certificate": {"https://hooks.example.com", "10.255.255.1", dialled},
		"a name of the house":                 {"http://pbx.corp", "10.255.255.1", dialled},
		"a name of the house at loopback":     {"http://pbx.corp", "127.0.0.1", denied},
		"a name of the house at metadata":     {"http://metadata.google.internal", "169.254.169.254", denied},
		"localhost":                           {"http://localhost:1", "127.0.0.1", dialled},
		"localhost with a dot":                {"http://localhost.:1", "127.0.0.1", dialled},
		"localhost that leads elsewhere":      {"http://localhost", "10.255.255.1", denied},
		"loopback as it is":                   {"http://127.0.0.1:1", "", dialled},
		"loopback in IPv6":                    {"http://[::1]:1", "", dialled},
		"mapped loopback":                     {"http://[::ffff:127.0.0.1]:1", "", dialled},
		"a private address as it is":          {"http://10.255.255.1", "", dialled},
		"metadata as it is":                   {"http://169.254.169.254/latest", "", denied},
		"metadata as it is, in IPv6":          {"http://[fe80::1]", "", denied},
		"a number":                            {"http://2130706433", "127.0.0.1", "malformed"},
		"octal":                               {"http://0177.0.0.1", "127.0.0.1", "malformed"},
		"no port":                             {"http://127.0.0.1:99999", "", "malformed"},
		"port 0":                              {"http://127.0.0.1:0", "", "malformed"},
		"a plugin":                            {"http://clock.appzone.internal", "", denied},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(test.url)
			require.NoError(t, err)
			out := egress.NewOutward(egress.OutwardOptions{Resolver: names{strings.TrimSuffix(u.Hostname(), "."): test.addr}})
			defer out.CloseIdleConnections()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, test.url, nil)
			require.NoError(t, err)
			got := out.Judge(req)
			switch test.want {
			case dialled:
				assert.NoError(t, got)
			case denied:
				assert.ErrorIs(t, got, syscall.EACCES)
			default:
				assert.ErrorIs(t, got, syscall.EINVAL)
			}
			if test.addr == "" || test.want == "malformed" { // which can be told at once
				checked := egress.CheckReceiver(u)
				assert.Equal(t, test.want == dialled, checked == nil, "%v", checked)
			}
		})
	}
}

// E2: the address that was judged is the one that is dialled, and a refusal is told as one.
func TestTheHostItselfIsRefusedByTheTransport(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	out := egress.NewOutward(egress.OutwardOptions{Resolver: names{"localhost": "127.0.0.1", "hooks.example.com": "127.0.0.1"}})
	defer out.CloseIdleConnections()
	for host, want := range map[string]error{"localhost": nil, "127.0.0.1": nil, "hooks.example.com": syscall.EACCES} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, (&url.URL{Scheme: "http", Host: host + ":" + port}).String(), nil)
		require.NoError(t, err)
		res, err := out.RoundTrip(req)
		if want == nil {
			require.NoError(t, err, host)
			require.NoError(t, res.Body.Close())
			continue
		}
		require.ErrorIs(t, err, want, host)
		var e *egress.Error
		require.True(t, errors.As(err, &e))
		assert.Contains(t, e.Message, "this machine")
	}
}

// What is public goes through the organisation's proxy, which looks the name up; what is inside does not.
func TestTheHostItselfUsesTheProxyForWhatIsPublic(t *testing.T) {
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.RequestURI)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer proxy.Close()
	at, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	out := egress.NewOutward(egress.OutwardOptions{Resolver: names{"localhost": "127.0.0.1"}, Proxy: at})
	defer out.CloseIdleConnections()
	for _, target := range []string{"http://hooks.example.com/x", "http://localhost:1/x"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, nil)
		require.NoError(t, err)
		_, err = out.RoundTrip(req) //nolint:bodyclose // there is none
		require.Error(t, err)
	}
	assert.Equal(t, []string{"CONNECT hooks.example.com:80"}, asked)
}

// What a proxy of the organisation says about its refusal is no word of a door of this host: it may be in JSON, too. One that cannot be reached is told
// as one.
func TestTheTroubleOfAProxyIsTold(t *testing.T) {
	refuses := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"code":"ECONNREFUSED","message":""}`))
	}))
	defer refuses.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for at, want := range map[string]egress.Error{
		refuses.URL: {Code: egress.Unreachable, Message: "the proxy answered 403 Forbidden"},
		gone.URL:    {Code: egress.Refused, Message: "connection refused"},
	} {
		proxy, err := url.Parse(at)
		require.NoError(t, err)
		out := egress.NewOutward(egress.OutwardOptions{Proxy: proxy})
		defer out.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://hooks.example.com/", nil)
		require.NoError(t, err)
		_, err = out.RoundTrip(req) //nolint:bodyclose // there is none
		var e *egress.Error
		require.ErrorAs(t, err, &e)
		want.Message = "connect to hooks.example.com:80 through the proxy: " + want.Message
		assert.Equal(t, want, *e)
	}
}

// D10, E5: who takes a connection and then says nothing, in the middle of TLS or as a proxy, is let go of, also when nobody waits for it any more.
func TestTheHostItselfLetsGoOfWhoSaysNothing(t *testing.T) {
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer mute.Close()
	proxy := &url.URL{Scheme: "http", Host: mute.Addr().String()}
	for name, c := range map[string]struct {
		url   string
		proxy *url.URL
	}{
		"in a handshake": {"https://" + mute.Addr().String(), nil},
		"as a proxy":     {"http://hooks.example.com", proxy},
	} {
		t.Run(name, func(t *testing.T) {
			out := egress.NewOutward(egress.OutwardOptions{Proxy: c.proxy, Patience: 50 * time.Millisecond})
			defer out.CloseIdleConnections()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, nil)
			require.NoError(t, err)
			ended := make(chan error, 1)
			go func() {
				_, err := out.RoundTrip(r) //nolint:bodyclose // there is none
				ended <- err
			}()
			conn, err := mute.Accept()
			require.NoError(t, err)
			defer conn.Close()
			cancel()
			require.Error(t, <-ended)
			require.NoError(t, conn.SetReadDeadline(time.Now().Add(20*time.Second)))
			_, err = io.Copy(io.Discard, conn)
			assert.NoError(t, err, "the connection is still open")
		})
	}
}
