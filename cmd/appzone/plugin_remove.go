package main

import (
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginRemove() *cobra.Command {
	var force bool
	cmd := &cobra.Command{Use: "remove ID", Short: "Delete a plugin with everything that belongs to it", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			q := url.Values{}
			if force {
				q.Set("force", "true")
			}
			if _, err := c.Do(cmd.Context(), client.Request{Method: "DELETE", Path: client.Path("plugins", args[0]), Query: q}); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.out, "removed %s\n", clean(args[0]))
			return err
		}}
	cmd.Flags().BoolVar(&force, "force", false, "even if it is installed")
	return cmd
}
