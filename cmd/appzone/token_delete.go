package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) tokenDelete() *cobra.Command {
	return &cobra.Command{Use: "delete ID", Short: "Revoke a bearer token at once", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("tokens", args[0]), "revoked", args[0])
		}}
}
