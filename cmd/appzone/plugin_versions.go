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

func (a *app) pluginVersions() *cobra.Command {
	return &cobra.Command{Use: "versions ID", Short: "List the versions of a plugin that are kept", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.getAll(cmd, client.Path("plugins", args[0], "versions"), url.Values{}, versionTable)
		}}
}

func versionTable(items []json.RawMessage, w io.Writer) error {
	row(w, "VERSION", "DIGEST", "FILES", "BYTES", "UPLOADED", "BY", "")
	for _, raw := range items {
		var v struct {
			Version, Digest, UploadedBy  string
			FileCount                    int
			ZipBytes                     int64
			UploadedAt                   time.Time
			Installed, Candidate, Former bool
			Fault                        string
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		mark := ""
		if v.Installed {
			mark = "installed"
		} else if v.Candidate {
			mark = "candidate"
		} else if v.Former {
			mark = "former"
		}
		if v.Fault != "" {
			mark = strings.TrimSpace(mark + " (taken back: " + v.Fault + ")")
		}
		row(w, v.Version, v.Digest[:min(12, len(v.Digest))], v.FileCount, v.ZipBytes, v.UploadedAt.Local().Format(time.DateTime), v.UploadedBy, mark)
	}
	return nil
}
