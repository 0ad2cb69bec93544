package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// installFlags are those of plugin install.
type installFlags struct {
	version, grant, settings string
	allow                    []string
	start                    bool
}

// allowWords are those that may be said with --allow.
var allowWords = []string{"downgrade", "replace", "unsigned", "key"}

// check refuses flags that the host would refuse.
func (f *installFlags) check() error {
	if f.grant != "" && f.grant != "requested" {
		return usage("--grant takes requested, for all that the plugin asks for; without it, what was granted before stays")
	}
	for _, word := range f.allow {
		if !slices.Contains(allowWords, word) {
			return usage("--allow takes %s", strings.Join(allowWords, ", "))
		}
	}
	return nil
}

func (a *app) pluginInstall() *cobra.Command {
	var f installFlags
	cmd := &cobra.Command{Use: "install ID|FILE.zip|DIR", Short: "Install a plugin that was uploaded, or upload and install one", Args: exactArgs("ID|FILE.zip|DIR"),
		Long: "Install what its plan shows. With --grant requested you agree to everything that the plugin asks for; look at it first with\n" +
			"'appzone plugin plan ID' or 'appzone plugin upload --dry-run FILE.zip'. What the plan needs a word for is said with --allow.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.check(); err != nil {
				return err
			}
			c, err := a.client()
			if err != nil {
				return err
			}
			id, err := a.uploaded(cmd.Context(), c, args[0], slices.Contains(f.allow, "replace"))
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
	cmd.Flags().StringVar(&f.settings, "settings", "", "with the settings in this JSON file (- for standard input), for a version that refuses the present ones")
	cmd.Flags().StringSliceVar(&f.allow, "allow", nil, "words that the plan asks for: "+strings.Join(allowWords, ", "))
	cmd.Flags().BoolVar(&f.start, "start", false, "start it then (default: if its former version ran)")
	return cmd
}

// uploaded is the id that what names, after an upload if it names a file or a folder.
func (a *app) uploaded(ctx context.Context, c *client.Client, what string, replace bool) (string, error) {
	if _, err := os.Stat(what); err != nil && !strings.HasSuffix(what, ".zip") {
		return what, nil
	}
	answer, err := a.upload(ctx, c, what, uploadFlags{replace: replace})
	if err != nil {
		return "", err
	}
	return idOf(answer.Body)
}

func (a *app) install(ctx context.Context, c *client.Client, id string, f installFlags, start *bool) error {
	settings, err := a.readJSON(f.settings)
	if err != nil {
		return err
	}
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
		return a.undecided(answer.Body, "the plugin asks for more than is granted; agree with --grant requested")
	}
	if missing := plan.missing(f.allow); len(missing) > 0 {
		return a.undecided(answer.Body, "the plan needs a word; say it with --allow "+strings.Join(missing, ","))
	}
	if start != nil {
		body["start"] = *start
	}
	if settings != nil {
		body["settings"] = settings
	}
	if len(f.allow) > 0 {
		body["allow"] = f.allow
	}
	return a.operate(ctx, c, client.Request{Method: "POST", Path: client.Path("plugins", id, "install"), JSON: body,
		Header: http.Header{"If-Match": {answer.Header.Get("ETag")}}})
}

// missing are the words that the plan needs and nobody said.
func (p *planView) missing(said []string) (words []string) {
	for _, n := range p.Needs {
		if !slices.Contains(said, n.Word) {
			words = append(words, n.Word)
		}
	}
	return words
}

// undecided shows the plan to whoever has not decided about all of it.
func (a *app) undecided(plan json.RawMessage, what string) error {
	w := tabwriter.NewWriter(a.errOut, 0, 4, 2, ' ', 0)
	if err := errors.Join(showPlan(plan, w), w.Flush()); err != nil {
		return err
	}
	fmt.Fprintln(a.errOut)
	return errors.New(what)
}
