package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginStats() *cobra.Command {
	return &cobra.Command{Use: "stats ID", Short: "Show what a plugin uses", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.get(cmd, client.Path("plugins", args[0], "stats"), nil, tableOf)
		}}
}
