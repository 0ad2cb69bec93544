package relay_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api/relay"
)

// echoSocket echoes WebSocket messages until the other side closes.
func echoSocket(t testing.TB) *instance {
	return httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: []string{"chat"}})
		if err != nil {
			return
		}
		c.SetReadLimit(8 << 20)
		defer func() { _ = c.CloseNow() }()
		for {
			kind, b, err := c.Read(r.Context())
			if err != nil {
				return
			}
			if string(b) == "bye" {
				_ = c.Close(websocket.StatusCode(4001), "as you wish")
				return
			}
			if c.Write(r.Context(), kind, b) != nil {
				return
			}
		}
	})
}

func (f *front) socket(t testing.TB) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), soon)
	defer cancel()
	c, _, err := websocket.Dial(ctx, strings.Replace(f.url("/ws"), "http", "ws", 1), &websocket.DialOptions{Subprotocols: []string{"chat"}})
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.CloseNow() })
	c.SetReadLimit(8 << 20)
	return c
}

func TestWebSocket(t *testing.T) {
	f := serve(t, echoSocket(t))
	c := f.socket(t)
	assert.Equal(t, "chat", c.Subprotocol())
	for _, size := range []int{0, 1, 125, 70_000, 4 << 20} {
		message := bytes.Repeat([]byte("m"), size)
		require.NoError(t, c.Write(t.Context(), websocket.MessageBinary, message))
		_, got, err := c.Read(t.Context())
		require.NoError(t, err)
		assert.True(t, bytes.Equal(message, got))
	}
	t.Run("the plugin's close comes through", func(t *testing.T) {
		require.NoError(t, c.Write(t.Context(), websocket.MessageText, []byte("bye")))
		_, _, err := c.Read(t.Context())
		assert.EqualValues(t, 4001, websocket.CloseStatus(err))
	})
	t.Run("the client's close comes through", func(t *testing.T) {
		assert.NoError(t, f.socket(t).Close(websocket.StatusNormalClosure, "done"))
	})
	t.Run("a client that vanishes ends it", func(t *testing.T) {
		_ = f.socket(t).CloseNow()
	})
	assert.Eventually(t, func() bool { return f.acquired.Load() == f.released.Load() }, soon, tick)
}

// D8: an open socket is cut when access ends.
func TestASocketIsCutWhenItsAccessEnds(t *testing.T) {
	var revoked atomic.Bool
	f := serve(t, echoSocket(t), func(o *relay.Options) { o.Holds = func(relay.Request) bool { return !revoked.Load() } })
	c := f.socket(t)
	require.NoError(t, c.Write(t.Context(), websocket.MessageText, []byte("x")))
	_, _, err := c.Read(t.Context())
	require.NoError(t, err)
	revoked.Store(true)
	_, _, err = c.Read(t.Context())
	assert.Error(t, err)
	assert.Eventually(t, func() bool { return f.acquired.Load() == f.released.Load() }, soon, tick)
}

func TestCloseCutsSockets(t *testing.T) {
	f := serve(t, echoSocket(t))
	c := f.socket(t)
	f.relay.Close()
	_, _, err := c.Read(t.Context())
	assert.Error(t, err)
	resp, body := f.raw(t, "GET", get("/"))
	assert.Equal(t, 503, resp.StatusCode)
	assert.Equal(t, "shutting_down", body)
}

const upgrade = "GET " + prefix + "/ HTTP/1.1\r\nHost: front\r\nConnection: keep-alive, Upgrade\r\nUpgrade: lines\r\n\r\n"

// A side that has said all still hears the other.
func TestHalfClose(t *testing.T) {
	f := serve(t, rawPlugin(t, func(c net.Conn, r *bufio.Reader) {
		head, err := readHead(r)
		if err != nil || !strings.Contains(head, "Connection: Upgrade\r\nUpgrade: lines\r\n") {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\nfirst ")
		b, _ := io.ReadAll(r)
		time.Sleep(50 * time.Millisecond)
		_, _ = fmt.Fprintf(c, "got %s", b)
	}))
	c := f.dial(t)
	_, err := io.WriteString(c, upgrade+"early ")
	require.NoError(t, err)
	r := bufio.NewReader(c)
	head, err := readHead(r)
	require.NoError(t, err)
	assert.Contains(t, head, "101")
	assert.Contains(t, head, "Upgrade: lines\r\n")
	_, err = io.WriteString(c, "late")
	require.NoError(t, err)
	require.NoError(t, c.(*net.TCPConn).CloseWrite())
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "first got early late", string(b))
}

func TestARefusedUpgradeIsAnAnswer(t *testing.T) {
	f := serve(t, rawPlugin(t, canned("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno")))
	resp, body := f.raw(t, "GET", strings.Replace(upgrade, "keep-alive", "close", 1))
	assert.Equal(t, 426, resp.StatusCode)
	assert.Equal(t, "no", body)
}

func TestSilentSocketsEnd(t *testing.T) {
	f := serve(t, echoSocket(t), func(o *relay.Options) { o.StreamIdleTimeout = time.Second })
	c := f.socket(t)
	for range 5 { // not while something moves
		require.NoError(t, c.Write(t.Context(), websocket.MessageText, []byte("x")))
		_, _, err := c.Read(t.Context())
		require.NoError(t, err)
		time.Sleep(250 * time.Millisecond)
	}
	_, _, err := c.Read(t.Context())
	assert.Error(t, err)
}
