package wasi

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
	"golang.org/x/sys/unix"
)

// Module is the name that guests import from.
const Module = wasi_snapshot_preview1.ModuleName

// Options of a [System]. The zero value is usable.
type Options struct {
	// MaxSockets bounds the sockets that the guest has at once, the listener included; one
	// more is EMFILE. Default 256, at most 65536.
	MaxSockets int
	// DrainTimeout is how long after Stop requests in flight may take before accept fails
	// all the same. Default 8 s.
	DrainTimeout time.Duration
	// OnListen is called once, on the guest's thread, when it first waits for a connection.
	OnListen func()
	// Egress is the path of the Unix socket on which the host is asked for connections; empty: a dial is refused.
	Egress string
	// Notice is told, in one line, why a dial failed. It is called on the guest's thread; what it is told again is its to bound.
	Notice func(string)
	// Identity verifies who makes a request, and returns what the guest is told in lines of "name=value". Of its errors the guest is told
	// the text. More than 16 KiB of a token is cut off, and may not be believed. Default: there are no keys.
	Identity func(token string) (string, error)
	// NoSpace says whether the file operation that just failed with an I/O error failed for
	// lack of space, which wazero's file systems have no word for.
	NoSpace func() bool
}

// System is the system interface of one guest.
type System struct {
	options Options
	sockets map[int32]*socket
	next    int32
	wake    [2]int // a pipe: Stop writes, every wait reads
	start   time.Time
	wait    waiter

	closeFile api.GoModuleFunction // wazero's fd_close

	listening atomic.Bool
	drain     drain
}

// New makes a system interface; Close gives back its descriptors.
func New(o Options) (*System, error) {
	if o.MaxSockets <= 0 {
		o.MaxSockets = 256
	}
	o.MaxSockets = min(o.MaxSockets, 1<<16)
	if o.DrainTimeout <= 0 {
		o.DrainTimeout = 8 * time.Second
	}
	if o.OnListen == nil {
		o.OnListen = func() {}
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	if o.Identity == nil {
		o.Identity = func(string) (string, error) { return "", errors.New("the host published no keys") }
	}
	if o.NoSpace == nil {
		o.NoSpace = func() bool { return false }
	}
	// A minute in the past, since some guests take a clock that reads 0 for none.
	s := &System{options: o, sockets: map[int32]*socket{}, next: FirstSocket, start: time.Now().Add(-time.Minute)}
	if err := newPipe(&s.wake); err != nil {
		return nil, fmt.Errorf("make a wake-up pipe: %w", err)
	}
	return s, nil
}

// Listen hands a listening socket to the guest and returns the guest's descriptor of it. It
// is called before the guest starts. The file may be closed afterwards.
func (s *System) Listen(f *os.File) (int32, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return 0, fmt.Errorf("duplicate the listener: %w", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return 0, fmt.Errorf("make the listener non-blocking: %w", err)
	}
	guest, e := s.add(&socket{fd: fd, listener: true})
	if e != success {
		_ = unix.Close(fd)
		return 0, fmt.Errorf("no descriptor is free for the listener")
	}
	return guest, nil
}

// Listening says whether the guest ever waited for a connection. Safe for any goroutine.
func (s *System) Listening() bool { return s.listening.Load() }

// Stop asks the guest to end: no connection is accepted any more, requests in flight end,
// and then accept fails, upon which servers return. Safe for any goroutine, also repeatedly.
func (s *System) Stop() {
	s.drain.asked.Store(true)
	_, _ = unix.Write(s.wake[1], []byte{1}) // a full pipe wakes as well
}

// Nanotime is the guest's monotonic clock, in nanoseconds. Waits for an absolute time are
// measured against it.
func (s *System) Nanotime() int64 { return int64(time.Since(s.start)) }

// Close closes every socket. The guest has ended before.
func (s *System) Close() {
	for _, k := range s.sockets {
		_ = unix.Close(k.fd)
	}
	clear(s.sockets)
	_ = unix.Close(s.wake[0])
	_ = unix.Close(s.wake[1])
}

// Instantiate offers the interface to modules of r.
func (s *System) Instantiate(ctx context.Context, r wazero.Runtime) error {
	builder := r.NewHostModuleBuilder("wasi_as_wazero_has_it")
	wasi_snapshot_preview1.NewFunctionExporter().ExportFunctions(builder)
	original, err := builder.Compile(ctx)
	if err != nil {
		return fmt.Errorf("read the engine's system interface: %w", err)
	}
	defer original.Close(ctx)
	own := r.NewHostModuleBuilder(Module)
	for name, def := range original.ExportedFunctions() {
		base, ok := def.GoFunction().(api.GoModuleFunction)
		if !ok {
			return fmt.Errorf("the engine's %s is not a Go function", name)
		}
		if name == "fd_close" {
			s.closeFile = base
		}
		own = own.NewFunctionBuilder().
			WithGoModuleFunction(s.replace(name, base), def.ParamTypes(), def.ResultTypes()).
			WithName(name).Export(name)
	}
	if _, err = own.Instantiate(ctx); err != nil {
		return err
	}
	return s.instantiateHost(ctx, r)
}

// call is one function of the interface on sockets: it takes the guest's arguments and
// returns an error number.
type call func(mem api.Memory, args []uint64) errno

// replace returns what the guest gets under a name: ours for sockets, wazero's for the rest,
// within bounds.
func (s *System) replace(name string, base api.GoModuleFunction) api.GoModuleFunction {
	guarded := s.guard(name, base)
	if name == "poll_oneoff" {
		return api.GoModuleFunc(func(_ context.Context, m api.Module, args []uint64) {
			args[0] = uint64(s.pollOneoff(m.Memory(), args))
		})
	}
	own, ok := s.socketCalls()[name]
	if !ok {
		return guarded
	}
	return api.GoModuleFunc(func(ctx context.Context, m api.Module, args []uint64) {
		if int32(uint32(args[0])) < FirstSocket {
			guarded.Call(ctx, m, args)
			return
		}
		args[0] = uint64(own(m.Memory(), args))
	})
}
