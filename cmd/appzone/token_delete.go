package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) tokenDelete() *cobra.Command {
	return &cobra.Command{Use: "delete ID", Short: "Revoke a bearer token at once", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			if _, err := c.Do(cmd.Context(), client.Request{Method: "DELETE", Path: client.Path("tokens", args[0])}); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "revoked %s\n", clean(args[0]))
			return err
		}}
}
