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
	if s, err := h.supervisor(id); err == nil {
		return s.log.Tail(n)
	}
	if err := h.writesLog(ctx, id); err != nil {
		return nil, err
	}
	return logs.Read(filepath.Join(h.dirs.logs, id), n)
}

// LogFollow sends the last tail lines and then every new one, until ctx ends or the plugin is uninstalled.
func (h *Host) LogFollow(ctx context.Context, id string, tail int) (<-chan logs.Line, error) {
	if s, err := h.supervisor(id); err == nil {
		return s.log.Follow(ctx, tail), nil
	}
	lines, err := h.LogTail(ctx, id, tail)
	if err != nil {
		return nil, err
	}
	out := make(chan logs.Line, len(lines))
	for _, l := range lines {
		out <- l
	}
	close(out)
	return out, nil
}

// writesLog refuses a plugin that has no process to write one.
func (h *Host) writesLog(ctx context.Context, id string) error {
	v, err := h.shown(ctx, id)
	if err == nil && v.Manifest.Type != manifest.TypeScript {
		err = fault.New(fault.NotFound, "no_log", "plugin %q is an html plugin: it has no process that could write a log", id)
	}
	return err
}
