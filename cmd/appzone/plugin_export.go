package main

import (
	"net/url"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/archive"
)

func (a *app) pluginExport() *cobra.Command {
	var file string
	var noData bool
	cmd := &cobra.Command{Use: "export ID", Short: "Export a plugin with its settings and data for another host", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			q := url.Values{}
			if noData {
				q.Set("data", "false")
			}
			name := first(file, filepath.Base(args[0])+"-"+time.Now().UTC().Format("20060102-150405")+".tar.zst")
			return a.download(cmd.Context(), client.Request{Method: "GET", Path: client.Path("plugins", args[0], "export"), Query: q}, archive.KindPlugin, name)
		}}
	cmd.Flags().StringVarP(&file, "file", "f", "", "where to (default ID-DATE.tar.zst in the working folder, - for standard output)")
	cmd.Flags().BoolVar(&noData, "no-data", false, "leave its private data out")
	return cmd
}
