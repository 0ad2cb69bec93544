package doctor

import (
	"fmt"
	"slices"
	"strings"

	"appzone/host/process"
)

// Walls tells of the walls around a script plugin that was granted no network, on a machine with these capabilities. Those that are
// required must be enforced.
func Walls(c process.Capabilities, required []string) []Finding {
	jail := process.Jail{Network: process.NetworkNone, SystemFiles: true, User: process.PluginUser(1), Overlay: &process.Overlay{}}
	walls := c.Walls(jail, process.Limits{MemoryBytes: 1, CPUPercent: 1, Processes: 1, OpenFiles: 1, DataBytes: 1, FileBytes: 1, LogBytesPerSecond: 1})
	var out []Finding
	var standing []string
	for _, w := range walls {
		title := fmt.Sprintf("the wall %q around script plugins is %s", w.Name, w.Level)
		must := slices.Contains(required, w.Name)
		switch {
		case w.Level == process.Enforced:
			standing = append(standing, w.Name)
		case must:
			out = append(out, WallRequired.Bad(title+", and XC_REQUIRE_WALLS requires it", w.Reason+
				"; scripts behind it are not started", wallFix(w.Name)+"; or take "+w.Name+" out of XC_REQUIRE_WALLS"))
		case w.Name == "disk" && w.Level == process.Partial:
			standing = append(standing, "disk (by a watchdog)") // no kernel has more for Node plugins
		case w.Level == process.Partial:
			out = append(out, WallPartial.Warn(title, w.Reason, wallFix(w.Name)))
		default:
			out = append(out, WallNone.Warn(title, w.Reason, wallFix(w.Name)))
		}
	}
	if len(standing) > 0 {
		out = append(out, WallsOK.Good(fmt.Sprintf("%d of %d walls around script plugins stand", len(standing), len(walls)), strings.Join(standing, ", ")))
	}
	return out
}

// wallFix says what would make a wall stand.
func wallFix(name string) string {
	const (
		namespaces = "let the kernel give ordinary users namespaces (sysctl kernel.unprivileged_userns_clone=1, and where there is AppArmor " +
			"kernel.apparmor_restrict_unprivileged_userns=0 or a profile for appzone; in a container, allow unshare and mount), or run the host as root"
		groups = "give the host a control group of its own: Delegate=yes in its systemd unit, or a writable cgroup v2 in its container"
	)
	switch name {
	case "network", "files":
		return namespaces + "; a kernel of 5.13 or later with Landlock (lsm=landlock,...) helps too"
	case "processes":
		return namespaces + "; " + groups
	case "memory", "cpu":
		return groups
	case "privileges":
		return "run the host as an ordinary user of its own without further groups, or as root on a kernel that lets it give children other user ids"
	case "disk":
		return "no kernel gives more to Node plugins: keep an eye on their data, or choose a WASM plugin, whose limit is exact"
	default:
		return "run the host on Linux, where this wall is enforced"
	}
}
