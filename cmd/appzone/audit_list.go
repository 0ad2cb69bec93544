package main

import (
	"encoding/json"
	"io"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/audit"
)

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
			return a.getSome(cmd, client.Path("audit"), auditQuery(filter), limit, auditTable)
		}}
	f.add(cmd)
	cmd.Flags().IntVar(&limit, "limit", 100, "how many entries at most")
	return cmd
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
