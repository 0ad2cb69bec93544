package main

import (
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"slices"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginList() *cobra.Command {
	var state, find string
	cmd := &cobra.Command{Use: "list", Short: "List plugins", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := url.Values{}
			if state != "" {
				q.Set("state", state)
			}
			if find != "" {
				q.Set("q", find)
			}
			return a.getAll(cmd, client.Path("plugins"), q, pluginTable)
		}}
	cmd.Flags().StringVar(&state, "state", "", "only in this state: stopped, starting, running, stopping, backoff or failed")
	cmd.Flags().StringVar(&find, "find", "", "only with this text in id, name or description")
	return cmd
}

func pluginTable(items []json.RawMessage, w io.Writer) error {
	row(w, "ID", "VERSION", "TYPE", "STAGE", "STATE", "SINCE", "RESTARTS")
	for _, raw := range items {
		var p pluginView
		if err := json.Unmarshal(raw, &p); err != nil {
			return err
		}
		row(w, p.ID, p.Version, p.kind(), p.Stage, p.State, ago(p.Since), p.Restarts)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
