package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/audit"
)

func (a *app) auditExport() *cobra.Command {
	var f auditFlags
	var file string
	cmd := &cobra.Command{Use: "export", Short: "Export the audit trail as NDJSON, oldest first", Args: noArgs,
		Long: "Export the audit trail, one entry a line, oldest first, up to its end at this moment. The chain is checked on the way. With a filter the first\n" +
			"line says that entries are left out, and 'appzone audit verify --file' can check only those that are there.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			filter, err := f.filter(time.Now())
			if err != nil {
				return err
			}
			report, err := a.exportTo(cmd.Context(), filter, file)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.errOut, "exported %d entries", report.Entries)
			if report.Head.Seq > 0 {
				fmt.Fprintf(a.errOut, ", the last one is %s", report.Head.Head)
			}
			fmt.Fprintln(a.errOut)
			return reportError(report)
		}}
	f.add(cmd)
	cmd.Flags().StringVarP(&file, "file", "f", "-", "where to (- for standard output)")
	return cmd
}

// exportTo writes the export beside its place, and puts it there when it is whole and on the disk.
func (a *app) exportTo(ctx context.Context, f audit.Filter, file string) (report audit.Report, err error) {
	if file == "-" {
		return a.writeExport(ctx, f, a.out)
	}
	out, err := os.CreateTemp(filepath.Dir(file), ".audit-*")
	if err != nil {
		return report, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(out.Name())
		}
	}()
	if report, err = a.writeExport(ctx, f, out); err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return report, err
	}
	if err = os.Rename(out.Name(), file); err != nil {
		return report, err
	}
	return report, syncFolder(filepath.Dir(file))
}

// syncFolder makes a new name in a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeExport copies the host's answer and checks it on the way. A stream that is cut off is an error.
func (a *app) writeExport(ctx context.Context, f audit.Filter, out io.Writer) (report audit.Report, err error) {
	c, err := a.client()
	if err != nil {
		return report, err
	}
	head, err := audit.ExportHead(f)
	if err != nil {
		return report, err
	}
	q := auditQuery(f)
	q.Set("format", "ndjson")
	body, err := c.Stream(ctx, client.Request{Method: "GET", Path: client.Path("audit"), Query: q, Header: http.Header{"Accept": {"application/x-ndjson"}}})
	if err != nil {
		return report, err
	}
	defer body.Close()
	// The check ends at the first entry that is wrong; the copy goes on, since that is what one will want to look at.
	copied := io.TeeReader(io.MultiReader(bytes.NewReader(head), body), out)
	report, err = audit.VerifyExport(copied, nil)
	if err == nil {
		_, err = io.Copy(io.Discard, copied)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errors.New("the export was cut off: the credentials ended, or the host stopped; what was written is not the whole trail")
	}
	return report, err
}
