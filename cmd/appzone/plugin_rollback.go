package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginRollback() *cobra.Command {
	var restore bool
	cmd := &cobra.Command{Use: "rollback ID [VERSION]", Short: "Go back to a version that is kept, by default to the one before the last upgrade",
		Long: "Go back to a version that is kept, by default to the one that was in use before the last upgrade. Data and settings stay as they are,\n" +
			"unless --restore-data puts back what there was before that upgrade.",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage("rollback takes ID and, for another version than the former one, VERSION")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			body := map[string]any{}
			if len(args) == 2 {
				body["version"] = args[1]
			}
			if restore {
				body["data"] = "restore"
			}
			return a.operate(cmd.Context(), c, client.Request{Method: "POST", Path: client.Path("plugins", args[0], "rollback"), JSON: body})
		}}
	cmd.Flags().BoolVar(&restore, "restore-data", false, "put back data, settings and files as they were before the last upgrade")
	return cmd
}
