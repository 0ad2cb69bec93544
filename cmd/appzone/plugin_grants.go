package main

import (
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginGrants() *cobra.Command {
	var file string
	var requested, used bool
	var observe time.Duration
	cmd := &cobra.Command{Use: "grants ID", Short: "Show or replace what a plugin may do", Args: exactArgs("ID"),
		Long: "Show what a plugin asks for, was granted and has used, and what it reached and was refused; or replace its grants: by those of a file, by what " +
			"its manifest requests, or by what it has used. An observation lets it reach every public address for a while and records what it reaches.",
		RunE: func(cmd *cobra.Command, args []string) error {
			path := client.Path("plugins", args[0], "grants")
			switch {
			case requested:
				return a.put(cmd, path, "requested")
			case used:
				return a.put(cmd, path, "used")
			case observe > 0:
				return a.put(cmd, path, map[string]any{"observe": true, "expiresInSeconds": int(observe.Seconds())})
			}
			return a.getOrPut(cmd, path, file)
		}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "replace them by the JSON in this file (- for standard input)")
	cmd.Flags().BoolVar(&requested, "requested", false, "replace them by what the manifest asks for")
	cmd.Flags().BoolVar(&used, "used", false, "replace them by what has been used")
	cmd.Flags().DurationVar(&observe, "observe", 0, "observe it for this long, such as 2h")
	cmd.MarkFlagsMutuallyExclusive("file", "requested", "used", "observe")
	return cmd
}
