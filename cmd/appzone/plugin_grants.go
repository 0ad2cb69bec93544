package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginGrants() *cobra.Command {
	var file string
	cmd := &cobra.Command{Use: "grants ID", Short: "Show or replace what a plugin may do", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.getOrPut(cmd, client.Path("plugins", args[0], "grants"), file)
		}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "replace them by the JSON in this file (- for standard input)")
	return cmd
}
