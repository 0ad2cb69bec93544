package main

import "github.com/spf13/cobra"

// token is the tree of verbs about tokens.
func (a *app) tokens() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "Manage bearer tokens", Args: noArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(a.tokenCreate(), a.tokenList(), a.tokenDelete())
	return cmd
}
