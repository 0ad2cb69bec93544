package crashtest_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
)

// former is what was in use before the last upgrade.
type former struct {
	Version string
	// content was in force then; Copied tells whether what is kept can be put back, too.
	content
	Copied bool
	// Granted is what the upgrade granted.
	Granted string
}

// working is a version that was uploaded and starts, "" if there is none.
func (w *pluginWorker) working(r *rand.Rand, s plugin) string {
	var found []string
	for n, v := range pluginVersions {
		if s.Kept&(1<<n) != 0 && (v != spoilt || w.kind == kindHTML) {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return found[r.IntN(len(found))]
}

// upgraded is the state once this version is in use, with this content.
func (w *pluginWorker) upgraded(s plugin, version string, has content) plugin {
	if s.Installed != "" && s.Installed != version {
		s.Former = former{Version: s.Installed, content: s.content, Granted: has.Browser, Copied: w.kind != kindHTML && version != overlapping}
	}
	s.Installed, s.content = version, has
	if s.Candidate == version {
		s.Candidate = ""
	}
	return s
}

// rollback goes back to the former version, with what it had or with what there is, or to any other one that is kept.
func (w *pluginWorker) rollback(r *rand.Rand, s plugin) operation[plugin] {
	version, data := w.working(r, s), "keep"
	if s.Former.Version != "" && r.IntN(4) > 0 {
		version = s.Former.Version
	}
	if version == s.Former.Version && s.Former.Copied && r.IntN(3) > 0 {
		data = "restore"
	}
	op := operation[plugin]{name: "roll back to " + version + ", data: " + data, after: s,
		do: w.post("/rollback?wait=true", map[string]string{"version": version, "data": data})}
	if version == s.Installed {
		return op
	}
	has := s.content
	if version == s.Former.Version {
		if data == "restore" {
			has = s.Former.content
		}
		has.Browser = s.Former.Browser
		if s.Former.Granted == has.Browser && has.Browser != s.Browser { // somebody took it back since
			has.Browser = ""
		}
	}
	op.audit, op.after = "plugin.rolled_back "+w.id, w.upgraded(s, version, has)
	if data == "restore" { // for which even a version that can start beside the other waits for its end
		op.after.Former.Copied = true
	}
	return op
}

// fail installs a version that writes and does not start. Everything is then as it was, but that there is nothing to go back to.
func (w *pluginWorker) fail(_ *rand.Rand, s plugin) operation[plugin] {
	op := operation[plugin]{name: fmt.Sprint("fail with ", spoilt), audit: "plugin.rolled_back " + w.id, after: s}
	op.after.Former = former{}
	if s.Candidate == spoilt {
		op.after.Candidate = ""
	}
	if !s.Running { // who takes it back after a restart does not know that it was not to run before
		started := op.after
		started.Running = true
		op.between = []plugin{started}
	}
	op.do = func(c *client) answer {
		a := w.installed(c, spoilt, map[string]any{"version": spoilt, "start": true})
		switch {
		case a.ok() && a.status != http.StatusAccepted:
			a.status = http.StatusTeapot // it must not
		case a.code() == "rolled_back":
			a.status = http.StatusOK
		}
		return a
	}
	return op
}
