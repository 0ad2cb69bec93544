package host

import (
	"context"
	"fmt"
	"time"

	"appzone/host/audit"
	"appzone/host/doctor"
	"appzone/host/fault"
	"appzone/host/process"
)

// stuckAfter is how long a job may wait or run without being conspicuous: an installation may take the ten minutes of its
// dependencies, and the jobs before it theirs.
const stuckAfter = time.Hour

// backupWithin is how old the last backup may be.
const backupWithin = 30 * 24 * time.Hour

// auditTail is how many entries of the trail are checked; all of them are when somebody asks for that.
const auditTail = 1000

// Doctor examines the host and the machine, and says what is wrong and what to do. The report may be some seconds old.
func (h *Host) Doctor(ctx context.Context) (doctor.Report, error) {
	report, err := h.doctor.Report(ctx)
	if h.ctx.Err() != nil {
		return report, errShuttingDown()
	}
	return report, err
}

// newDoctor makes the doctor with all checks of this host, and those that it was given.
func (h *Host) newDoctor() *doctor.Doctor {
	checks := []doctor.Check{
		{Name: "runtimes", Run: h.checkRuntimes},
		{Name: "walls", Run: func(context.Context) ([]doctor.Finding, error) {
			return doctor.Walls(process.Machine(), h.cfg.RequireWalls), nil
		}},
		{Name: "data", Run: func(ctx context.Context) ([]doctor.Finding, error) { return doctor.Folder(ctx, h.dirs.root) }},
		{Name: "data", Run: h.checkOrphans},
		{Name: "disk", Run: h.checkDisk},
		{Name: "database", Run: h.checkDatabase},
		{Name: "secrets", Run: h.checkSecrets},
		{Name: "clock", Run: h.checkClock},
		{Name: "audit", Run: h.checkTrail},
		{Name: "backup", Run: h.checkBackup},
		{Name: "jobs", Run: h.checkJobs},
		{Name: "plugins", Run: h.checkPlugins},
	}
	return doctor.New(doctor.Options{Checks: append(checks, h.cfg.Checks...)})
}

func (h *Host) checkRuntimes(ctx context.Context) ([]doctor.Finding, error) {
	var out []doctor.Finding
	for _, r := range h.runtimes {
		info := r.Info(ctx)
		if info.Problem == "" {
			out = append(out, doctor.RuntimeOK.Good(fmt.Sprintf("the runtime %s is usable", info.Name), info.Version))
			continue
		}
		out = append(out, doctor.RuntimeMissing.Warn(fmt.Sprintf("the runtime %s is not usable: its plugins do not start", info.Name), info.Problem,
			"do what the problem says, and start the plugins again; without such plugins there is nothing to do"))
	}
	return out, nil
}

func (h *Host) checkDisk(ctx context.Context) ([]doctor.Finding, error) {
	free, err := h.cfg.Store.FreeBytes()
	if err != nil {
		return nil, err
	}
	return []doctor.Finding{doctor.Disk(h.dirs.root, free, doctor.Parts(ctx, h.dirs.root))}, nil
}

// checkDatabase reads a little, and asks the store whether it had to give up writing.
func (h *Host) checkDatabase(ctx context.Context) ([]doctor.Finding, error) {
	err := h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(string, Plugin) (bool, error) { return true, ctx.Err() })
	})
	if s, ok := h.cfg.Store.(interface{ Health() error }); ok && err == nil {
		err = s.Health()
	}
	switch code := fault.CodeOf(err); {
	case err == nil:
		return []doctor.Finding{doctor.DatabaseOK.Good("the database reads and takes changes", "")}, nil
	case code == "store_failed":
		return []doctor.Finding{doctor.DatabaseFailed.Bad("the database takes no changes any more", fault.From(err).Message,
			"look for errors of the disk (journalctl -k), make room, then start the host again")}, nil
	case code == "database_damaged":
		return []doctor.Finding{doctor.DatabaseDamaged.Bad("the database is damaged", fault.From(err).Message,
			"stop the host, keep a copy of the data folder, and restore the last backup into an empty folder: appzone restore")}, nil
	}
	return nil, err
}

func (h *Host) checkSecrets(ctx context.Context) ([]doctor.Finding, error) {
	v, err := h.secretsView(ctx)
	if err != nil {
		return nil, err
	}
	var out []doctor.Finding
	for _, m := range v.MissingKeys {
		out = append(out, doctor.SecretKeyMissing.Bad(fmt.Sprintf("%d secrets cannot be opened: the key %s is missing", m.Sealed, m.KeyID),
			fmt.Sprintf("plugins: %s; members with a second factor: %s", joined(m.Plugins), joined(m.Members)),
			"add the key as a further line of XC_SECRET_KEY_FILE (or of secret.key in the data folder) and start the host again; or set the secrets anew (appzone plugin settings)"))
	}
	if v.Waiting > 0 {
		out = append(out, doctor.SecretsWaiting.Warn(fmt.Sprintf("%d secrets are still sealed with an older key", v.Waiting), "the current key is "+v.KeyID,
			"keep the older key; start the host again, which seals them anew"))
	}
	if !v.Memory {
		out = append(out, doctor.SecretsOnDisk.Warn("settings of running plugins are on the disk", "there is no tmpfs at "+sharedMemory+" that this user can write in, so that secrets in clear are in the data folder while programs run",
			"mount a tmpfs at "+sharedMemory+" (in a container: --tmpfs "+sharedMemory+" or --shm-size)"))
	}
	if len(out) == 0 {
		out = append(out, doctor.SecretsOK.Good(fmt.Sprintf("%d secrets are sealed with the current key", v.Sealed), "key "+v.KeyID))
	}
	return out, nil
}

func (h *Host) checkClock(ctx context.Context) ([]doctor.Finding, error) {
	newest, _, err := h.Audit(ctx, audit.Filter{}, 0, 1)
	if err != nil {
		return nil, err
	}
	t := doctor.Times{Now: time.Now(), Started: h.started, Running: time.Since(h.begun)}
	if len(newest) > 0 {
		t.Newest = newest[0].Time
	}
	return doctor.Clock(t), nil
}

func (h *Host) checkJobs(context.Context) ([]doctor.Finding, error) {
	var out []doctor.Finding
	live := h.jobs.all()
	for _, j := range live {
		if age := time.Since(j.CreatedAt); age > stuckAfter {
			out = append(out, doctor.JobStuck.Warn(fmt.Sprintf("the job %s (%s) has not ended for %s", j.ID, j.Kind, age.Round(time.Minute)), fmt.Sprintf("it is %s, at %d percent", j.State, j.Percent),
				fmt.Sprintf("look at what it says (GET /api/v1/jobs/%s), and cancel it (POST /api/v1/jobs/%s/cancel)", j.ID, j.ID)).Of(j.Plugin))
		}
	}
	if len(out) == 0 {
		out = append(out, doctor.JobsOK.Good(fmt.Sprintf("no job is stuck; %d wait or run", len(live)), ""))
	}
	return out, nil
}
