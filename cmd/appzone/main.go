package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/process"
	"appzone/nodebridge"
	"appzone/sandbox"
)

// version is the product's own, a semantic version: plugins require a range of it.
var version = "1.0.0"

// Exit statuses.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

func main() {
	process.Main(entries())
	ctx, stop := interruptible()
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// entries are what this binary can be re-executed as.
func entries() map[string]process.Entry {
	all := sandbox.Entries()
	maps.Copy(all, nodebridge.Entries())
	return all
}

// interruptible returns a context that the first SIGINT or SIGTERM ends. The second one ends the process at once.
func interruptible() (context.Context, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel()
	}
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run executes one command line and returns the exit status.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot(in, out, errOut)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if wrong := (usageError{}); errors.As(err, &wrong) {
		fmt.Fprintf(errOut, "appzone: %s\nTry 'appzone --help'.\n", clean(wrong.Error()))
		return exitUsage
	}
	printError(errOut, err)
	return exitFailed
}

// printError says what failed: of a problem document all that helps.
func printError(w io.Writer, err error) {
	for i, line := range strings.Split(err.Error(), "\n") {
		if i == 0 {
			line = "appzone: " + line
		}
		fmt.Fprintln(w, clean(line))
	}
	var p *client.Problem
	if !errors.As(err, &p) {
		return
	}
	for _, f := range p.Errors {
		fmt.Fprintf(w, "  %s: %s\n", clean(f.Field), clean(f.Message))
	}
	for _, line := range p.Output {
		fmt.Fprintf(w, "  | %s\n", clean(line))
	}
	fmt.Fprintf(w, "  (%s", clean(p.Code))
	if p.Step != "" {
		fmt.Fprintf(w, ", step %s", clean(p.Step))
	}
	fmt.Fprintf(w, ", request %s)\n", clean(p.RequestID))
}

// newRoot is the tree of commands.
func newRoot(in io.Reader, out, errOut io.Writer) *cobra.Command {
	a := &app{in: in, out: out, errOut: errOut}
	root := &cobra.Command{Use: "appzone", Short: "Run plugins for a contact centre, and manage them",
		SilenceUsage: true, SilenceErrors: true, Version: version, Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	a.flags(root)
	root.AddCommand(a.serve(), a.plugin(), a.staff(), a.profile(), a.tokens(), a.key(), a.events(), a.audit(), a.newProject(), a.validate(), a.pack(), a.keygen(), a.sign(), a.verify(), a.version())
	root.AddCommand(a.backup(), a.restore(), a.doctor())
	return root
}
