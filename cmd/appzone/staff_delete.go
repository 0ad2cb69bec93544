package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) staffDelete() *cobra.Command {
	return &cobra.Command{Use: "delete USER", Short: "Delete a member with all tokens and sessions", Args: exactArgs("USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("staff", args[0]), "deleted", args[0])
		}}
}
