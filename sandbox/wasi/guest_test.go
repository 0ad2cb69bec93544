package wasi_test

import (
	"context"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental/sysfs"

	"appzone/sandbox/internal/wasmtest"
	"appzone/sandbox/rootfs"
	"appzone/sandbox/wasi"
)

// Error numbers of WASI preview 1.
const (
	ok       = 0
	eAgain   = 6
	eBadf    = 8
	eFault   = 21
	eInval   = 28
	eMfile   = 33
	eNameLen = 37
	eNospc   = 51
	eNotConn = 53
	eNotSock = 57
	eNotSup  = 58
)

var le = binary.LittleEndian

// functions are what the guest of these tests imports, with their parameters ('i' is 32
// bits, 'I' 64).
var functions = map[string]string{
	"sock_accept": "iii", "sock_recv": "iiiiii", "sock_send": "iiiii", "sock_shutdown": "ii",
	"fd_read": "iiii", "fd_write": "iiii", "fd_close": "i", "fd_fdstat_get": "ii",
	"fd_fdstat_set_flags": "ii", "fd_filestat_get": "ii", "fd_renumber": "ii", "fd_seek": "iIii",
	"poll_oneoff": "iiii", "path_open": "iiiiiIIii", "path_unlink_file": "iii",
	"path_symlink": "iiiii", "fd_filestat_set_size": "iI",
}

// hostFunctions are those of the host's own module.
var hostFunctions = map[string]string{"dial": "iii", "dial_status": "i", "verify_identity": "iiiii"}

// guest is a module that does nothing but pass its imports on, so that a test makes the
// system calls, with memory at hand.
type guest struct {
	t        *testing.T
	sys      *wasi.System
	mod      api.Module
	listener int32
	address  string
}

func module() []byte {
	m := wasmtest.Module{Pages: 4, PassOn: true}
	for from, functions := range map[string]map[string]string{wasi.Module: functions, wasi.HostModule: hostFunctions} {
		for name, params := range functions {
			typ := wasmtest.Type{Results: []byte{wasmtest.I32}}
			for _, p := range params {
				typ.Params = append(typ.Params, map[rune]byte{'i': wasmtest.I32, 'I': wasmtest.I64}[p])
			}
			m.Imports = append(m.Imports, wasmtest.Import{Module: from, Name: name, Type: typ})
		}
	}
	return m.Bytes()
}

func start(t *testing.T, o wasi.Options) *guest {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	quota := rootfs.NewQuota(64 << 10)
	if o.NoSpace == nil {
		o.NoSpace = quota.TakeExceeded
	}
	s, err := wasi.New(o)
	require.NoError(t, err)
	address := filepath.Join(dir, "s")
	l, err := net.Listen("unix", address)
	require.NoError(t, err)
	f, err := l.(*net.UnixListener).File()
	require.NoError(t, err)
	fd, err := s.Listen(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	data := filepath.Join(dir, "data")
	require.NoError(t, os.Mkdir(data, 0o700))
	files, err := rootfs.Writable(data, quota)
	require.NoError(t, err)
	r := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigInterpreter())
	require.NoError(t, s.Instantiate(ctx, r))
	mod, err := r.InstantiateWithConfig(ctx, module(), wazero.NewModuleConfig().
		WithFSConfig(wazero.NewFSConfig().(sysfs.FSConfig).WithSysFSMount(files, "/data")))
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = r.Close(ctx)
		_ = files.Close()
		s.Close()
		_ = l.Close()
	})
	return &guest{t: t, sys: s, mod: mod, listener: fd, address: address}
}

// call makes one system call.
func (g *guest) call(name string, args ...uint64) uint32 {
	g.t.Helper()
	e, err := g.try(name, args...)
	require.NoError(g.t, err)
	return e
}

func (g *guest) try(name string, args ...uint64) (uint32, error) {
	g.t.Helper()
	out, err := g.mod.ExportedFunction(name).Call(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return uint32(out[0]), nil
}

func (g *guest) put(at uint32, b []byte) {
	require.True(g.t, g.mod.Memory().Write(at, b))
}

func (g *guest) uint32(at uint32) uint32 {
	v, ok := g.mod.Memory().ReadUint32Le(at)
	require.True(g.t, ok)
	return v
}

// iovec puts one buffer descriptor at 0, with its buffer at 1024.
func (g *guest) iovec(size uint32) {
	g.put(0, le.AppendUint32(le.AppendUint32(nil, 1024), size))
}

func (g *guest) accept() (int32, uint32) {
	e := g.call("sock_accept", uint64(g.listener), 0, 16)
	return int32(g.uint32(16)), e
}

func (g *guest) read(fd int32) (string, uint32) {
	g.iovec(512)
	e := g.call("fd_read", uint64(fd), 0, 1, 16)
	b, _ := g.mod.Memory().Read(1024, g.uint32(16))
	return string(b), e
}

func (g *guest) write(fd int32, s string) uint32 {
	g.put(1024, []byte(s))
	g.iovec(uint32(len(s)))
	return g.call("fd_write", uint64(fd), 0, 1, 16)
}

func (g *guest) nonblock(fd int32) {
	require.Zero(g.t, g.call("fd_fdstat_set_flags", uint64(fd), 4))
}

func (g *guest) dial() net.Conn {
	c, err := net.Dial("unix", g.address)
	require.NoError(g.t, err)
	g.t.Cleanup(func() { _ = c.Close() })
	require.NoError(g.t, c.SetDeadline(time.Now().Add(10*time.Second)))
	return c
}

// subscription encodes one record of poll_oneoff.
func subscription(userdata uint64, kind byte, fields ...any) []byte {
	b := make([]byte, 48)
	le.PutUint64(b, userdata)
	b[8] = kind
	at := 16
	for _, f := range fields {
		switch v := f.(type) {
		case int32:
			le.PutUint32(b[at:], uint32(v))
			at += 8
		case uint64:
			le.PutUint64(b[at:], v)
			at += 8
		}
	}
	return b
}

func readable(userdata uint64, fd int32) []byte { return subscription(userdata, 1, fd) }
func writable(userdata uint64, fd int32) []byte { return subscription(userdata, 2, fd) }

func after(userdata uint64, d time.Duration) []byte {
	return subscription(userdata, 0, int32(1), uint64(d))
}

// event is a decoded record of poll_oneoff's answer.
type event struct {
	userdata uint64
	failed   uint16
	kind     byte
	flags    uint16
}

func (g *guest) poll(subs ...[]byte) ([]event, uint32) {
	g.t.Helper()
	g.put(4096, wasmtest.Join(subs...))
	e := g.call("poll_oneoff", 4096, 32<<10, uint64(len(subs)), 16)
	if e != ok {
		return nil, e
	}
	var out []event
	for i := range g.uint32(16) {
		b, _ := g.mod.Memory().Read(32<<10+32*i, 32)
		out = append(out, event{le.Uint64(b), le.Uint16(b[8:]), b[10], le.Uint16(b[24:])})
	}
	return out, ok
}
