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
	var user string
	cmd := &cobra.Command{Use: "list", Short: "List bearer tokens", Args: noArgs,
		Long: "List your bearer tokens, or with the right staff:manage everybody's.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			q := url.Values{}
			if user != "" {
				q.Set("user", user)
			}
			return a.getAll(cmd, client.Path("tokens"), q, tokenTable)
		}}
	cmd.Flags().StringVar(&user, "user", "", "only those of this member")
	return cmd
}

func tokenTable(items []json.RawMessage, w io.Writer) error {
	row(w, "ID", "NAME", "USER", "SCOPES", "CREATED", "EXPIRES", "USED")
	for _, raw := range items {
		var t struct {
			ID, Name, User string
			Scopes         []string
			CreatedAt      time.Time
			ExpiresAt      *time.Time
			UsedAt         *time.Time
		}
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
		expires := "never"
		if t.ExpiresAt != nil {
			expires = t.ExpiresAt.Local().Format(time.DateTime)
		}
		used := "never"
		if t.UsedAt != nil {
			used = t.UsedAt.Local().Format(time.DateTime)
		}
		row(w, t.ID, t.Name, t.User, strings.Join(t.Scopes, ","), t.CreatedAt.Local().Format(time.DateTime), expires, used)
	}
	return nil
}
