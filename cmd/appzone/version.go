package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{Use: "version", Short: "Show the version of this binary", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.out, "appzone %s%s (%s %s/%s)\n", version, built(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}}
}

// revision is the commit that the binary was built from, where the build says so.
var revision string

func built() string {
	if revision == "" {
		return ""
	}
	return "+" + revision
}
