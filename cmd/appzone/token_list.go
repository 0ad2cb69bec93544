package main

import (
	"encoding/json"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) tokenList() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List bearer tokens", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.getAll(cmd, client.Path("tokens"), url.Values{}, tokenTable)
		}}
}

func tokenTable(items []json.RawMessage, w io.Writer) error {
	row(w, "ID", "NAME", "USER", "SCOPES", "CREATED", "EXPIRES")
	for _, raw := range items {
		var t struct {
			ID, Name, User string
			Scopes         []string
			CreatedAt      time.Time
			ExpiresAt      *time.Time
		}
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
		expires := "never"
		if t.ExpiresAt != nil {
			expires = t.ExpiresAt.Local().Format(time.DateTime)
		}
		row(w, t.ID, t.Name, t.User, strings.Join(t.Scopes, ","), t.CreatedAt.Local().Format(time.DateTime), expires)
	}
	return nil
}
