package main

import (
	"encoding/json"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/audit"
)

// auditPage is how many entries are asked for at once.
const auditPage = 500

func (a *app) auditList() *cobra.Command {
	var f auditFlags
	var limit int
	cmd := &cobra.Command{Use: "list", Short: "List what was done, failed and was denied, newest first", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter(time.Now())
			if err != nil {
				return err
			}
			if limit < 1 {
				return usage("--limit is %d and must be at least 1", limit)
			}
			items, err := a.auditItems(cmd, filter, limit)
			if err != nil {
				return err
			}
			raw, err := json.Marshal(map[string]any{"items": items})
			if err != nil {
				return err
			}
			return a.print(raw, func(w io.Writer) error { return auditTable(items, w) })
		}}
	f.add(cmd)
	cmd.Flags().IntVar(&limit, "limit", 100, "how many entries at most")
	return cmd
}

// auditItems asks for pages until there are enough entries.
func (a *app) auditItems(cmd *cobra.Command, f audit.Filter, limit int) ([]json.RawMessage, error) {
	c, err := a.client()
	if err != nil {
		return nil, err
	}
	q := auditQuery(f)
	items := []json.RawMessage{}
	for {
		q.Set("limit", strconv.Itoa(min(auditPage, limit-len(items))))
		answer, err := c.Do(cmd.Context(), client.Request{Method: "GET", Path: client.Path("audit"), Query: q})
		if err != nil {
			return nil, err
		}
		var page struct {
			Items []json.RawMessage
			Next  *string
		}
		if err := answer.Into(&page); err != nil {
			return nil, err
		}
		items = append(items, page.Items...)
		if page.Next == nil || len(items) >= limit {
			return items, nil
		}
		q.Set("cursor", *page.Next)
	}
}

func auditTable(items []json.RawMessage, w io.Writer) error {
	row(w, "SEQ", "TIME", "ACTOR", "ADDRESS", "KIND", "PLUGIN", "SUBJECT", "OUTCOME", "CODE", "COUNT")
	for _, raw := range items {
		var e audit.Entry
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		row(w, e.Seq, e.Time.Local().Format(time.DateTime), e.Actor, e.Address, e.Kind, e.Plugin, e.Subject, e.Outcome, e.Code, max(1, e.Count))
	}
	return nil
}
