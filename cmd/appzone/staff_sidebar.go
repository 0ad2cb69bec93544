package main

import (
	"encoding/json"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) staffSidebar() *cobra.Command {
	return &cobra.Command{Use: "sidebar USER", Short: "Show what a member's sidebar shows", Args: exactArgs("USER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.getAll(cmd, client.Path("staff", args[0], "sidebar"), url.Values{}, sidebarTable)
		}}
}

func sidebarTable(items []json.RawMessage, w io.Writer) error {
	row(w, "ID", "NAME", "VIEW", "STATE", "URL")
	for _, raw := range items {
		var e struct{ ID, Name, View, State, URL string }
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		row(w, e.ID, e.Name, e.View, e.State, e.URL)
	}
	return nil
}
