package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// plugin is the tree of verbs about plugins.
func (a *app) plugin() *cobra.Command {
	cmd := &cobra.Command{Use: "plugin", Short: "Manage plugins", Args: noArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(a.pluginList(), a.pluginShow(), a.pluginUpload(), a.pluginPlan(), a.pluginInstall(),
		a.pluginStart(), a.pluginStop(), a.pluginRestart(), a.pluginLogs(), a.pluginStats(), a.pluginSettings(), a.pluginGrants(),
		a.pluginVersions(), a.pluginRollback(), a.pluginUninstall(), a.pluginRemove())
	cmd.AddCommand(a.pluginExport(), a.pluginImport())
	return cmd
}

// pluginView is what the tables show of a plugin.
type pluginView struct {
	ID, Name, Version, Description, Type, Runtime, Stage, State, Desired, Sidebar, Signature string
	Since                                                                                    time.Time
	Listening                                                                                bool
	Restarts                                                                                 int
	Candidate                                                                                *struct {
		Version      string
		NeedsConsent bool
	}
	Former *struct {
		Version       string
		SnapshotBytes int64
		ReplacedAt    time.Time
	}
	Trial      bool
	Publisher  *publisherView
	Quarantine *struct{ Reason string }
	Warnings   []struct {
		Line    int
		Message string
	}
	LastExit *struct{ Cause, Hint string }
	Walls    []struct{ Name, Level, Reason string }
}

// kind is the type and, for a script, its runtime.
func (p *pluginView) kind() string {
	if p.Runtime == "" {
		return p.Type
	}
	return p.Type + "/" + p.Runtime
}

// tableOf shows an object as field and value, for what has no table of its own.
func tableOf(raw json.RawMessage, w io.Writer) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return err
	}
	for _, name := range sortedKeys(fields) {
		row(w, name, strings.Trim(string(fields[name]), `"`))
	}
	return nil
}

func ago(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprint(time.Since(t).Round(time.Second))
}
