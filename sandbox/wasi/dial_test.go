package wasi_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/egress"
	"appzone/host/manifest"
	"appzone/sandbox/wasi"
)

const (
	eAcces       = 2
	eConnRefused = 14
	eConnReset   = 15
)

// door is the host's side: a gate that grants patterns.
func door(t *testing.T, patterns ...string) string {
	t.Helper()
	var p egress.Policy
	for _, text := range patterns {
		o, err := manifest.ParseOutbound(text)
		require.NoError(t, err)
		p.Outbound = append(p.Outbound, o)
	}
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	t.Cleanup(egress.New(egress.Options{Policy: p}).Open(l).Close)
	return socket
}

// peer is a TCP server whose connections the test has in hand.
func peer(t *testing.T) (address string, conns <-chan net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	accepted := make(chan net.Conn, 8)
	go func() {
		defer close(accepted)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().String(), accepted
}

func (g *guest) connect(address string) (int32, uint32) {
	g.put(2048, []byte(address))
	e := g.call("dial", 2048, uint64(len(address)), 16)
	return int32(g.uint32(16)), e
}

// decided waits as an event loop does.
func (g *guest) decided(fd int32) uint32 {
	for {
		if e := g.call("dial_status", uint64(fd)); e != eAgain {
			return e
		}
		events, e := g.poll(writable(1, fd), after(2, 10*time.Second))
		require.EqualValues(g.t, ok, e)
		require.EqualValues(g.t, 1, events[0].userdata, "the dial is decided before the clock runs out")
	}
}

func TestAGuestDials(t *testing.T) {
	address, conns := peer(t)
	g := start(t, wasi.Options{Egress: door(t, address)})
	fd, e := g.connect(address)
	require.EqualValues(t, ok, e)
	require.GreaterOrEqual(t, fd, int32(wasi.FirstSocket))
	g.nonblock(fd)
	require.EqualValues(t, ok, g.decided(fd))
	far := <-conns
	defer far.Close()

	require.EqualValues(t, ok, g.write(fd, "question"))
	got := make([]byte, 8)
	_, err := io.ReadFull(far, got)
	require.NoError(t, err)
	assert.Equal(t, "question", string(got))
	_, e = g.read(fd)
	assert.EqualValues(t, eAgain, e, "nothing of the host's answer is left over")
	_, err = io.WriteString(far, "answer")
	require.NoError(t, err)
	events, _ := g.poll(readable(7, fd))
	require.Len(t, events, 1)
	text, e := g.read(fd)
	require.EqualValues(t, ok, e)
	assert.Equal(t, "answer", text)

	require.EqualValues(t, ok, g.call("sock_shutdown", uint64(fd), 2))
	_, err = far.Read(got)
	assert.ErrorIs(t, err, io.EOF, "the end is passed on")
	require.NoError(t, far.Close())
	_, _ = g.poll(readable(7, fd))
	text, e = g.read(fd)
	require.EqualValues(t, ok, e)
	assert.Empty(t, text)
	require.EqualValues(t, ok, g.call("fd_close", uint64(fd)))
	assert.EqualValues(t, eBadf, g.call("dial_status", uint64(fd)))
}

// A guest without an event loop waits in the call.
func TestABlockingDialWaits(t *testing.T) {
	address, conns := peer(t)
	g := start(t, wasi.Options{Egress: door(t, address)})
	fd, e := g.connect(address)
	require.EqualValues(t, ok, e)
	require.EqualValues(t, ok, g.call("dial_status", uint64(fd)))
	far := <-conns
	_, err := io.WriteString(far, "greeting")
	require.NoError(t, err)
	text, e := g.read(fd)
	require.EqualValues(t, ok, e)
	assert.Equal(t, "greeting", text)
	require.NoError(t, far.Close())

	fd, e = g.connect(address) // or simply writes
	require.EqualValues(t, ok, e)
	require.EqualValues(t, ok, g.write(fd, "at once"))
	far = <-conns
	got := make([]byte, 7)
	_, err = io.ReadFull(far, got)
	require.NoError(t, err)
	_ = far.Close()
}

func TestADialThatFailsSaysWhy(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	nobody := closed.Addr().String()
	require.NoError(t, closed.Close())
	var notices []string
	g := start(t, wasi.Options{Egress: door(t, nobody), Notice: func(s string) { notices = append(notices, s) }})
	for address, want := range map[string]uint32{nobody: eConnRefused, "192.0.2.1:80": eAcces, "0x7f.1:80": eInval} {
		fd, e := g.connect(address)
		require.EqualValues(t, ok, e, address)
		g.nonblock(fd)
		assert.EqualValues(t, want, g.decided(fd), address)
		assert.EqualValues(t, want, g.write(fd, "x"), address)
		_, e = g.read(fd)
		assert.EqualValues(t, want, e, address)
		assert.EqualValues(t, ok, g.call("fd_close", uint64(fd)))
	}
	assert.Len(t, notices, 3)
	assert.Contains(t, strings.Join(notices, "\n"), "permissions.network.outbound")
}

func TestNonsenseIsNotDialled(t *testing.T) {
	g := start(t, wasi.Options{Egress: door(t), MaxSockets: 2})
	for _, address := range []string{"", "a b:80", "a\r\nX: y:80", "bücher:80", strings.Repeat("a", 301)} {
		_, e := g.connect(address)
		assert.EqualValues(t, eInval, e, "%q", address)
	}
	assert.EqualValues(t, eFault, g.call("dial", 1<<31, 9, 16))
	assert.EqualValues(t, eFault, g.call("dial", 2048, 9, 1<<31))
	assert.EqualValues(t, eBadf, g.call("dial_status", uint64(g.listener)), "what was not dialled has no status")
	_, e := g.connect("192.0.2.1:80")
	require.EqualValues(t, ok, e)
	_, e = g.connect("192.0.2.1:80")
	assert.EqualValues(t, eMfile, e)
	_, e = start(t, wasi.Options{}).connect("192.0.2.1:80")
	assert.EqualValues(t, eAcces, e, "without a way out there is none")
}

// A door that shuts while a dial is under way, or that never answers in full, is an error and not a wait without end.
func TestADoorThatIsShut(t *testing.T) {
	for name, answer := range map[string]string{
		"nothing": "", "half a head": "HTTP/1.1 200", "no head": strings.Repeat("x", 8<<10), "a bare refusal": "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "s")
			l, err := net.Listen("unix", socket)
			require.NoError(t, err)
			defer l.Close()
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				_, _ = c.Read(make([]byte, 512))
				_, _ = io.WriteString(c, answer)
				_ = c.Close()
			}()
			g := start(t, wasi.Options{Egress: socket})
			fd, e := g.connect("example.com:80")
			require.EqualValues(t, ok, e)
			g.nonblock(fd)
			assert.EqualValues(t, eConnReset, g.decided(fd))
		})
	}
}

// The end of a guest waits for the requests that it answers, and lets it ask others meanwhile.
func TestADrainLeavesDialledConnectionsAlone(t *testing.T) {
	address, conns := peer(t)
	g := start(t, wasi.Options{Egress: door(t, address), DrainTimeout: 10 * time.Second})
	client := g.dial()
	_, err := io.WriteString(client, "request")
	require.NoError(t, err)
	in, e := g.accept()
	require.EqualValues(t, ok, e)
	_, e = g.read(in)
	require.EqualValues(t, ok, e)
	g.sys.Stop()
	out, e := g.connect(address)
	require.EqualValues(t, ok, e)
	require.EqualValues(t, ok, g.call("dial_status", uint64(out)))
	far := <-conns
	go func() {
		time.Sleep(50 * time.Millisecond)
		_, _ = io.WriteString(far, "late")
		_ = far.Close()
	}()
	text, e := g.read(out)
	require.EqualValues(t, ok, e)
	assert.Equal(t, "late", text)
	require.EqualValues(t, ok, g.write(in, "response"))
}
