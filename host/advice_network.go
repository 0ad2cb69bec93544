package host

import (
	"fmt"
	"strings"

	"appzone/host/egress"
	"appzone/host/manifest"
	"appzone/host/process"
)

// adviseNetwork says what is worth knowing about the addresses that a version asks for.
func adviseNetwork(m *manifest.Manifest, add func(s Severity, code, format string, args ...any)) {
	asked := asks(m)
	if asked.UnrestrictedNetwork {
		add(SeverityHigh, "unrestricted_network", "its manifest has no permissions, so it asks to reach every network address; grant the hosts that it needs, or observe it first to learn which they are")
		return
	}
	at := map[egress.Reach][]string{}
	for _, pattern := range asked.Network.Outbound {
		if o, err := manifest.ParseOutbound(pattern); err == nil {
			at[egress.ReachOf(o)] = append(at[egress.ReachOf(o)], pattern)
		}
	}
	for _, f := range []struct {
		reach    egress.Reach
		severity Severity
		code     string
		message  string
	}{
		{egress.Anywhere, SeverityHigh, "any_address", "it asks to reach every address: %s"},
		{egress.Inward, SeverityHigh, "this_machine", "it asks to reach this machine or its link, where services often trust who asks: %s"},
		{egress.Private, SeverityMedium, "internal_network", "it asks to reach internal networks: %s"},
		{egress.Names, SeverityLow, "many_hosts", "it asks to reach every host below a name: %s"},
	} {
		if patterns := at[f.reach]; len(patterns) > 0 {
			add(f.severity, f.code, f.message, listed(patterns))
		}
	}
	if len(asked.Plugins) > 0 {
		add(SeverityInfo, "other_plugins", "it asks to call other plugins, each of which has to be granted to talk with it in turn: %s", listed(asked.Plugins))
	}
	for _, w := range walls(*m, &asked) {
		if w.Name == "network" && w.Level != process.Enforced && m.Type == manifest.TypeScript {
			add(SeverityMedium, "network_not_enforced", "this machine does not hold it to what it is granted: %s", w.Reason)
		}
	}
}

// listed joins the first few of a list.
func listed(items []string) string {
	const most = 8
	if len(items) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(items[:most], ", "), len(items)-most)
	}
	return strings.Join(items, ", ")
}
