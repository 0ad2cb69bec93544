package host

import "appzone/host/manifest"

// statusShown is the status of an installed plugin as people see it: pages that are not served do not run.
func (h *Host) statusShown(p Plugin, m manifest.Manifest, version Digest, b *bar) Status {
	st := h.statusOf(p, m)
	switch {
	case m.Type != manifest.TypeHTML:
	case b != nil:
		st.State, st.Desired = Stopped, DesiredStopped
		if b.since != nil {
			st.Since = *b.since
		}
	case h.damageOf(p.ID, version).stored != nil:
		st.State = Failed
	}
	return st
}

// The codes of why a plugin is not to be used now, beside those of quarantine and of changed files.
const (
	reasonStopped = "stopped"
	reasonWaiting = "waiting"
	reasonEnded   = "ended"
	reasonCrashed = "crashed"
	reasonFailed  = "failed"
)

// reasons for members, by code. They say what happens next, and nothing that only administrators may know: no output, no path, no key.
var reasonTexts = map[string]string{
	codeQuarantined:  "it is in quarantine until an administrator has decided about it",
	codeFilesChanged: "its files are not what was installed; an administrator sees what to do",
	reasonStopped:    "it is stopped until an administrator starts it",
	reasonWaiting:    "the host has just started, and starts it by itself",
	reasonEnded:      "it ended by itself, and stays so until an administrator starts it",
	reasonCrashed:    "it ended unexpectedly, and the host starts it again",
	reasonFailed:     "it failed, and does not start again by itself; an administrator sees why",
}

// reasonOf is the code of why an installed plugin of this status is not to be used, "" for one that is, or is on its way.
func (h *Host) reasonOf(s shelved, st Status) string {
	d := h.damageOf(s.plugin.ID, s.digest)
	switch {
	case s.bar != nil:
		return codeQuarantined
	case d.stored != nil && s.manifest.Type == manifest.TypeHTML, d.disk != nil && st.State == Failed:
		return codeFilesChanged
	case st.State == Failed:
		return reasonFailed
	case st.State == BackingOff:
		return reasonCrashed
	case st.State != Stopped:
		return ""
	case st.WaitingUntil != nil:
		return reasonWaiting
	case st.Desired == DesiredRunning && st.LastExit != nil:
		return reasonEnded
	}
	return reasonStopped
}
