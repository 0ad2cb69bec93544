package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
)

// jobPoll is how often a job is looked at.
const jobPoll = 300 * time.Millisecond

// jobView is what the command line shows of a job.
type jobView struct {
	ID, Kind, Plugin, State string
	Percent                 int
	Steps                   []struct{ Name, State string }
	Output                  []string
	Error                   *struct {
		Step, Code, Detail string
		Errors             []client.Field
	}
}

func (j *jobView) ended() bool {
	return j.State == "succeeded" || j.State == "failed" || j.State == "cancelled"
}

// step is the one that runs.
func (j *jobView) step() string {
	for _, s := range j.Steps {
		if s.State == "running" {
			return s.Name
		}
	}
	return j.State
}

// operate begins a job and follows it to its end.
func (a *app) operate(ctx context.Context, c *client.Client, r client.Request) error {
	answer, err := c.Do(ctx, r)
	if err != nil {
		return err
	}
	var job jobView
	if err := answer.Into(&job); err != nil {
		return err
	}
	show, done := a.progress(job.Kind + " " + job.Plugin)
	defer done()
	for !job.ended() {
		show(&job)
		select {
		case <-time.After(jobPoll):
		case <-ctx.Done():
			return fmt.Errorf("interrupted; the job %s goes on", job.ID)
		}
		if answer, err = c.Do(ctx, client.Request{Method: "GET", Path: client.Path("jobs", job.ID)}); err != nil {
			return err
		}
		if err := answer.Into(&job); err != nil {
			return err
		}
	}
	done()
	if job.Error != nil {
		return &client.Problem{Detail: fmt.Sprintf("%s of %s %s: %s", job.Kind, job.Plugin, job.State, job.Error.Detail), Code: job.Error.Code,
			Step: job.Error.Step, Errors: job.Error.Errors, Output: job.Output, RequestID: "job " + job.ID}
	}
	return a.print(answer.Body, func(w io.Writer) error {
		row(w, job.Kind+" "+job.Plugin, job.State)
		return nil
	})
}

// progress shows a job: as a bar for a person who watches, else one line for each step. done may be called twice.
func (a *app) progress(title string) (show func(*jobView), done func()) {
	if !isTerminal(a.errOut) {
		last := ""
		return func(j *jobView) {
			if step := j.step(); step != last {
				last = step
				fmt.Fprintf(a.errOut, "%s: %s\n", clean(title), clean(step))
			}
		}, func() {}
	}
	bar := progressbar.NewOptions(100, progressbar.OptionSetWriter(a.errOut), progressbar.OptionClearOnFinish())
	return func(j *jobView) {
		bar.Describe(clean(title + ": " + j.step()))
		_ = bar.Set(min(j.Percent, 99))
	}, func() { _ = bar.Finish() }
}

// verb is a command that is one POST.
func (a *app) verb(name, short string, body func() any, flags func(*cobra.Command)) *cobra.Command {
	cmd := &cobra.Command{Use: name + " ID", Short: short, Args: exactArgs("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.client()
			if err != nil {
				return err
			}
			r := client.Request{Method: "POST", Path: client.Path("plugins", args[0], name), Query: url.Values{}}
			if body != nil {
				r.JSON = body()
			}
			return a.operate(cmd.Context(), c, r)
		}}
	if flags != nil {
		flags(cmd)
	}
	return cmd
}

func (a *app) pluginStart() *cobra.Command { return a.verb("start", "Start a script plugin", nil, nil) }
func (a *app) pluginStop() *cobra.Command  { return a.verb("stop", "Stop a script plugin", nil, nil) }
func (a *app) pluginRestart() *cobra.Command {
	return a.verb("restart", "Restart a script plugin", nil, nil)
}

func (a *app) pluginUninstall() *cobra.Command {
	var remove bool
	return a.verb("uninstall", "Take a plugin out of use; its versions are kept, and its data unless --delete-data says otherwise",
		func() any { return json.RawMessage(fmt.Sprintf(`{"keepData":%t}`, !remove)) },
		func(cmd *cobra.Command) {
			cmd.Flags().BoolVar(&remove, "delete-data", false, "delete its private data, settings and grants")
		})
}
