package wasi_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/wasi"
)

func TestConnectionsCarryBytesBothWays(t *testing.T) {
	g := start(t, wasi.Options{})
	c := g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	assert.GreaterOrEqual(t, fd, int32(wasi.FirstSocket))

	_, err := c.Write([]byte("ping"))
	require.NoError(t, err)
	got, e := g.read(fd)
	require.Zero(t, e)
	assert.Equal(t, "ping", got)

	require.Zero(t, g.write(fd, "pong"))
	buf := make([]byte, 4)
	_, err = io.ReadFull(c, buf)
	require.NoError(t, err)
	assert.Equal(t, "pong", string(buf))

	require.NoError(t, c.Close())
	got, e = g.read(fd)
	assert.Zero(t, e)
	assert.Empty(t, got, "the end of a stream is 0 bytes")
	require.Zero(t, g.call("fd_close", uint64(fd)))
	assert.EqualValues(t, eBadf, g.call("fd_close", uint64(fd)))
}

func TestRecvPeeksAndSends(t *testing.T) {
	g := start(t, wasi.Options{})
	c := g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	_, err := c.Write([]byte("abc"))
	require.NoError(t, err)
	for _, flags := range []uint64{1, 0} { // peek, then read
		g.iovec(16)
		require.Zero(t, g.call("sock_recv", uint64(fd), 0, 1, flags, 16, 20))
		assert.EqualValues(t, 3, g.uint32(16))
	}
	g.nonblock(fd)
	assert.EqualValues(t, eAgain, g.call("sock_recv", uint64(fd), 0, 1, 0, 16, 20))

	g.put(1024, []byte("xyz"))
	g.iovec(3)
	require.Zero(t, g.call("sock_send", uint64(fd), 0, 1, 0, 16))
	require.Zero(t, g.call("sock_shutdown", uint64(fd), 2))
	all, err := io.ReadAll(c)
	require.NoError(t, err)
	assert.Equal(t, "xyz", string(all))
	assert.EqualValues(t, eInval, g.call("sock_shutdown", uint64(fd), 9))
}

func TestBlockingReadWaits(t *testing.T) {
	g := start(t, wasi.Options{})
	c := g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	go func() {
		time.Sleep(20 * time.Millisecond)
		_, _ = c.Write([]byte("late"))
	}()
	got, e := g.read(fd)
	require.Zero(t, e)
	assert.Equal(t, "late", got)
}

func TestWriteToASlowReaderIsPartialAndThenAgain(t *testing.T) {
	g := start(t, wasi.Options{})
	g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	g.nonblock(fd)
	big := strings.Repeat("x", 64<<10)
	for range 100 {
		if e = g.write(fd, big); e != ok {
			break
		}
	}
	assert.EqualValues(t, eAgain, e)
	events, e := g.poll(writable(1, fd), after(2, 10*time.Millisecond))
	require.Zero(t, e)
	assert.Equal(t, []event{{userdata: 2}}, events, "not writable until somebody reads")
}

func TestStatusOfSockets(t *testing.T) {
	g := start(t, wasi.Options{})
	require.Zero(t, g.call("fd_fdstat_get", uint64(g.listener), 64))
	b, _ := g.mod.Memory().Read(64, 24)
	assert.Equal(t, byte(6), b[0], "a stream socket")
	assert.Zero(t, b[2])
	g.nonblock(g.listener)
	require.Zero(t, g.call("fd_fdstat_get", uint64(g.listener), 64))
	assert.Equal(t, byte(4), b[2])
	require.Zero(t, g.call("fd_filestat_get", uint64(g.listener), 64))
	b, _ = g.mod.Memory().Read(64, 64)
	assert.Equal(t, byte(6), b[16])
	_, e := g.accept()
	assert.EqualValues(t, eAgain, e)
}

// G5, F2: wrong descriptors and pointers are errors, never a crash.
func TestNonsenseIsRefused(t *testing.T) {
	g := start(t, wasi.Options{})
	g.dial()
	fd, e := g.accept()
	require.Zero(t, e)
	l, c, none, far := uint64(g.listener), uint64(fd), uint64(5000), uint64(0xfffffff0)
	g.iovec(4)
	g.put(8, le.AppendUint32(le.AppendUint32(nil, 0xffffff00), 4096)) // a buffer beyond memory
	tests := map[string]struct {
		want uint32
		name string
		args []uint64
	}{
		"read of nothing":           {eBadf, "fd_read", []uint64{none, 0, 1, 16}},
		"negative descriptor":       {eBadf, "fd_read", []uint64{0xffffffff, 0, 1, 16}},
		"read of a listener":        {eNotConn, "fd_read", []uint64{l, 0, 1, 16}},
		"accept on a connection":    {eNotSock, "sock_accept", []uint64{c, 0, 16}},
		"accept on nothing":         {eBadf, "sock_accept", []uint64{none, 0, 16}},
		"accept, far result":        {eFault, "sock_accept", []uint64{l, 0, far}},
		"read, far vector":          {eFault, "fd_read", []uint64{c, far, 1, 16}},
		"read, far buffer":          {eFault, "fd_read", []uint64{c, 8, 1, 16}},
		"read, far result":          {eFault, "fd_read", []uint64{c, 0, 1, far}},
		"write, endless vector":     {eFault, "fd_write", []uint64{c, 128 << 10, 0xffffffff, 16}},
		"recv, far flags":           {eFault, "sock_recv", []uint64{c, 0, 1, 0, 16, far}},
		"send on nothing":           {eBadf, "sock_send", []uint64{none, 0, 1, 0, 16}},
		"shutdown of nothing":       {eBadf, "sock_shutdown", []uint64{none, 1}},
		"flags of nothing":          {eBadf, "fd_fdstat_set_flags", []uint64{none, 4}},
		"status of nothing":         {eBadf, "fd_fdstat_get", []uint64{none, 64}},
		"status, far result":        {eFault, "fd_fdstat_get", []uint64{c, far}},
		"file status, far result":   {eFault, "fd_filestat_get", []uint64{c, far}},
		"file status of nothing":    {eBadf, "fd_filestat_get", []uint64{none, 64}},
		"seek on a socket":          {eBadf, "fd_seek", []uint64{c, 0, 0, 16}},
		"renumber to a socket":      {eNotSup, "fd_renumber", []uint64{1, 2000}},
		"renumber to a huge number": {eNotSup, "fd_renumber", []uint64{1, 0x7fffffff}},
		"renumber of a socket":      {eNotSup, "fd_renumber", []uint64{c, 7}},
		"a path without end":        {eNameLen, "path_unlink_file", []uint64{3, 0, 200 << 10}},
		"a link":                    {52, "path_symlink", []uint64{1024, 4, 3, 1024, 4}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			g.t = t
			assert.Equal(t, int(tc.want), int(g.call(tc.name, tc.args...)))
		})
	}
}

// G5: the table of sockets is bounded, and closing makes room.
func TestSocketTableIsBounded(t *testing.T) {
	g := start(t, wasi.Options{MaxSockets: 4})
	var fds []int32
	for range 3 {
		g.dial()
		fd, e := g.accept()
		require.Zero(t, e)
		assert.NotContains(t, fds, fd)
		fds = append(fds, fd)
	}
	g.dial()
	_, e := g.accept()
	assert.EqualValues(t, eMfile, e)
	require.Zero(t, g.call("fd_close", uint64(fds[0])))
	fd, e := g.accept()
	require.Zero(t, e)
	assert.NotContains(t, fds, fd, "a number is not given out again at once")
}

// G5: files never get a socket's descriptor.
func TestFilesStayBelowSockets(t *testing.T) {
	g := start(t, wasi.Options{})
	g.put(1024, []byte("f"))
	var last uint32
	for range wasi.FirstSocket + 8 {
		const create, rights = 1, 66
		if last = g.call("path_open", 3, 0, 1024, 1, create, rights, 0, 0, 16); last != ok {
			break
		}
		require.Less(t, g.uint32(16), uint32(wasi.FirstSocket))
	}
	assert.EqualValues(t, eMfile, last)
	require.Zero(t, g.call("fd_close", 4))
	assert.Zero(t, g.call("path_open", 3, 0, 1024, 1, 0, 66, 0, 0, 16))
	assert.EqualValues(t, 4, g.uint32(16))
}

func TestAFullFolderIsNoSpace(t *testing.T) {
	g := start(t, wasi.Options{})
	g.put(1024, []byte("f"))
	require.Zero(t, g.call("path_open", 3, 0, 1024, 1, 1, 66, 0, 0, 16))
	assert.EqualValues(t, eNospc, g.call("fd_filestat_set_size", uint64(g.uint32(16)), 1<<20))
}
