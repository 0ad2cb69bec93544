package wasi_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/wasi"
)

func TestPollTellsWhatIsReady(t *testing.T) {
	g := start(t, wasi.Options{})
	c := g.dial()
	events, e := g.poll(readable(7, g.listener), after(8, time.Minute))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 7, kind: 1}}, events)

	fd, e := g.accept()
	require.Zero(t, e)
	events, e = g.poll(readable(1, g.listener), readable(2, fd), writable(3, fd))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 3, kind: 2}}, events)

	_, err := c.Write([]byte("x"))
	require.NoError(t, err)
	events, e = g.poll(readable(1, g.listener), readable(2, fd), writable(3, fd))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 2, kind: 1}, {userdata: 3, kind: 2}}, events)

	require.NoError(t, c.Close())
	events, e = g.poll(readable(2, fd))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 2, kind: 1, flags: 1}}, events, "hang-up is told")
}

func TestPollClocks(t *testing.T) {
	g := start(t, wasi.Options{})
	absolute := func(userdata uint64, clock int32, at int64) []byte {
		b := subscription(userdata, 0, clock, uint64(at))
		b[40] = 1
		return b
	}
	soon := 20 * time.Millisecond
	tests := map[string]struct {
		subs [][]byte
		want []event
		wait time.Duration
	}{
		"relative":            {[][]byte{after(1, soon)}, []event{{userdata: 1}}, soon},
		"the first one":       {[][]byte{after(1, time.Hour), after(2, soon)}, []event{{userdata: 2}}, soon},
		"both at once":        {[][]byte{after(1, 0), after(2, 0)}, []event{{userdata: 1}, {userdata: 2}}, 0},
		"absolute, monotonic": {[][]byte{absolute(1, 1, g.sys.Nanotime()+int64(soon))}, []event{{userdata: 1}}, 0},
		"absolute, realtime":  {[][]byte{absolute(1, 0, time.Now().Add(soon).UnixNano())}, []event{{userdata: 1}}, 0},
		"absolute, past":      {[][]byte{absolute(1, 1, 1)}, []event{{userdata: 1}}, 0},
		"endless and short":   {[][]byte{subscription(1, 0, int32(1), ^uint64(0)), after(2, soon)}, []event{{userdata: 2}}, soon},
		"unknown clock":       {[][]byte{subscription(1, 0, int32(9), uint64(0)), after(2, time.Hour)}, []event{{userdata: 1, failed: eNotSup}}, 0},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			g.t = t
			began := time.Now()
			events, e := g.poll(tc.subs...)
			require.Zero(t, e)
			assert.Equal(t, tc.want, events)
			assert.GreaterOrEqual(t, time.Since(began), tc.wait)
		})
	}
}

func TestPollRefusesNonsense(t *testing.T) {
	g := start(t, wasi.Options{})
	g.put(4096, readable(1, g.listener))
	assert.EqualValues(t, eInval, g.call("poll_oneoff", 4096, 8192, 0, 16), "no subscription")
	assert.EqualValues(t, eInval, g.call("poll_oneoff", 4096, 8192, 1<<20, 16), "too many")
	assert.EqualValues(t, eFault, g.call("poll_oneoff", 4096, 8192, 1<<16, 16), "more than memory holds")
	assert.EqualValues(t, eFault, g.call("poll_oneoff", 0xffffff00, 8192, 1, 16))
	assert.EqualValues(t, eFault, g.call("poll_oneoff", 4096, 0xffffff00, 1, 16))
	_, e := g.poll(subscription(1, 9))
	assert.EqualValues(t, eInval, e, "unknown kind")
	events, e := g.poll(readable(1, 4711))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 1, kind: 1, failed: eBadf}}, events)
	events, e = g.poll(writable(1, 1), readable(2, 0))
	require.Zero(t, e)
	assert.Len(t, events, 2, "standard streams never make one wait")

	// The answer may overlap the question: every subscription is read before.
	g.put(4096, append(after(1, 0), after(2, 0)...))
	require.Zero(t, g.call("poll_oneoff", 4096, 4096, 2, 16))
	assert.EqualValues(t, 2, g.uint32(16))
	assert.EqualValues(t, 2, g.uint32(4096+32))
}
