package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) profileCreate() *cobra.Command {
	var role string
	var plugins []string
	cmd := &cobra.Command{Use: "create NAME", Short: "Create a profile; its id is made from its name", Args: exactArgs("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{"name": args[0], "role": role, "plugins": append([]string{}, plugins...)}
			return a.send(cmd, client.Request{Method: "POST", Path: client.Path("profiles"), JSON: body}, showProfile)
		}}
	cmd.Flags().StringVar(&role, "role", "agent", "which members may have it: user or agent")
	cmd.Flags().StringSliceVar(&plugins, "plugins", nil, "ids of its plugins")
	return cmd
}

func (a *app) profileSet() *cobra.Command {
	var name, role string
	var given givenFlags
	cmd := &cobra.Command{Use: "set ID", Short: "Change a profile", Args: exactArgs("ID"),
		Long: "Change a profile. What no flag names stays.",
		RunE: func(cmd *cobra.Command, args []string) error {
			body := changed(cmd, map[string]*string{"name": &name, "role": &role})
			return a.patchGiven(cmd, client.Path("profiles", args[0]), body, given, showProfile)
		}}
	cmd.Flags().StringVar(&name, "name", "", "another name; the id stays")
	cmd.Flags().StringVar(&role, "role", "", "user or agent; stays while members have it")
	given.flags(cmd)
	return cmd
}
