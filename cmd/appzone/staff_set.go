package main

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) staffSet() *cobra.Command {
	var role, kind, profile string
	var p passwordFlags
	var given givenFlags
	cmd := &cobra.Command{Use: "set USER", Short: "Change a member", Args: exactArgs("USER"),
		Long: "Change a member. What no flag names stays. Another password ends the member's sessions.",
		RunE: func(cmd *cobra.Command, args []string) error {
			body := changed(cmd, map[string]*string{"role": &role, "kind": &kind, "profile": &profile})
			if body["profile"] == "" {
				body["profile"] = nil
			}
			if err := a.askPassword(p, body); err != nil {
				return err
			}
			return a.patchGiven(cmd, client.Path("staff", args[0]), body, given, showMember)
		}}
	cmd.Flags().StringVar(&role, "role", "", "admin, user or agent")
	cmd.Flags().StringVar(&kind, "kind", "", "person, or service")
	cmd.Flags().StringVar(&profile, "profile", "", `id of the profile whose plugins it gets ("" for none)`)
	given.flags(cmd)
	p.flags(cmd)
	return cmd
}

// changed is a patch of the flags that were given.
func changed(cmd *cobra.Command, flags map[string]*string) map[string]any {
	body := map[string]any{}
	for name, value := range flags {
		if cmd.Flags().Changed(name) {
			body[name] = *value
		}
	}
	return body
}

// givenFlags change a list of plugins: as a whole, or by some.
type givenFlags struct{ all, give, take []string }

func (g *givenFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&g.all, "plugins", nil, `ids of all plugins ("" for none)`)
	cmd.Flags().StringSliceVar(&g.give, "give", nil, "ids of plugins to add")
	cmd.Flags().StringSliceVar(&g.take, "take", nil, "ids of plugins to take away")
}

// patchGiven sends a patch, with the list of plugins that the flags make of the present one.
func (a *app) patchGiven(cmd *cobra.Command, path string, body map[string]any, g givenFlags, table func(json.RawMessage, io.Writer) error) error {
	r := client.Request{Method: "PATCH", Path: path, JSON: body, Header: http.Header{"Content-Type": {"application/merge-patch+json"}}}
	some, all := len(g.give)+len(g.take) > 0, cmd.Flags().Changed("plugins")
	switch {
	case some && all:
		return usage("--plugins replaces all: leave it out, or --give and --take")
	case all:
		body["plugins"] = append([]string{}, g.all...)
	case some:
		c, err := a.client()
		if err != nil {
			return err
		}
		answer, err := c.Do(cmd.Context(), client.Request{Method: "GET", Path: path})
		if err != nil {
			return err
		}
		var now struct{ Plugins []string }
		if err := answer.Into(&now); err != nil {
			return err
		}
		plugins := append(now.Plugins, g.give...)
		body["plugins"] = slices.DeleteFunc(plugins, func(id string) bool { return slices.Contains(g.take, id) })
		r.Header.Set("If-Match", answer.Header.Get("ETag"))
	}
	if len(body) == 0 {
		return usage("nothing to change: see %s --help", cmd.CommandPath())
	}
	return a.send(cmd, r, table)
}
