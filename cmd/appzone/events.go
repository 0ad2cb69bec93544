package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

func (a *app) events() *cobra.Command {
	var plugin, types, after string
	cmd := &cobra.Command{Use: "events", Short: "Follow what happens on the host", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			q := url.Values{}
			for name, v := range map[string]string{"plugin": plugin, "type": types, "after": after} {
				if v != "" {
					q.Set(name, v)
				}
			}
			return c.Events(cmd.Context(), client.Request{Method: "GET", Path: client.Path("events"), Query: q}, a.printEvent)
		}}
	cmd.Flags().StringVar(&plugin, "plugin", "", "only events of this plugin")
	cmd.Flags().StringVar(&types, "type", "", `only these types, such as "plugin.state,job.*"`)
	cmd.Flags().StringVar(&after, "after", "", "begin after the event of this number; 0 shows all that is kept")
	return cmd
}

// printEvent writes one event as a line.
func (a *app) printEvent(raw json.RawMessage) error {
	if a.format == formatJSON {
		_, err := fmt.Fprintf(a.out, "%s\n", raw)
		return err
	}
	var e struct {
		Seq                 uint64
		Time                time.Time
		Type, Plugin, Actor string
		Data                json.RawMessage
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.out, "%s  %-18s %-20s %s  %s\n", e.Time.Local().Format(time.DateTime), clean(e.Type), clean(e.Plugin), clean(e.Actor), clean(string(e.Data)))
	return err
}
