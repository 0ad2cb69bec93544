package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/audit"
)

func (a *app) auditVerify() *cobra.Command {
	var head, file string
	cmd := &cobra.Command{Use: "verify", Short: "Check that the audit trail is whole", Args: noArgs,
		Long: "Check the chain of hashes, of the host's trail or of a file that 'appzone audit export' wrote, and end with status 1 if it is broken.\n\n" +
			"Entries that were removed from the end, and a trail that was written anew, show only against a head that was kept elsewhere. The host's\nlog has one every hour (\"audit head\" with seq and hash).",
		RunE: func(cmd *cobra.Command, _ []string) error {
			var kept *audit.Head
			if head != "" {
				h, err := audit.ParseHead(head)
				if err != nil {
					return usageError{fmt.Errorf("--head: %w", err)}
				}
				kept = &h
			}
			raw, err := a.auditReport(cmd, kept, file)
			if err != nil {
				return err
			}
			var report audit.Report
			if err := json.Unmarshal(raw, &report); err != nil {
				return err
			}
			return errors.Join(a.print(raw, func(w io.Writer) error { return reportTable(report, w) }), reportError(report))
		}}
	cmd.Flags().StringVar(&head, "head", "", "SEQ:HASH of an entry that was kept elsewhere")
	cmd.Flags().StringVar(&file, "file", "", "check this export (- for standard input), without a host")
	return cmd
}

// auditReport asks the host to check its trail, or checks a file.
func (a *app) auditReport(cmd *cobra.Command, kept *audit.Head, file string) (json.RawMessage, error) {
	if file != "" {
		report, err := a.verifyFile(file, kept)
		if err != nil {
			return nil, err
		}
		return json.Marshal(report)
	}
	c, err := a.client()
	if err != nil {
		return nil, err
	}
	q := url.Values{}
	if kept != nil {
		q.Set("head", kept.String())
	}
	answer, err := c.Do(cmd.Context(), client.Request{Method: "GET", Path: client.Path("audit", "verify"), Query: q})
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

// verifyFile checks an export.
func (a *app) verifyFile(name string, kept *audit.Head) (audit.Report, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return audit.Report{}, err
		}
		defer f.Close()
		in = f
	}
	return audit.VerifyExport(in, kept)
}

func reportTable(r audit.Report, w io.Writer) error {
	verdict := "whole"
	if !r.OK {
		verdict = "BROKEN"
	} else if r.Filtered {
		verdict = "filtered: what is there is unchanged, and what is missing cannot be told"
	}
	row(w, "TRAIL", verdict)
	row(w, "ENTRIES", r.Entries)
	if r.Base.Seq > 0 {
		row(w, "BEGINS AFTER", r.Base)
	}
	if r.Head.Seq > 0 {
		row(w, "HEAD", r.Head.Head)
		row(w, "HEAD'S TIME", r.Head.Time.Local().Format(time.DateTime))
	}
	if r.HeadFound != nil {
		row(w, "KEPT HEAD FOUND", *r.HeadFound)
	}
	if r.BrokenAt > 0 {
		row(w, "BROKEN AT", r.BrokenAt)
	}
	return nil
}
