package host

import (
	"fmt"
	"slices"

	"appzone/host/fault"
	"appzone/host/process"
)

// codeWallMissing is what a start is refused with where a wall that this host requires would not hold.
const codeWallMissing = "wall_missing"

// checkWalls refuses a script behind walls of which one that this host requires is not enforced.
func (h *Host) checkWalls(id string, walls []process.Wall) error {
	missing := h.missingWalls(walls)
	if len(missing) == 0 {
		return nil
	}
	w := missing[0]
	e := fault.New(fault.Conflict, codeWallMissing, "plugin %q is not started: this host requires the wall %q to be enforced, and here it is %q: %s; %s",
		id, w.Name, w.Level, w.Reason, helpFor(w.Name))
	for _, w := range missing {
		e.WithField("walls."+w.Name, "is %q: %s", w.Level, w.Reason)
	}
	return e
}

// missingWalls are the required ones among walls that are not enforced, in the order in which they were required.
func (h *Host) missingWalls(walls []process.Wall) []process.Wall {
	var missing []process.Wall
	for _, name := range h.cfg.RequireWalls {
		at := slices.IndexFunc(walls, func(w process.Wall) bool { return w.Name == name })
		switch {
		case at < 0:
			missing = append(missing, process.Wall{Name: name, Level: process.None, Reason: "this system does not know it"})
		case walls[at].Level != process.Enforced:
			missing = append(missing, walls[at])
		}
	}
	return missing
}

// wallFindings tell an administrator before the consent that what is asked for would not start here.
func (h *Host) wallFindings(walls []process.Wall) []Finding {
	var out []Finding
	for _, w := range h.missingWalls(walls) {
		out = append(out, Finding{Severity: SeverityHigh, Code: codeWallMissing, Message: fmt.Sprintf(
			"it would not start on this host, which requires the wall %q to be enforced: it would be %q: %s; %s", w.Name, w.Level, w.Reason, helpFor(w.Name))})
	}
	return out
}

// helpFor says what would make the wall hold, or the host do without it.
func helpFor(wall string) string {
	help := "GET /api/v1/system tells what this machine lacks for it"
	switch wall {
	case "network":
		help = "grant it single addresses or none, instead of every address, where that is why; else " + help
	case "memory", "cpu", "processes":
		help = "a control group that the host may write to holds it; " + help
	case "privileges":
		help = "run the host as a user of its own, without further groups; " + help
	}
	return help + "; without the wall in XC_REQUIRE_WALLS it starts"
}
