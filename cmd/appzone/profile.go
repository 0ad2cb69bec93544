package main

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// profile is the tree of verbs about profiles.
func (a *app) profile() *cobra.Command {
	cmd := &cobra.Command{Use: "profile", Short: "Manage profiles, which give many members the same plugins", Args: noArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(a.profileList(), a.profileShow(), a.profileCreate(), a.profileSet(), a.profileDelete())
	return cmd
}

// profileView is what the tables show of a profile.
type profileView struct {
	ID, Name, Role string
	Plugins        []string
	Members        int
}

func (a *app) profileList() *cobra.Command {
	var find string
	cmd := &cobra.Command{Use: "list", Short: "List profiles", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.getAll(cmd, client.Path("profiles"), finding(find), profileTable)
		}}
	cmd.Flags().StringVar(&find, "find", "", "only with this text in id or name")
	return cmd
}

func profileTable(items []json.RawMessage, w io.Writer) error {
	row(w, "ID", "NAME", "ROLE", "MEMBERS", "PLUGINS")
	for _, raw := range items {
		var p profileView
		if err := json.Unmarshal(raw, &p); err != nil {
			return err
		}
		row(w, p.ID, p.Name, p.Role, p.Members, strings.Join(p.Plugins, ","))
	}
	return nil
}

func (a *app) profileShow() *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "Show one profile", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.get(cmd, client.Path("profiles", args[0]), nil, showProfile)
		}}
}

func showProfile(raw json.RawMessage, w io.Writer) error {
	var p profileView
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	row(w, "id", p.ID)
	row(w, "name", p.Name)
	row(w, "role", p.Role)
	row(w, "members", p.Members)
	row(w, "plugins", strings.Join(p.Plugins, ","))
	return nil
}

func (a *app) profileDelete() *cobra.Command {
	return &cobra.Command{Use: "delete ID", Short: "Delete a profile that no member has", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.delete(cmd, client.Path("profiles", args[0]), "deleted", args[0])
		}}
}
