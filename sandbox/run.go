package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/experimental"

	"appzone/host/identity"
	"appzone/sandbox/memory"
	"appzone/sandbox/module"
	"appzone/sandbox/quickjs"
	"appzone/sandbox/wasi"
)

// Exit codes of an instance that are not the guest's own.
const (
	exitTrap    = 134 // as of a program that aborts
	exitRefused = 126 // what should run is not what was prepared
	exitStopped = 143 // as of a program without a handler for SIGTERM
)

// egressEnv names the Unix socket on which the host is asked for connections.
const egressEnv = "APPZONE_EGRESS"

// listenerFD is where the host hands down the listener.
const listenerFD = 3

// runOrder is the argument of an instance. Paths are as the process sees them.
type runOrder struct {
	// Name is the guest's argv[0].
	Name string
	// App is the code folder, which holds Module.
	App    string
	Module fileSeal
	// Script is the program, where Module is one and not a module; else nil.
	Script *scriptRun
	// Cache is the folder with compiled code, which must be exactly Cached.
	Cache  string
	Cached []fileSeal
	// Data and Temp are the guest's writable folders.
	Data      string
	DataBytes int64
	Temp      string
	// Settings is a file, or empty.
	Settings string
	// Certificates are files (PEM) that the guest trusts for TLS.
	Certificates []string
	// MemoryBytes is the limit of linear memory.
	MemoryBytes int64
	// Sockets bounds sockets, DrainSeconds the end of requests in flight after SIGTERM.
	Sockets      int
	DrainSeconds float64
}

// runChild is the entry "wasm-run".
func runChild(args []string) int {
	// What the host tells a program by it, a guest finds in the file of its settings.
	signal.Ignore(syscall.SIGHUP)
	var o runOrder
	if len(args) != 1 || json.Unmarshal([]byte(args[0]), &o) != nil {
		fmt.Fprintln(os.Stderr, "wasm-run: bad order")
		return exitRefused
	}
	i := &instance{order: o, control: takeControl()}
	if o.Script != nil {
		return i.runScript()
	}
	if err := i.open(); err != nil {
		fmt.Fprintln(os.Stderr, "wasm:", oneLine(err.Error()))
		return exitRefused
	}
	return i.run()
}

// instance is the process's one guest.
type instance struct {
	order    runOrder
	control  *control
	memory   *memory.Allocator
	system   *wasi.System
	folders  *folders
	listener int32 // the guest's descriptor, 0 for none
	engine   wazero.Runtime
	compiled wazero.CompiledModule
}

func newVerifier() verifier {
	return verifier{identity.NewFile(os.Getenv(identityEnv)), os.Getenv("APPZONE_PLUGIN_ID")}
}

// open makes everything ready that can fail, so that running is the guest's affair alone.
func (i *instance) open() (err error) {
	if err := i.load(); err != nil {
		return err
	}
	i.memory = memory.New(i.order.MemoryBytes)
	if i.folders, err = openFolders(i.order); err != nil {
		return err
	}
	i.system, err = wasi.New(wasi.Options{
		MaxSockets:   i.order.Sockets,
		DrainTimeout: time.Duration(i.order.DrainSeconds * float64(time.Second)),
		OnListen:     i.control.listen,
		NoSpace:      i.folders.noSpace,
		Egress:       os.Getenv(egressEnv),
		Identity:     newVerifier().lines,
		Notice:       i.control.notice,
	})
	if err != nil {
		return err
	}
	if os.Getenv("LISTEN_FD") != "" {
		if i.listener, err = i.system.Listen(os.NewFile(listenerFD, "listener")); err != nil {
			return err
		}
	}
	return i.system.Instantiate(context.Background(), i.engine)
}

// load takes the compiled code from the cache. The cache is held against the seal first, since
// the engine would run whatever it finds there.
func (i *instance) load() error {
	for _, f := range i.order.Cached {
		if err := f.verify(i.order.Cache); err != nil {
			return fmt.Errorf("the compiled code was changed, and is not run; prepare the version again: %w", err)
		}
	}
	if err := i.compileFromCache(); err != nil {
		return err
	}
	for _, m := range i.compiled.ExportedMemories() {
		if least := int64(m.Min()) * module.PageBytes; least > i.order.MemoryBytes {
			return fmt.Errorf("the module starts with %s of memory and its limit is %s; raise parameters.limits.memoryMB", mebibytes(least), mebibytes(i.order.MemoryBytes))
		}
	}
	return nil
}

// compileFromCache finds the module's code in the cache. Where it is not there the engine
// compiles, and fails, because it cannot keep what it compiled: the cache is read-only.
func (i *instance) compileFromCache() error {
	code, err := i.code()
	if err != nil {
		return err
	}
	ctx := context.Background()
	if i.engine, err = newEngine(ctx, i.order.Cache); err != nil {
		return err
	}
	if i.compiled, err = i.engine.CompileModule(ctx, code); err != nil {
		return fmt.Errorf("load the compiled code: %w", err)
	}
	return nil
}

// code is the module that was compiled: the plugin's, or the engine for its program.
func (i *instance) code() ([]byte, error) {
	if i.order.Script != nil {
		return quickjs.Engine()
	}
	code, err := i.order.Module.read(i.order.App)
	if err != nil {
		return nil, fmt.Errorf("the module was changed after it was compiled, and is not run: %w", err)
	}
	return code, nil
}

// run runs the guest to its end and returns the process's exit code.
func (i *instance) run() int {
	i.freeLoaded()
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go i.awaitStop(stop)
	ctx := experimental.WithMemoryAllocator(context.Background(), i.memory)
	return i.explain(i.call(ctx))
}

// freeLoaded collects what loading took, and gives it back where that is much. It is done before the guest starts,
// and ends a collection that is under way: a collection waits for every goroutine, and a guest
// that computes without calling the host would hold it up, and the goroutine that waits for SIGTERM with it.
func (i *instance) freeLoaded() {
	const large = 1 << 20
	if i.order.Module.Bytes > large || i.order.Script != nil { // a script's module is the engine's, not the file
		debug.FreeOSMemory()
		return
	}
	runtime.GC()
}

// call runs _start.
func (i *instance) call(ctx context.Context) (err error) {
	defer func() {
		if r := recover(); r != nil { // the engine panics when the first pages are not to be had
			err = fmt.Errorf("the guest could not be started: %v", r)
		}
	}()
	_, err = i.engine.InstantiateModule(ctx, i.compiled, i.config())
	return err
}

// awaitStop lives as long as the process. A guest that serves is asked to end its requests; any
// other has no way to hear of a stop and is ended, as SIGTERM would end any program.
func (i *instance) awaitStop(stop <-chan os.Signal) {
	<-stop
	if !i.system.Listening() {
		os.Exit(exitStopped)
	}
	i.system.Stop()
}
