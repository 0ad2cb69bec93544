package main

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"appzone/cmd/appzone/client"
)

// The variables that the client verbs read.
const (
	envServer     = "APPZONE_SERVER"
	envToken      = "APPZONE_TOKEN"
	defaultServer = "http://localhost:8080"
)

// app is what all commands share.
type app struct {
	in          io.Reader
	out, errOut io.Writer

	server, token, format string
}

func (a *app) flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&a.server, "server", "", "URL of the host (default $"+envServer+" or "+defaultServer+")")
	f.StringVar(&a.token, "token", "", "bearer token (default $"+envToken+", which does not show in the list of processes)")
	f.StringVarP(&a.format, "output", "o", formatTable, "format of the output: json, table or yaml")
	_ = root.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{formatJSON, formatTable, formatYAML}, cobra.ShellCompDirectiveNoFileComp))
}

// client makes the client that the flags and the environment describe.
func (a *app) client() (*client.Client, error) {
	if err := a.checkFormat(); err != nil {
		return nil, err
	}
	c, err := client.New(first(a.server, os.Getenv(envServer), defaultServer), first(a.token, os.Getenv(envToken)))
	if err != nil {
		return nil, usageError{err}
	}
	return c, nil
}

// checkFormat refuses an unknown format before anything is done.
func (a *app) checkFormat() error {
	switch a.format {
	case formatJSON, formatTable, formatYAML:
		return nil
	}
	return usage("unknown format %q: -o takes json, table or yaml", a.format)
}

// first is the first value that is not empty.
func first(values ...string) string {
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

// isTerminal tells whether a person watches w.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// noArgs and exactArgs check arguments as mistakes on the command line.
func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("unknown command %q for %q", args[0], c.CommandPath())
	}
	return nil
}

func exactArgs(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != len(names) {
			return usage("%s takes %s", c.CommandPath(), strings.Join(names, " "))
		}
		return nil
	}
}
