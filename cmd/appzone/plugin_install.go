package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// installFlags are those of plugin install.
type installFlags struct {
	version, grant string
	start          bool
}

func (a *app) pluginInstall() *cobra.Command {
	var f installFlags
	cmd := &cobra.Command{Use: "install ID|FILE.zip|DIR", Short: "Install a plugin that was uploaded, or upload and install one", Args: exactArgs("ID|FILE.zip|DIR"),
		Long: "Install what its plan shows. With --grant requested you agree to everything that the plugin asks for; look at it first with\n" +
			"'appzone plugin plan ID' or 'appzone plugin upload --dry-run FILE.zip'.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.grant != "" && f.grant != "requested" {
				return usage("--grant takes requested, for all that the plugin asks for; without it, what was granted before stays")
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			id, err := a.uploaded(cmd.Context(), c, args[0])
			if err != nil {
				return err
			}
			var start *bool
			if cmd.Flags().Changed("start") {
				start = &f.start
			}
			return a.install(cmd.Context(), c, id, f, start)
		}}
	cmd.Flags().StringVar(&f.version, "version", "", "install this version (default: the one that was uploaded last)")
	cmd.Flags().StringVar(&f.grant, "grant", "", `"requested" agrees to all that the plugin asks for`)
	cmd.Flags().BoolVar(&f.start, "start", false, "start it then (default: if its former version ran)")
	return cmd
}

// uploaded is the id that what names, after an upload if it names a file or a folder.
func (a *app) uploaded(ctx context.Context, c *client.Client, what string) (string, error) {
	if _, err := os.Stat(what); err != nil && !strings.HasSuffix(what, ".zip") {
		return what, nil
	}
	answer, err := a.upload(ctx, c, what, false)
	if err != nil {
		return "", err
	}
	return idOf(answer.Body)
}

func (a *app) install(ctx context.Context, c *client.Client, id string, f installFlags, start *bool) error {
	answer, err := c.Do(ctx, client.Request{Method: "GET", Path: client.Path("plugins", id, "plan"), Query: versionQuery(f.version)})
	if err != nil {
		return err
	}
	var plan planView
	if err := answer.Into(&plan); err != nil {
		return err
	}
	body := map[string]any{"version": plan.Version}
	if f.grant != "" {
		body["grants"] = f.grant
	} else if plan.NeedsConsent {
		return a.needsConsent(answer.Body)
	}
	if start != nil {
		body["start"] = *start
	}
	return a.operate(ctx, c, client.Request{Method: "POST", Path: client.Path("plugins", id, "install"), JSON: body,
		Header: http.Header{"If-Match": {answer.Header.Get("ETag")}}})
}

// needsConsent shows the plan to whoever has not agreed to it.
func (a *app) needsConsent(plan json.RawMessage) error {
	w := tabwriter.NewWriter(a.errOut, 0, 4, 2, ' ', 0)
	if err := errors.Join(showPlan(plan, w), w.Flush()); err != nil {
		return err
	}
	fmt.Fprintln(a.errOut)
	return errors.New("the plugin asks for more than is granted; agree with --grant requested")
}
