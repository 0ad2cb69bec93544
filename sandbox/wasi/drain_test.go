package wasi_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero/sys"

	"appzone/sandbox/wasi"
)

func TestListeningIsToldOnce(t *testing.T) {
	told := 0
	g := start(t, wasi.Options{OnListen: func() { told++ }})
	g.nonblock(g.listener)
	assert.False(t, g.sys.Listening())
	_, e := g.poll(after(1, 0))
	require.Zero(t, e)
	assert.False(t, g.sys.Listening())
	_, e = g.poll(readable(1, g.listener), after(2, 0))
	require.Zero(t, e)
	assert.True(t, g.sys.Listening())
	_, e = g.accept()
	assert.EqualValues(t, eAgain, e)
	assert.Equal(t, 1, told)
}

func TestStopWakesAWait(t *testing.T) {
	waits := map[string]func(g *guest){
		"in poll": func(g *guest) {
			events, e := g.poll(readable(1, g.listener))
			require.Zero(g.t, e)
			assert.Equal(g.t, []event{{userdata: 1, kind: 1, flags: 1}}, events)
		},
		"in accept": func(*guest) {},
	}
	for name, wait := range waits {
		t.Run(name, func(t *testing.T) {
			g := start(t, wasi.Options{})
			time.AfterFunc(20*time.Millisecond, g.sys.Stop)
			wait(g)
			_, e := g.accept()
			assert.EqualValues(t, eInval, e)
		})
	}
}

func TestStopEndsAReadOnAnIdleConnection(t *testing.T) {
	g := start(t, wasi.Options{})
	c := g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	_, err := c.Write([]byte("request"))
	require.NoError(t, err)
	_, e = g.read(fd)
	require.Zero(t, e)
	require.Zero(t, g.write(fd, "response"))
	time.AfterFunc(20*time.Millisecond, g.sys.Stop)
	got, e := g.read(fd)
	assert.Zero(t, e)
	assert.Empty(t, got, "the end, since no further request will come")
	_, e = g.accept()
	assert.EqualValues(t, eInval, e)
}

func TestStopLetsARequestEnd(t *testing.T) {
	g := start(t, wasi.Options{})
	g.nonblock(g.listener)
	c := g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	_, err := c.Write([]byte("request"))
	require.NoError(t, err)
	_, e = g.read(fd)
	require.Zero(t, e)

	g.sys.Stop()
	events, e := g.poll(readable(1, g.listener), after(2, 300*time.Millisecond))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 2}}, events, "accept does not fail while the request is worked on")
	_, e = g.accept()
	assert.EqualValues(t, eAgain, e)

	require.Zero(t, g.write(fd, "response"))
	events, e = g.poll(readable(1, g.listener), after(2, 10*time.Second))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 1, kind: 1, flags: 1}}, events)
	_, e = g.accept()
	assert.EqualValues(t, eInval, e)
	buf := make([]byte, 8)
	_, err = io.ReadFull(c, buf)
	require.NoError(t, err)
}

func TestDrainIsBounded(t *testing.T) {
	g := start(t, wasi.Options{DrainTimeout: 200 * time.Millisecond})
	c := g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	_, err := c.Write([]byte("request that is never answered"))
	require.NoError(t, err)
	_, e = g.read(fd)
	require.Zero(t, e)
	g.sys.Stop()
	got, e := g.read(fd)
	assert.Zero(t, e)
	assert.Empty(t, got)
	_, e = g.accept()
	assert.EqualValues(t, eInval, e)
}

// F4: a guest that ignores the stop does not spin until somebody kills it.
func TestAGuestThatIgnoresTheStopIsEnded(t *testing.T) {
	g := start(t, wasi.Options{})
	g.sys.Stop()
	g.sys.Stop()
	for range 100 {
		_, err := g.try("sock_accept", uint64(g.listener), 0, 16)
		if err == nil {
			continue
		}
		var exit *sys.ExitError
		require.True(t, errors.As(err, &exit), "%v", err)
		assert.EqualValues(t, 143, exit.ExitCode())
		return
	}
	t.Fatal("the guest was never ended")
}
