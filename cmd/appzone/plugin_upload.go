package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginUpload() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{Use: "upload FILE|DIR", Short: "Upload a plugin's zip, or its folder", Args: exactArgs("FILE|DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			answer, err := a.upload(cmd.Context(), c, args[0], dryRun)
			if err != nil {
				return err
			}
			show := showPlugin
			if dryRun {
				show = showPlan
			}
			return a.print(answer.Body, func(w io.Writer) error { return show(answer.Body, w) })
		}}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "check the zip and show its plan; keep nothing")
	return cmd
}

// upload sends a zip, or the zip of a folder.
func (a *app) upload(ctx context.Context, c *client.Client, path string, dryRun bool) (*client.Answer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f, err := openZip(path, info.IsDir())
	if err != nil {
		return nil, asProblem(err)
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	q := url.Values{}
	if dryRun {
		q.Set("dryRun", "true")
	}
	return c.Do(ctx, client.Request{Method: "POST", Path: client.Path("plugins"), Query: q, Length: size,
		Body: a.watched(f, size), Header: http.Header{"Content-Type": {"application/zip"}}})
}

// watched shows on a terminal how far r is.
func (a *app) watched(r io.Reader, size int64) io.Reader {
	if !isTerminal(a.errOut) {
		return r
	}
	bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(a.errOut), progressbar.OptionSetDescription("uploading"),
		progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
	reader := progressbar.NewReader(r, bar)
	return &reader
}

// idOf is the id in a plugin's description.
func idOf(raw json.RawMessage) (string, error) {
	var p pluginView
	err := json.Unmarshal(raw, &p)
	return p.ID, err
}
