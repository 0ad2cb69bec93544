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
	row(w, "VERSION", "DIGEST", "FILES", "BYTES", "UPLOADED", "BY", "SIGNATURE", "IS", "FAULT")
	for _, raw := range items {
		var v struct {
			Version, Digest, UploadedBy, Signature, Fault string
			FileCount                                     int
			ZipBytes                                      int64
			UploadedAt                                    time.Time
			Installed, Candidate, Former                  bool
		}
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		var marks []string
		for _, m := range []struct {
			is   bool
			name string
		}{{v.Installed, "installed"}, {v.Candidate, "candidate"}, {v.Former, "former"}} {
			if m.is {
				marks = append(marks, m.name)
			}
		}
		row(w, v.Version, v.Digest[:min(12, len(v.Digest))], v.FileCount, v.ZipBytes, v.UploadedAt.Local().Format(time.DateTime), v.UploadedBy, v.Signature, strings.Join(marks, ", "), v.Fault)
	}
	return nil
}
