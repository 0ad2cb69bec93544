package relay_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// atOnce is well below what a drain allows requests, and above what a busy machine needs.
const atOnce = time.Second

// held answers with the head and the start of a body, and the rest when it is told to.
func held(t testing.TB, rest <-chan struct{}) *instance {
	return httpPlugin(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		_, _ = io.WriteString(w, "data: 1\n\n")
		w.(http.Flusher).Flush()
		select {
		case <-rest:
			_, _ = io.WriteString(w, "rest")
		case <-r.Context().Done():
		}
	})
}

func TestAnEventStreamDoesNotHoldUpAStop(t *testing.T) {
	up := held(t, nil)
	f := serve(t, up)
	var clients []net.Conn
	for _, version := range []string{"1.1", "1.0"} {
		c := f.dial(t)
		_, err := fmt.Fprintf(c, "GET %s/?type=text/event-stream HTTP/%s\r\nHost: front\r\n\r\n", prefix, version)
		require.NoError(t, err)
		_, err = c.Read(make([]byte, 1))
		require.NoError(t, err)
		clients = append(clients, c)
	}
	require.EqualValues(t, 2, f.released.Load(), "released while they are open")
	began := time.Now()
	up.drain()
	for _, c := range clients {
		_, _ = io.Copy(io.Discard, c)
	}
	assert.Less(t, time.Since(began), atOnce)
	f.relay.Close()
	assert.EqualValues(t, 2, f.released.Load(), "and not a second time")
}

func TestASocketDoesNotHoldUpAStop(t *testing.T) {
	up := echoSocket(t)
	f := serve(t, up)
	c := f.socket(t)
	require.NoError(t, c.Write(t.Context(), websocket.MessageText, []byte("x")))
	_, _, err := c.Read(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, f.released.Load(), "released while it is open")
	began := time.Now()
	up.drain()
	_, _, err = c.Read(t.Context())
	assert.Error(t, err)
	assert.Less(t, time.Since(began), atOnce)
	f.relay.Close()
	assert.EqualValues(t, 1, f.released.Load(), "and not a second time")
}

// A download that takes long ends by itself, and a stop waits for it.
func TestADownloadIsNotCutByADrain(t *testing.T) {
	rest := make(chan struct{})
	up := held(t, rest)
	f := serve(t, up)
	resp, err := f.client(t).Get(f.url("/?type=text/plain"))
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	up.drain()
	time.Sleep(50 * time.Millisecond)
	assert.Zero(t, f.released.Load())
	close(rest)
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "data: 1\n\nrest", string(b))
	assert.Eventually(t, func() bool { return f.released.Load() == 1 }, soon, tick)
}
