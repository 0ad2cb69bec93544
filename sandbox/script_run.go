package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/tetratelabs/wazero/experimental"

	"appzone/host/egress"
	"appzone/sandbox/memory"
	"appzone/sandbox/quickjs"
)

// spareDescriptors are those of a script's process that are no connection.
const spareDescriptors = 56

// scriptRun is the program of an instance.
type scriptRun struct {
	Dir  string
	File fileSeal
}

// runScript runs a program in JavaScript to its end and returns the process's exit code.
func (i *instance) runScript() int {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	program, listener, err := i.openScript()
	if err != nil {
		fmt.Fprintln(os.Stderr, "wasm:", oneLine(err.Error()))
		return exitRefused
	}
	i.freeLoaded()
	ended := make(chan error, 1)
	go func() { ended <- i.serveScript(program, listener) }()
	select {
	case err := <-ended:
		return i.explainScript(err)
	case <-stop:
		return i.stopScript(program)
	}
}

// openScript makes everything ready that can fail before the program runs.
func (i *instance) openScript() (*quickjs.Instance, net.Listener, error) {
	if err := i.load(); err != nil {
		return nil, nil, err
	}
	o := i.order
	code, err := o.Script.File.read(o.Script.Dir)
	if err != nil {
		return nil, nil, fmt.Errorf("the program was changed after it was prepared, and is not run: %w", err)
	}
	i.memory = memory.New(o.MemoryBytes)
	if i.folders, err = openFolders(o); err != nil {
		return nil, nil, err
	}
	var listener net.Listener
	if os.Getenv("LISTEN_FD") != "" {
		if listener, err = net.FileListener(os.NewFile(listenerFD, "listener")); err != nil {
			return nil, nil, err
		}
	}
	ctx := experimental.WithMemoryAllocator(context.Background(), i.memory)
	program, err := quickjs.New(ctx, i.engine, i.compiled, quickjs.Options{
		ID: os.Getenv("APPZONE_PLUGIN_ID"), Version: os.Getenv("APPZONE_PLUGIN_VERSION"), Settings: i.folders.readSettings, Identity: newVerifier().verify,
		Name: o.Module.Name, Program: code, App: i.folders.app, Data: i.folders.data,
		Dial: dialer(os.Getenv(egressEnv)), Certificates: i.folders.certificates, Write: writeLine, MaxConnections: max(o.Sockets-spareDescriptors, 16), MemoryBytes: o.MemoryBytes,
	})
	return program, listener, err
}

// dialer connects through the host, at socket; nil where the plugin was granted nothing.
func dialer(socket string) func(context.Context, string) (net.Conn, error) {
	if socket == "" {
		return nil
	}
	return func(ctx context.Context, address string) (net.Conn, error) { return egress.Dial(ctx, socket, address) }
}

func writeLine(fd int, text []byte) {
	if fd == 1 {
		_, _ = os.Stdout.Write(text)
		return
	}
	_, _ = os.Stderr.Write(text)
}

// serveScript runs the program until it ends by itself.
func (i *instance) serveScript(program *quickjs.Instance, listener net.Listener) error {
	if err := program.Start(context.Background()); err != nil {
		return err
	}
	if listener != nil {
		i.control.listen()
		return program.Serve(listener)
	}
	return program.Wait()
}

// stopScript ends the program as the host asked, and never later than the host waits: beyond that it kills.
func (i *instance) stopScript(program *quickjs.Instance) int {
	drain := time.Duration(i.order.DrainSeconds * float64(time.Second))
	if err := program.Stop(context.Background(), drain); err != nil {
		return exitStopped
	}
	return 0
}

// explainScript says on standard error why the program ended, where it did not say so itself.
func (i *instance) explainScript(err error) int {
	var exit *quickjs.Exit
	if errors.As(err, &exit) {
		if exit.Code < 0 {
			return 1
		}
		return exitCode(uint32(exit.Code))
	}
	var broken *quickjs.Broken
	if errors.As(err, &broken) {
		return i.explain(broken.Err)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s cannot be run: %s\n", i.order.Module.Name, err)
	}
	return 1
}
