package host

import (
	"context"
	"errors"
	"time"

	"appzone/host/manifest"
)

// applySettings lets a plugin that runs have the settings that were changed: by a signal if its manifest asks for it, and by a
// restart otherwise, or if the signal cannot be delivered.
func (h *Host) applySettings(ctx context.Context, id string, actor Actor) error {
	s, err := h.supervisor(id)
	if err != nil {
		return nil //nolint:nilerr // no process, nobody to tell
	}
	if i := s.snap.Load().inst; i != nil && i.launch.manifest.Parameters.SettingsChange == manifest.SettingsSignal {
		if err := i.signalSettings(ctx); err == nil {
			i.log.Append(time.Now(), "host", "settings changed: their file was replaced, and SIGHUP sent")
			return nil
		} else if ctx.Err() != nil {
			return err
		} else if !errors.Is(err, errInstanceEnded) {
			h.log.Warn("changed settings not delivered by a signal; the plugin is restarted", "plugin", id, "error", err)
		}
	}
	return h.restartIfRunning(ctx, id, actor)
}

// errInstanceEnded is why an instance that is no more cannot be told anything.
var errInstanceEnded = errors.New("the instance ended")

// signalSettings replaces the settings file that the instance sees and tells the program by SIGHUP.
func (i *instance) signalSettings(ctx context.Context) error {
	select {
	case <-i.done:
		return errInstanceEnded
	case <-i.stopping:
		return errInstanceEnded
	default:
	}
	settings, err := i.host.deliverSettings(ctx, i.id, i.launch.version)
	if err != nil {
		return err
	}
	if err := i.launch.private.write(settings); err != nil {
		return err
	}
	return i.proc.Hangup()
}
