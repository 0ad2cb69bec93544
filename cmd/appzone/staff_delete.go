package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) staffDelete() *cobra.Command {
	return &cobra.Command{Use: "delete USER", Short: "Delete a member with all tokens and sessions", Args: exactArgs("USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("staff", args[0]), args[0])
		}}
}

// delete deletes what is at path.
func (a *app) delete(cmd *cobra.Command, path, name string) error {
	c, err := a.client()
	if err != nil {
		return err
	}
	if _, err := c.Do(cmd.Context(), client.Request{Method: "DELETE", Path: path}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "deleted %s\n", clean(name))
	return err
}
