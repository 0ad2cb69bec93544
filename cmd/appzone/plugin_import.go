package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginImport() *cobra.Command {
	return &cobra.Command{Use: "import FILE", Short: "Bring in a plugin that another host exported", Args: exactArgs("FILE"),
		Long: "Bring in a plugin that 'appzone plugin export' wrote. It waits for consent, with its settings and data; 'appzone plugin install' installs it.",
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			c, err := a.client()
			if err != nil {
				return err
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, f.Close()) }()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			answer, err := c.Do(cmd.Context(), client.Request{Method: "POST", Path: client.Path("plugins", "import"), Length: info.Size(),
				Body: io.NopCloser(a.watched(f, info.Size())), Header: http.Header{"Content-Type": {"application/zstd"}}})
			if err != nil {
				return err
			}
			return a.print(answer.Body, func(w io.Writer) error { return importTable(answer.Body, w) })
		}}
}

func importTable(raw json.RawMessage, w io.Writer) error {
	var in struct {
		Plugin      json.RawMessage
		LostSecrets []string
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	if err := showPlugin(in.Plugin, w); err != nil {
		return err
	}
	for _, at := range in.LostSecrets {
		if _, err := fmt.Fprintf(w, "the secret %s was encrypted with another host's key: set it again\n", clean(at)); err != nil {
			return err
		}
	}
	return nil
}
