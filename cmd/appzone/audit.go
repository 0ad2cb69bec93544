package main

import (
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"appzone/host/audit"
)

// audit is the tree of verbs about the audit trail.
func (a *app) audit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "Read, check and export the audit trail", Args: noArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	cmd.AddCommand(a.auditList(), a.auditVerify(), a.auditExport())
	return cmd
}

// auditFlags say which entries are wanted.
type auditFlags struct{ actor, plugin, kind, outcome, since, until string }

func (f *auditFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.actor, "actor", "", "only what this account did")
	flags.StringVar(&f.plugin, "plugin", "", "only what was done to this plugin")
	flags.StringVar(&f.kind, "kind", "", `only kinds that begin so, such as "plugin."`)
	flags.StringVar(&f.outcome, "outcome", "", "only with this outcome: done, failed or denied")
	flags.StringVar(&f.since, "since", "", "only from this time on: 2026-01-31T12:00:00Z, or 24h for the last day")
	flags.StringVar(&f.until, "until", "", "only before this time")
}

// filter reads the flags.
func (f *auditFlags) filter(now time.Time) (out audit.Filter, err error) {
	out = audit.Filter{Actor: f.actor, Plugin: f.plugin, Kind: f.kind, Outcome: audit.Outcome(f.outcome)}
	if out.Since, err = moment("since", f.since, now); err != nil {
		return out, err
	}
	out.Until, err = moment("until", f.until, now)
	return out, err
}

// moment reads a time, or how long ago it is.
func moment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usage("--%s is %q and must be a time such as 2026-01-31T12:00:00Z or how long ago, such as 24h", flag, text)
	}
	return t, nil
}

// auditQuery is the filter as the interface takes it.
func auditQuery(f audit.Filter) url.Values {
	q := url.Values{}
	for name, v := range map[string]string{"actor": f.Actor, "plugin": f.Plugin, "kind": f.Kind, "outcome": string(f.Outcome)} {
		if v != "" {
			q.Set(name, v)
		}
	}
	for name, t := range map[string]time.Time{"since": f.Since, "until": f.Until} {
		if !t.IsZero() {
			q.Set(name, t.Format(time.RFC3339Nano))
		}
	}
	return q
}

// reportError is a trail that is not whole: the command fails.
func reportError(r audit.Report) error {
	if r.OK {
		return nil
	}
	return fmt.Errorf("the audit trail is not whole: %s", r.Reason)
}
