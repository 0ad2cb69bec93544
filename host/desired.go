package host

import "context"

// setDesired records what the plugin is to do from now on. One in quarantine is not to run.
func (h *Host) setDesired(ctx context.Context, id string, d Desired) error {
	return h.update(ctx, func(w Writer) error {
		p, err := pluginOf(w, id)
		if err != nil || p.Desired == d {
			return err
		}
		if p.Installed == "" {
			return errNotInstalled(id)
		}
		if d == DesiredRunning { // again: it may have come into quarantine since
			v, err := tableVersions.get(w, versionKey(id, p.Installed))
			if err == nil {
				err = h.checkStart(w, v)
			}
			if err != nil {
				return err
			}
		}
		if d == DesiredStopped { // of a plugin that may be what fills the disk
			w.Essential()
		}
		p.Desired = d
		return h.savePlugin(w, &p)
	})
}
