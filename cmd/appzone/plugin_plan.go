package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// planView is what the command line shows of a plan, and what binds an installation to it.
type planView struct {
	Plugin, Name, Version, Description, Type, Runtime, Digest, Signature, ETag string
	FileCount                                                                  int
	ZipBytes                                                                   int64
	Installed                                                                  *struct{ Version string }
	Added, Removed                                                             []struct{ Code, Value string }
	Publisher                                                                  *publisherView
	NeedsConsent                                                               bool
	Dependencies, SuggestedHosts                                               []string
	Findings                                                                   []struct{ Severity, Code, Message, Path string }
	Warnings                                                                   []struct {
		Line, Column int
		Message      string
	}
	Changes  *changesView
	Settings struct{ Refused []client.Field }
	Needs    []struct{ Word, Message string }
}

func (a *app) pluginPlan() *cobra.Command {
	var version string
	cmd := &cobra.Command{Use: "plan ID", Short: "Show what installing a plugin would do", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.get(cmd, client.Path("plugins", args[0], "plan"), versionQuery(version), showPlan)
		}}
	cmd.Flags().StringVar(&version, "version", "", "of this version (default: the one that was uploaded last)")
	return cmd
}

func versionQuery(version string) url.Values {
	q := url.Values{}
	if version != "" {
		q.Set("version", version)
	}
	return q
}

func showPlan(raw json.RawMessage, w io.Writer) error {
	var p planView
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	row(w, "plugin", p.Plugin+" ("+p.Name+")")
	row(w, "version", p.Version)
	if p.Installed != nil {
		row(w, "installed", p.Installed.Version)
	}
	row(w, "type", strings.TrimSuffix(p.Type+"/"+p.Runtime, "/"))
	row(w, "description", p.Description)
	row(w, "zip", fmt.Sprintf("%d files, %d bytes, sha256 %s", p.FileCount, p.ZipBytes, p.Digest))
	row(w, "signature", strings.TrimSpace(p.Signature+" "+p.Publisher.String()))
	p.Changes.show(w)
	for _, n := range p.Needs {
		row(w, "needs", "--allow "+n.Word+": "+n.Message)
	}
	for _, f := range p.Settings.Refused {
		row(w, "refuses", strings.TrimSpace("setting "+f.Field+" "+f.Message)+" (install with --settings FILE)")
	}
	for _, n := range p.Added {
		row(w, "asks for", n.Code+" "+n.Value)
	}
	for _, n := range p.Removed {
		row(w, "gives up", n.Code+" "+n.Value)
	}
	if len(p.Dependencies) > 0 {
		row(w, "fetches", strings.Join(p.Dependencies, ", "))
	}
	if len(p.SuggestedHosts) > 0 {
		row(w, "names hosts", strings.Join(p.SuggestedHosts, ", "))
	}
	for _, f := range p.Findings {
		row(w, f.Severity, strings.TrimSpace(f.Message+" "+f.Path))
	}
	for _, m := range p.Warnings {
		row(w, "warning", fmt.Sprintf("manifest.json, line %d, column %d: %s", m.Line, m.Column, m.Message))
	}
	return nil
}
