package main

import (
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) staffCreate() *cobra.Command {
	var role, kind, profile string
	var plugins []string
	var p passwordFlags
	cmd := &cobra.Command{Use: "create USER", Short: "Create a member", Args: exactArgs("USER"),
		Long: "Create a member. A person's password comes from the terminal or from a file. A person without one logs in by single sign-on; a service " +
			"has tokens alone:\n\n" +
			"  appzone staff create desk1 --role agent --profile front-desk --password\n" +
			"  appzone staff create deployer --role admin --kind service\n" +
			"  appzone token create deploy --for deployer",
		RunE: func(cmd *cobra.Command, args []string) error {
			body := map[string]any{"username": args[0], "role": role, "kind": kind}
			if profile != "" {
				body["profile"] = profile
			}
			if len(plugins) > 0 {
				body["plugins"] = plugins
			}
			if err := a.askPassword(p, body); err != nil {
				return err
			}
			return a.send(cmd, client.Request{Method: "POST", Path: client.Path("staff"), JSON: body}, showMember)
		}}
	cmd.Flags().StringVar(&role, "role", "agent", "admin, user or agent")
	cmd.Flags().StringVar(&kind, "kind", "person", "person, or service")
	cmd.Flags().StringVar(&profile, "profile", "", "id of the profile whose plugins it gets")
	cmd.Flags().StringSliceVar(&plugins, "plugins", nil, "ids of its own plugins")
	p.flags(cmd)
	return cmd
}
