package egress_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"appzone/host/egress"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a gate with one door.
type rig struct {
	t      *testing.T
	gate   *egress.Gate
	door   *egress.Door
	socket string

	mu     sync.Mutex // guards what follows
	denied []egress.Use
}

func open(t *testing.T, o egress.Options) *rig {
	t.Helper()
	r := &rig{t: t, socket: filepath.Join(t.TempDir(), "s")}
	o.Denied = func(u egress.Use, _ *egress.Error) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.denied = append(r.denied, u)
	}
	r.gate = egress.New(o)
	l, err := net.Listen("unix", r.socket)
	require.NoError(t, err)
	r.door = r.gate.Open(l)
	t.Cleanup(r.door.Close)
	return r
}

func (r *rig) dial(address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	c, err := egress.Dial(ctx, r.socket, address)
	if err == nil {
		r.t.Cleanup(func() { _ = c.Close() })
		require.NoError(r.t, c.SetDeadline(time.Now().Add(20*time.Second)))
	}
	return c, err
}

// raw sends text as it is and returns all that is answered.
func (r *rig) raw(text string) string {
	c, err := net.Dial("unix", r.socket)
	require.NoError(r.t, err)
	defer c.Close()
	require.NoError(r.t, c.SetDeadline(time.Now().Add(20*time.Second)))
	_, err = io.WriteString(c, text)
	require.NoError(r.t, err)
	answer, err := io.ReadAll(c)
	require.NoError(r.t, err)
	return string(answer)
}

func (r *rig) use(target string) egress.Use {
	uses, _ := r.gate.Uses()
	for _, u := range uses {
		if u.Target == target {
			return u
		}
	}
	return egress.Use{}
}

// echo is a TCP server that greets, and sends back what comes until its end.
func echo(t *testing.T) (address string, port string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() {
				defer c.Close()
				_, _ = io.WriteString(c, "hello\n")
				_, _ = io.Copy(c, c)
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		open.Wait()
	})
	_, port, err = net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	return l.Addr().String(), port
}

// names is a resolver of a few names.
type names map[string]string

func (n names) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	text, ok := n[strings.TrimSuffix(host, ".")]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	var out []netip.Addr
	for _, f := range strings.Fields(text) {
		if a := netip.MustParseAddr(f); network == "ip" || a.Is4() == (network == "ip4") {
			out = append(out, a)
		}
	}
	return out, nil
}

func TestAConnectionCarriesBothWays(t *testing.T) {
	address, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address)})
	c, err := r.dial(address)
	require.NoError(t, err)
	in := bufio.NewReader(c)
	greeting, err := in.ReadString('\n')
	require.NoError(t, err)
	assert.Equal(t, "hello\n", greeting)

	const size = 16 << 20
	go func() {
		_, _ = io.CopyN(c, zeros{}, size)
		_ = c.(interface{ CloseWrite() error }).CloseWrite()
	}()
	n, err := io.Copy(io.Discard, in)
	require.NoError(t, err)
	assert.EqualValues(t, size, n, "everything came back, and then the end")

	require.Eventually(t, func() bool { return r.use(address).BytesIn > 0 }, 10*time.Second, time.Millisecond)
	u := r.use(address)
	assert.EqualValues(t, 1, u.Connections)
	assert.EqualValues(t, size, u.BytesOut)
	assert.EqualValues(t, size+6, u.BytesIn)
	assert.Equal(t, address, u.Pattern)
	assert.Equal(t, address, u.Address)
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestWhyThereIsNoConnection(t *testing.T) {
	address, port := echo(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := closed.Addr().String()
	require.NoError(t, closed.Close())
	r := open(t, egress.Options{
		Policy:   granting(t, address, nobody, "api.example.com:"+port, "gone.example.com:80", "rebound.example.com:"+port, "localhost:"+port),
		Resolver: names{"api.example.com": "127.0.0.1", "rebound.example.com": "::ffff:169.254.169.254 169.254.169.254"},
	})
	for name, test := range map[string]struct {
		address string
		want    error
	}{
		"granted":              {address, nil},
		"granted by name":      {"localhost:" + port, nil},
		"nobody listens":       {nobody, syscall.ECONNREFUSED},
		"another port":         {"127.0.0.1:1", syscall.EACCES},
		"an unknown name":      {"gone.example.com:80", syscall.ENOENT},
		"a name not granted":   {"other.example.com:80", syscall.EACCES},
		"malformed":            {"0x7f.1:80", syscall.EINVAL},
		"a plugin not granted": {"inbox.appzone.internal:80", syscall.EACCES},
		"a rebound name":       {"rebound.example.com:" + port, syscall.EACCES},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.dial(test.address)
			if test.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, test.want)
			var e *egress.Error
			require.ErrorAs(t, err, &e)
			assert.NotEmpty(t, e.Message)
		})
	}
	c, err := r.dial("api.example.com:" + port) // its address is granted besides
	require.NoError(t, err)
	_ = c.Close()
	assert.Equal(t, []string{"api.example.com:" + port, address}, r.use("api.example.com:"+port).Needs())
}

func TestDenialsAreCountedAndTold(t *testing.T) {
	r := open(t, egress.Options{Policy: granting(t, "192.0.2.1:80")})
	for range 25 {
		_, err := r.dial("192.0.2.2:80")
		require.ErrorIs(t, err, syscall.EACCES)
	}
	assert.EqualValues(t, 25, r.use("192.0.2.2:80").Denied)
	r.mu.Lock()
	assert.Len(t, r.denied, 2, "at the first and the tenth")
	r.mu.Unlock()
	// A flood of targets is neither kept without bound nor told without bound.
	for i := range egress.UsesMax + 200 {
		_, err := r.dial(fmt.Sprintf("198.51.%d.%d:80", i/250, i%250))
		require.ErrorIs(t, err, syscall.EACCES)
	}
	uses, _ := r.gate.Uses()
	assert.Len(t, uses, egress.UsesMax)
	r.mu.Lock()
	assert.LessOrEqual(t, len(r.denied), 40)
	r.mu.Unlock()
}

// What a program looks up itself it may dial by address, on the ports that the name was granted.
func TestAddressesOfGrantedNamesMayBeDialled(t *testing.T) {
	_, port := echo(t)
	r := open(t, egress.Options{Policy: granting(t, "localhost:"+port, "pub.example.com:443"), Resolver: names{"pub.example.com": "192.0.2.10 2001:db8::10"}})
	_, err := r.dial("127.0.0.1:" + port)
	require.ErrorIs(t, err, syscall.EACCES, "nobody named that address")

	answer := r.raw("GET /resolve?name=pub.example.com&type=A HTTP/1.1\r\nHost: x\r\n\r\n")
	assert.Contains(t, answer, "200 OK")
	assert.True(t, strings.HasSuffix(answer, `{"addresses":["192.0.2.10"]}`), answer)
	assert.Contains(t, r.raw("GET /resolve?name=evil.example HTTP/1.1\r\nHost: x\r\n\r\n"), "EACCES")
	assert.Contains(t, r.raw("GET /resolve?name=127.0.0.1 HTTP/1.1\r\nHost: x\r\n\r\n"), "EINVAL")
	assert.Contains(t, r.raw("GET /resolve?name=localhost&type=AAAA HTTP/1.1\r\nHost: x\r\n\r\n"), `["::1"]`)
	_, err = r.dial("192.0.2.10:80")
	require.ErrorIs(t, err, syscall.EACCES, "the name was granted on another port")
}

// Grants that are taken away end connections that are open.
func TestANarrowerPolicyCutsConnections(t *testing.T) {
	address, _ := echo(t)
	other, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address, other)})
	gone, err := r.dial(address)
	require.NoError(t, err)
	stays, err := r.dial(other)
	require.NoError(t, err)
	r.gate.SetPolicy(granting(t, other))
	_, err = io.Copy(io.Discard, gone)
	if err != nil {
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	}
	_, err = io.WriteString(stays, "still")
	require.NoError(t, err)
	got := make([]byte, len("hello\nstill"))
	_, err = io.ReadFull(stays, got)
	require.NoError(t, err)
	assert.Equal(t, "hello\nstill", string(got))
	_, err = r.dial(address)
	require.ErrorIs(t, err, syscall.EACCES)
}

func TestConnectionsAreBounded(t *testing.T) {
	address, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address), MaxConnections: 3})
	var open []net.Conn
	for range 3 {
		c, err := r.dial(address)
		require.NoError(t, err)
		open = append(open, c)
	}
	_, err := r.dial(address)
	require.ErrorIs(t, err, syscall.EMFILE)
	require.NoError(t, open[0].Close())
	require.Eventually(t, func() bool { _, err := r.dial(address); return err == nil }, 10*time.Second, 10*time.Millisecond)
}

// The bound is the plugin's, which an administrator changes while the gate stays.
func TestTheBoundOfConnectionsFollowsTheLatestInstance(t *testing.T) {
	address, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address), MaxConnections: 1})
	_, err := r.dial(address)
	require.NoError(t, err)
	_, err = r.dial(address)
	require.ErrorIs(t, err, syscall.EMFILE)
	r.gate.SetMaxConnections(2)
	_, err = r.dial(address)
	require.NoError(t, err)
	_, err = r.dial(address)
	require.ErrorIs(t, err, syscall.EMFILE)
}

// What is not one clean request gets an error, and never a connection.
func TestNonsenseAtTheDoorIsRefused(t *testing.T) {
	address, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address)})
	for _, text := range []string{
		"\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "POST /resolve HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
		"CONNECT HTTP/1.1\r\n\r\n", "CONNECT http://" + address + "/ HTTP/1.1\r\nHost: x\r\n\r\n", "CONNECT " + address + "@x HTTP/1.1\r\nHost: x\r\n\r\n",
		"CONNECT " + address + " HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 20<<10) + "\r\n\r\n",
		strings.Repeat("A", 20<<10), "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	} {
		c, err := net.Dial("unix", r.socket)
		require.NoError(t, err)
		require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
		_, _ = io.WriteString(c, text)
		_ = c.(*net.UnixConn).CloseWrite()
		answer, _ := io.ReadAll(c)
		assert.NotContains(t, string(answer), "200 OK", "%.60q", text)
		assert.NotContains(t, string(answer), "hello", "%.60q", text)
		_ = c.Close()
	}
	uses, _ := r.gate.Uses()
	assert.Empty(t, uses)
}

// A request behind a CONNECT is what the other side gets, and is never run here.
func TestASecondRequestBelongsToTheOtherSide(t *testing.T) {
	address, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address)})
	c, err := net.Dial("unix", r.socket)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	second := "CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: y\r\n\r\n"
	_, err = fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\nHost: x\r\n\r\n%s", address, second)
	require.NoError(t, err)
	require.NoError(t, c.(*net.UnixConn).CloseWrite())
	answer, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Contains(t, string(answer), "X-AppZone-Address: "+address)
	assert.True(t, strings.HasSuffix(string(answer), "hello\n"+second), string(answer))
	assert.Zero(t, r.use("192.0.2.1:80"))
}

func TestAClosedDoorCutsWhatWentThroughIt(t *testing.T) {
	address, _ := echo(t)
	r := open(t, egress.Options{Policy: granting(t, address)})
	c, err := r.dial(address)
	require.NoError(t, err)
	r.door.Close()
	_, err = io.Copy(io.Discard, c)
	if err != nil {
		assert.ErrorIs(t, err, syscall.ECONNRESET)
	}
	_, err = r.dial(address)
	require.Error(t, err)
	assert.False(t, errors.Is(err, syscall.EACCES))
}

func TestACancelledDialEnds(t *testing.T) {
	r := open(t, egress.Options{Policy: granting(t, "slow.example.com:80"), Resolver: never{}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := egress.Dial(ctx, r.socket, "slow.example.com:80")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// never answers until nobody waits any more.
type never struct{}

func (never) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
