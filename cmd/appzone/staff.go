package main

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// staff is the tree of verbs about members.
func (a *app) staff() *cobra.Command {
	cmd := &cobra.Command{Use: "staff", Short: "Manage staff members", Args: noArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(a.staffList(), a.staffShow(), a.staffCreate(), a.staffSet(), a.staffDelete(), a.staffSidebar(), a.staffSignOut(), a.staffResetTOTP())
	return cmd
}

// memberView is what the tables show of a member.
type memberView struct {
	Username, Kind, Role string
	Profile              *string
	Plugins              []string
	EffectivePlugins     []struct {
		ID    string
		Why   []string
		Opens bool
	}
}

func (a *app) staffList() *cobra.Command {
	var find string
	cmd := &cobra.Command{Use: "list", Short: "List members", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.getAll(cmd, client.Path("staff"), finding(find), memberTable)
		}}
	cmd.Flags().StringVar(&find, "find", "", "only with this text in the user name")
	return cmd
}

// finding is the query for a text that may be empty.
func finding(text string) url.Values {
	q := url.Values{}
	if text != "" {
		q.Set("q", text)
	}
	return q
}

func memberTable(items []json.RawMessage, w io.Writer) error {
	row(w, "USER", "KIND", "ROLE", "PROFILE", "PLUGINS")
	for _, raw := range items {
		var m memberView
		if err := json.Unmarshal(raw, &m); err != nil {
			return err
		}
		row(w, m.Username, m.Kind, m.Role, m.profile(), strings.Join(m.Plugins, ","))
	}
	return nil
}

func (m *memberView) profile() string {
	if m.Profile == nil {
		return ""
	}
	return *m.Profile
}

func (a *app) staffShow() *cobra.Command {
	return &cobra.Command{Use: "show USER", Short: "Show one member, with all plugins that the member has", Args: exactArgs("USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.get(cmd, client.Path("staff", args[0]), nil, showMember)
		}}
}

func showMember(raw json.RawMessage, w io.Writer) error {
	var m memberView
	if err := json.Unmarshal(raw, &m); err != nil {
		return err
	}
	row(w, "user", m.Username)
	row(w, "kind", m.Kind)
	row(w, "role", m.Role)
	row(w, "profile", m.profile())
	row(w, "own plugins", strings.Join(m.Plugins, ","))
	for _, p := range m.EffectivePlugins {
		how := "by " + strings.Join(p.Why, " and ")
		if !p.Opens {
			how += ", not open: not installed, or its sidebar setting hides it"
		}
		row(w, "plugin "+p.ID, how)
	}
	return nil
}
