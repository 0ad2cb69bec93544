package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"appzone/cmd/appzone/client"
	"appzone/host/doctor"
	"appzone/host/process"
)

// examineTimeout bounds one check on the command line, where a person waits: the database is read as a whole.
const examineTimeout = 2 * time.Minute

// examination is what the checks of one run of "appzone doctor" have in common.
type examination struct {
	app *app
	cfg config
	// wrong is what is wrong with the configuration.
	wrong []error
	// data is the data folder, absolute.
	data string
	// served says that a host has the data folder open.
	served bool
}

func (a *app) doctor() *cobra.Command {
	var network, strict bool
	cmd := &cobra.Command{Use: "doctor", Short: "Examine this machine and the installation, and say what to do", Args: noArgs,
		Long: "Examine this machine, the configuration that serve would read, the data folder and the database, and say what is wrong and what to do.\n" +
			"Nothing of the installation is changed. With --server or --token (or $" + envServer + ", $" + envToken + ") the running host is asked for its findings, too.\n\n" +
			"The exit status is 1 if there is trouble, with --strict also if there are warnings. docs/doctor.md explains each code.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.checkFormat(); err != nil {
				return err
			}
			report, err := a.examine(cmd.Context(), network)
			if err != nil {
				return err
			}
			raw, err := json.Marshal(report)
			if err != nil {
				return err
			}
			return errors.Join(a.print(raw, func(w io.Writer) error { return doctorTable(report, w) }), troubled(report, strict))
		}}
	cmd.Flags().BoolVar(&network, "network", false, "also try to reach the package registry, the proxy and the authorities that are configured")
	cmd.Flags().BoolVar(&strict, "strict", false, "let warnings fail, too")
	return cmd
}

// examine runs all checks, one after the other.
func (a *app) examine(ctx context.Context, network bool) (doctor.Report, error) {
	x := &examination{app: a}
	x.cfg, x.wrong = readConfig()
	x.data = x.cfg.DataDir
	if abs, err := filepath.Abs(x.data); err == nil {
		x.data = abs
	}
	checks := []doctor.Check{
		{Name: "configuration", Run: x.configuration},
		{Name: "data", Run: func(ctx context.Context) ([]doctor.Finding, error) { return doctor.Folder(ctx, x.data) }},
		{Name: "database", Run: x.database}, // before those that ask whether a host is there
		{Name: "disk", Run: x.disk},
		{Name: "secrets", Run: x.secretKey},
		{Name: "ports", Run: x.ports},
		{Name: "certificates", Run: x.cfg.checkCertificates(x.data)},
		{Name: "runtimes", Run: x.runtimes},
		{Name: "walls", Run: func(context.Context) ([]doctor.Finding, error) {
			return doctor.Walls(process.Machine(), x.cfg.RequireWalls), nil
		}},
		{Name: "limits", Run: checkLimits},
		{Name: "clock", Run: checkClock},
	}
	if network {
		checks = append(checks, doctor.Check{Name: "network", Run: x.network})
	}
	if first(a.server, os.Getenv(envServer), a.token, os.Getenv(envToken)) != "" {
		checks = append(checks, doctor.Check{Name: "host", Run: a.askHost})
	}
	d := doctor.New(doctor.Options{Checks: checks, Timeout: examineTimeout})
	defer d.Close()
	report, err := d.Report(ctx)
	if err != nil {
		return report, err
	}
	return doctor.NewReport(report.CheckedAt, once(report.Items)), nil
}

// once drops what the host found, too.
func once(all []doctor.Finding) []doctor.Finding {
	seen := map[doctor.Finding]bool{}
	out := make([]doctor.Finding, 0, len(all))
	for _, f := range all {
		if !seen[f] {
			out = append(out, f)
		}
		seen[f] = true
	}
	return out
}

// askHost asks the running host for its findings.
func (a *app) askHost(ctx context.Context) ([]doctor.Finding, error) {
	report, err := a.hostReport(ctx)
	if err != nil {
		return []doctor.Finding{doctor.HostUnreachable.Bad("the host does not tell its findings", err.Error(),
			"start it (appzone serve), or correct --server and --token; the token needs the scope plugins:read")}, nil
	}
	return append(report.Items, doctor.HostOK.Good("the host answered, and its findings are here, too", "")), nil
}

func (a *app) hostReport(ctx context.Context) (report doctor.Report, err error) {
	c, err := a.client()
	if err != nil {
		return report, err
	}
	answer, err := c.Do(ctx, client.Request{Method: "GET", Path: client.Path("system", "doctor")})
	if err != nil {
		return report, err
	}
	return report, answer.Into(&report)
}

// troubled is the error that trouble ends with.
func troubled(r doctor.Report, strict bool) error {
	if r.Trouble == 0 && (!strict || r.Warnings == 0) {
		return nil
	}
	return fmt.Errorf("trouble: %d, warnings: %d", r.Trouble, r.Warnings)
}

// doctorTable is the report for people: a line for each finding, and below it what to do.
func doctorTable(r doctor.Report, w io.Writer) error {
	marks := map[doctor.Level]string{doctor.OK: "ok", doctor.Warning: "WARNING", doctor.Trouble: "TROUBLE"}
	for _, f := range r.Items {
		fmt.Fprintf(w, "%-8s %s: %s (%s)\n", marks[f.Level], clean(f.Area), clean(f.Title), clean(string(f.Code)))
		if f.Level == doctor.OK {
			continue
		}
		for _, text := range []struct{ head, body string }{{"", f.Detail}, {"fix: ", f.Fix}} {
			if body := strings.TrimSpace(text.body); body != "" {
				fmt.Fprintf(w, "         %s%s\n", text.head, clean(body))
			}
		}
	}
	_, err := fmt.Fprintf(w, "\ntrouble: %d, warnings: %d\n", r.Trouble, r.Warnings)
	return err
}
