package host

import (
	"context"
	"path/filepath"

	"appzone/host/fault"
	"appzone/host/logs"
	"appzone/host/manifest"
)

// LogTail returns the last n lines (at most 10,000) that the plugin wrote, and the host's marks between them.
func (h *Host) LogTail(ctx context.Context, id string, n int) ([]logs.Line, error) {
	log, done, err := h.openLog(ctx, id)
	if err != nil {
		return nil, err
	}
	defer done()
	return log.Tail(n)
}

// LogFollow sends the last tail lines and then every new one, until ctx ends or the plugin is uninstalled.
func (h *Host) LogFollow(ctx context.Context, id string, tail int) (<-chan logs.Line, error) {
	log, done, err := h.openLog(ctx, id)
	if err != nil {
		return nil, err
	}
	lines := log.Follow(ctx, tail)
	done()
	return lines, nil
}

// openLog finds the log of the plugin's supervisor, or opens the one that an uninstalled plugin left.
func (h *Host) openLog(ctx context.Context, id string) (log *logs.Log, done func(), err error) {
	if s, err := h.supervisor(id); err == nil {
		return s.log, func() {}, nil
	}
	v, err := h.shown(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if v.Manifest.Type != manifest.TypeScript {
		return nil, nil, fault.New(fault.NotFound, "no_log", "plugin %q is an html plugin: it has no process that could write a log", id)
	}
	if log, err = logs.Open(logs.Options{Dir: filepath.Join(h.dirs.logs, id)}); err != nil {
		return nil, nil, err
	}
	return log, func() { _ = log.Close() }, nil
}
