package quickjs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tetratelabs/wazero"

	"appzone/host/identity"
	"appzone/sandbox/rootfs"
)

// Options of an [Instance].
type Options struct {
	// ID and Version are the plugin's.
	ID, Version string
	// Settings returns the plugin's settings as they are now, as a JSON object; default an empty one, always.
	Settings func() ([]byte, error)
	// Identity verifies who makes a request. Of its errors the program is told the text; default: there are no keys.
	Identity func(token string) (identity.Claims, error)
	// Name is what the program is called in stacks, Program its code: an ES module without imports.
	Name    string
	Program []byte
	// App and Data are the plugin's folders. They are the instance's alone.
	App, Data *rootfs.FS
	// Dial opens a connection to "host:port"; nil where the plugin has no network.
	Dial func(ctx context.Context, address string) (net.Conn, error)
	// Certificates (PEM) are those of the authorities that fetch trusts; default the system's.
	Certificates []byte
	// Write takes whole lines for standard output (1) and standard error (2).
	Write func(fd int, text []byte)
	// MemoryBytes is the limit of the engine's memory; default 128 MiB.
	MemoryBytes int64
	// MaxConnections bounds the connections that are served at once; default 200. Others wait in the listener.
	MaxConnections int
}

// Instance is one running program. Whoever has something for it, be it a request, a timer or the answer of another server,
// takes the lock, calls in, runs what promises have to do, and leaves: this is the event loop. It needs no goroutine
// of its own, and an answer that is ready at once never changes the goroutine.
type Instance struct {
	told    []byte // the settings that the program has
	options Options
	vm      *vm
	entries entries

	// mu is held by whoever is in the vm. What is below belongs to its holder.
	mu        sync.Mutex
	lastID    int32
	exchanges map[int32]*exchange
	sources   map[int32]*source
	sinks     map[int32]*sink
	timers    timers
	client    *client
	methods   map[string]value
	holds     int

	front   atomic.Pointer[front]
	started chan string // why the program cannot serve; "" where it can
	stopped chan struct{}
	ended   chan error
}

// entries are the functions of the prelude that the host calls, in the order of global.js.
type entries struct {
	request, settle, answer, fail, fire, answered, refused, fetched, unhandled, main, stop value
}

func (e *entries) list() []*value {
	return []*value{&e.request, &e.settle, &e.answer, &e.fail, &e.fire, &e.answered, &e.refused, &e.fetched, &e.unhandled, &e.main, &e.stop}
}

// Exit is the error of an instance that ended itself.
type Exit struct{ Code int }

func (e *Exit) Error() string { return fmt.Sprintf("the program ended itself with code %d", e.Code) }

// Broken is the error of an instance whose engine trapped: nothing of it can be used any more.
type Broken struct{ Err error }

func (b *Broken) Error() string { return "the JavaScript engine failed: " + b.Err.Error() }

// Unwrap returns the trap.
func (b *Broken) Unwrap() error { return b.Err }

// New makes an instance of the compiled engine in r, which has to be its alone.
func New(ctx context.Context, r wazero.Runtime, engine wazero.CompiledModule, o Options) (*Instance, error) {
	if o.MaxConnections <= 0 {
		o.MaxConnections = 200
	}
	if o.MemoryBytes <= 0 {
		o.MemoryBytes = 128 << 20
	}
	if o.Settings == nil {
		o.Settings = func() ([]byte, error) { return []byte("{}"), nil }
	}
	if o.Identity == nil {
		o.Identity = func(string) (identity.Claims, error) {
			return identity.Claims{}, errors.New("the host published no keys")
		}
	}
	i := &Instance{
		options: o, exchanges: map[int32]*exchange{}, sources: map[int32]*source{}, sinks: map[int32]*sink{}, methods: map[string]value{},
		started: make(chan string, 1), stopped: make(chan struct{}, 1), ended: make(chan error, 1),
	}
	i.timers.init(i)
	i.client = newClient(i, o.Dial, o.Certificates)
	var err error
	if i.vm, err = newVM(ctx, r, engine, o.Write); err != nil {
		return nil, err
	}
	i.vm.pressure = uint32(min(o.MemoryBytes, 4<<30) / 4 * 3)
	return i, i.load()
}

// load evaluates the prelude.
func (i *Instance) load() error {
	config, err := json.Marshal(map[string]any{
		"id": i.options.ID, "version": i.options.Version, "maxBody": maxBodyBytes,
	})
	if err != nil {
		return err
	}
	v := i.vm
	prelude := v.evaluate("appzone", preludeSource(), 0)
	if prelude.isException() {
		return fmt.Errorf("the prelude: %s", i.describe(v.exception()))
	}
	host := i.offer()
	settings := v.evaluate("config", []byte("("+string(config)+")"), 0)
	list := v.run(prelude, host, settings)
	if list.isException() {
		return fmt.Errorf("the prelude: %s", i.describe(v.exception()))
	}
	for n, entry := range i.entries.list() {
		*entry = v.element(list, uint32(n))
	}
	for _, x := range []value{prelude, host, settings, list} {
		v.free(x)
	}
	return v.broken
}

// describe says what was thrown, before the prelude can. It frees it.
func (i *Instance) describe(x value) string {
	v := i.vm
	defer v.free(x)
	var parts []string
	for _, name := range []string{"message", "stack"} {
		at, ok := v.place([]byte(name + "\x00"))
		if !ok {
			continue
		}
		p := value(v.invoke(v.module.ExportedFunction("JS_GetPropertyStr"), v.context, uint64(x), at))
		if p.isString() {
			parts = append(parts, v.text(p))
		}
		v.free(v.made(p))
	}
	return strings.TrimSpace(strings.Join(parts, "\n"))
}

// Start evaluates the program and returns when it can serve: at once, or when what it awaits is there. Errors: what is
// wrong with the program, the *[Exit] by which it ended itself, or ctx's.
func (i *Instance) Start(ctx context.Context) error {
	go i.turn(func() { // the program may compute for ever, or end itself
		loading := i.vm.evaluate(i.options.Name, i.options.Program, evalModule)
		if loading.isException() {
			i.started <- i.describe(i.vm.exception())
			return
		}
		i.call(i.entries.main, loading)
		i.vm.free(loading)
	})
	select {
	case problem := <-i.started:
		if problem != "" {
			return errors.New(problem)
		}
		return nil
	case err := <-i.ended:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Wait is for a program without a listener: it returns when the program ends itself.
func (i *Instance) Wait() error { return <-i.ended }

// turn calls into the vm and lets promises do what they have to.
func (i *Instance) turn(f func()) {
	i.mu.Lock()
	f()
	i.finish()
	i.mu.Unlock()
}

// finish ends a turn.
func (i *Instance) finish() {
	v := i.vm
	v.runJobs()
	for len(v.rejections) > 0 && v.broken == nil {
		for _, r := range v.takeRejections() {
			i.call(i.entries.unhandled, r.reason)
			v.free(r.promise)
			v.free(r.reason)
		}
		v.runJobs()
	}
	if v.memory.Size() > v.pressure {
		v.invoke(v.calls.collectAt, uint64(v.pressure))
	}
	if v.broken != nil {
		i.end(&Broken{v.broken})
	}
}

// call calls an entry of the prelude, and says whether it came to its end. The entries throw nothing but for lack of memory,
// or where the program took the language itself apart.
func (i *Instance) call(f value, args ...value) bool {
	r := i.vm.run(f, args...)
	if r.isException() {
		why := i.describe(i.vm.exception())
		if why == "" {
			why = "error: memory has run out"
		}
		i.log(2, "uncaught "+why)
		return false
	}
	i.vm.free(r)
	return true
}

// end makes Serve or Start return; the first reason counts.
func (i *Instance) end(err error) {
	select {
	case i.ended <- err:
	default:
	}
}

// nextID numbers exchanges and sources.
func (i *Instance) nextID() int32 {
	i.lastID = i.lastID%0x7ffffffe + 1
	return i.lastID
}

func (i *Instance) log(fd int, text string) {
	i.options.Write(fd, append([]byte(text), '\n'))
}

// Stop ends the instance gracefully: what is being answered is answered, within drain; then the program's own stop is
// called and waited for, until ctx ends.
func (i *Instance) Stop(ctx context.Context, drain time.Duration) error {
	if f := i.front.Load(); f != nil {
		f.drain(ctx, drain)
	}
	done := make(chan struct{})
	go func() { // the program may compute for ever, and hold the lock
		i.turn(func() { i.call(i.entries.stop) })
		close(done)
	}()
	for _, c := range []<-chan struct{}{done, i.stopped} {
		select {
		case <-c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
