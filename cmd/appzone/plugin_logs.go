package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) pluginLogs() *cobra.Command {
	var tail int
	var follow bool
	cmd := &cobra.Command{Use: "logs ID", Short: "Show what a plugin wrote", Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			q := url.Values{"tail": {strconv.Itoa(tail)}, "follow": {strconv.FormatBool(follow)}}
			return c.Lines(cmd.Context(), client.Request{Method: "GET", Path: client.Path("plugins", args[0], "logs"), Query: q}, a.printLine)
		}}
	cmd.Flags().IntVar(&tail, "tail", 100, "how many lines to go back, at most 10000")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with every line that comes")
	return cmd
}

// printLine writes one line of a log.
func (a *app) printLine(raw json.RawMessage) error {
	if a.format == formatJSON {
		_, err := fmt.Fprintf(a.out, "%s\n", raw)
		return err
	}
	var l struct {
		Time         time.Time
		Stream, Text string
	}
	if err := json.Unmarshal(raw, &l); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "%s  %-6s  %s\n", l.Time.Local().Format("15:04:05.000"), clean(l.Stream), clean(l.Text))
	return err
}
