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

// uploadFlags are those of plugin upload.
type uploadFlags struct{ dryRun, replace bool }

func (a *app) pluginUpload() *cobra.Command {
	var f uploadFlags
	var allow string
	cmd := &cobra.Command{Use: "upload FILE|DIR", Short: "Upload a plugin's zip, or its folder", Args: exactArgs("FILE|DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if allow != "" && allow != "replace" {
				return usage("--allow takes replace, for other content under a version that is there")
			}
			f.replace = allow != ""
			c, err := a.client()
			if err != nil {
				return err
			}
			answer, err := a.upload(cmd.Context(), c, args[0], f)
			if err != nil {
				return err
			}
			show := showPlugin
			if f.dryRun {
				show = showPlan
			}
			return a.print(answer.Body, func(w io.Writer) error { return show(answer.Body, w) })
		}}
	cmd.Flags().BoolVar(&f.dryRun, "dry-run", false, "check the zip and show its plan; keep nothing")
	cmd.Flags().StringVar(&allow, "allow", "", `"replace" takes other content under a version that is there`)
	return cmd
}

// upload sends a zip, or the zip of a folder.
func (a *app) upload(ctx context.Context, c *client.Client, path string, flags uploadFlags) (*client.Answer, error) {
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
	if flags.dryRun {
		q.Set("dryRun", "true")
	}
	if flags.replace {
		q.Set("allow", "replace")
	}
	return c.Do(ctx, client.Request{Method: "POST", Path: client.Path("plugins"), Query: q, Length: size,
		Body: a.watched(f, size), Header: http.Header{"Content-Type": {"application/zip"}}})
}

// watched shows on a terminal how far r is.
func (a *app) watched(r io.Reader, size int64) io.Reader { return a.watchedAs("uploading", r, size) }

// watchedAs is watched for something that has another name; -1 is a size that nobody knows.
func (a *app) watchedAs(what string, r io.Reader, size int64) io.Reader {
	if !isTerminal(a.errOut) {
		return r
	}
	bar := progressbar.NewOptions64(size, progressbar.OptionSetWriter(a.errOut), progressbar.OptionSetDescription(what),
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
