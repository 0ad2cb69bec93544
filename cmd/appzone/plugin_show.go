package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginShow() *cobra.Command {
	return &cobra.Command{Use: "show ID", Short: "Show one plugin", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.get(cmd, client.Path("plugins", args[0]), nil, showPlugin)
		}}
}

func showPlugin(raw json.RawMessage, w io.Writer) error {
	var p pluginView
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	row(w, "id", p.ID)
	row(w, "name", p.Name)
	row(w, "version", p.Version)
	row(w, "description", p.Description)
	row(w, "type", p.kind())
	row(w, "sidebar", p.Sidebar)
	row(w, "stage", p.Stage)
	row(w, "state", p.State+", desired "+p.Desired)
	row(w, "since", ago(p.Since))
	row(w, "listening", p.Listening)
	row(w, "restarts", p.Restarts)
	row(w, "signature", strings.TrimSpace(p.Signature+" "+p.Publisher.String()))
	if p.Quarantine != nil {
		row(w, "quarantine", p.Quarantine.Reason)
	}
	for _, m := range p.Warnings {
		if m.Line == 0 { // the others are the manifest's, and the plan's to tell
			row(w, "warning", m.Message)
		}
	}
	if p.Candidate != nil {
		consent := ""
		if p.Candidate.NeedsConsent {
			consent = ", needs consent"
		}
		row(w, "candidate", p.Candidate.Version+consent)
	}
	if p.Former != nil {
		row(w, "former", fmt.Sprintf("%s, replaced %s, %d bytes of data kept", p.Former.Version, p.Former.ReplacedAt.Local().Format(time.DateTime), p.Former.SnapshotBytes))
	}
	if p.Trial {
		row(w, "on trial", "it has still to prove itself, or the host goes back by itself")
	}
	if p.LastExit != nil {
		row(w, "last exit", p.LastExit.Cause)
		if p.LastExit.Hint != "" {
			row(w, "hint", p.LastExit.Hint)
		}
	}
	for _, wall := range p.Walls {
		row(w, "wall "+wall.Name, wall.Level+": "+wall.Reason)
	}
	return nil
}
