package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/tree"
)

// overlayFileMax bounds one file that is written over REST.
const overlayFileMax = 16 << 20

// FileView is one file of a plugin: of its version, or of its overlay.
type FileView struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
	// SHA256 is empty for overlay files, which change.
	SHA256 Digest `json:"sha256,omitempty"`
	Type   string `json:"type,omitempty"`
	// Overlay tells that the plugin, or an administrator, wrote it beside the code.
	Overlay   bool       `json:"overlay"`
	UpdatedAt *time.Time `json:"updatedAt,omitempty"`
}

// Files lists the files of the shown version and of the overlay.
func (h *Host) Files(ctx context.Context, id string) ([]FileView, error) {
	v, err := h.shown(ctx, id)
	if err != nil {
		return nil, err
	}
	index, err := h.index(v.Index)
	if err != nil {
		return nil, err
	}
	out := make([]FileView, 0, len(index))
	for _, f := range index {
		out = append(out, FileView{Path: f.Path, Size: f.Size, SHA256: f.SHA256, Type: f.Type})
	}
	folder, err := tree.OpenFolder(h.dirs.plugin(id).overlay)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	written, err := folder.List(10_000)
	for _, f := range written {
		out = append(out, FileView{Path: f.Path, Size: f.Size, Overlay: true, UpdatedAt: &f.ModTime})
	}
	return out, err
}

func (h *Host) shown(ctx context.Context, id string) (v Version, err error) {
	err = h.view(ctx, func(r Reader) error {
		p, err := pluginOf(r, id)
		if err != nil {
			return err
		}
		v, err = shownVersion(r, p)
		return err
	})
	return v, err
}

// ReadFile opens a file as the plugin sees it: the overlay's, else the version's.
func (h *Host) ReadFile(ctx context.Context, id, path string) (io.ReadCloser, int64, error) {
	v, err := h.shown(ctx, id)
	if err != nil {
		return nil, 0, err
	}
	if !fs.ValidPath(path) {
		return nil, 0, errNoFile(id, path)
	}
	folder, err := tree.OpenFolder(h.dirs.plugin(id).overlay)
	if err == nil {
		defer folder.Close()
		if r, size, err := folder.Read(path); err == nil {
			return r, size, nil
		}
	}
	index, err := h.index(v.Index)
	if err != nil {
		return nil, 0, err
	}
	for _, f := range index {
		if f.Path == path {
			r, err := h.openBlob(f.SHA256)
			return r, f.Size, err
		}
	}
	return nil, 0, errNoFile(id, path)
}

func errNoFile(id, path string) error {
	return fault.New(fault.NotFound, "file_not_found", "plugin %q has no file %q", id, path)
}

// WriteFile writes a file into the plugin's overlay, where the plugin reads it at its next start. Code cannot be written.
func (h *Host) WriteFile(ctx context.Context, id, path string, body io.Reader, actor Actor) error {
	_, v, err := h.installed(ctx, id)
	if err != nil {
		return err
	}
	if !v.Manifest.UsesNode() {
		return fault.New(fault.Conflict, "no_overlay", "plugin %q has no overlay: only Node plugins write beside their code", id)
	}
	if tree.IsCode(path) || path == v.Manifest.Parameters.ScriptPath {
		return fault.New(fault.Invalid, "code_file", "%q is code; upload a new version to change it", path)
	}
	dir := h.dirs.plugin(id).overlay
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	folder, err := tree.OpenFolder(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Write(path, body, overlayFileMax); err != nil {
		return asNoSpace(err)
	}
	return h.noted(h.change(ctx, actor, Act{Kind: "plugin.file", Plugin: id, Data: map[string]any{"path": path}}, nil))
}

// RemoveFile deletes a file that was written beside the plugin's code; the version's own shows again at the next start.
func (h *Host) RemoveFile(ctx context.Context, id, path string, actor Actor) error {
	if _, err := h.shown(ctx, id); err != nil {
		return err
	}
	folder, err := tree.OpenFolder(h.dirs.plugin(id).overlay)
	if errors.Is(err, fs.ErrNotExist) {
		return errNoFile(id, path)
	}
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := folder.Remove(path); err != nil {
		return err
	}
	return h.noted(h.change(ctx, actor, Act{Kind: "plugin.file", Plugin: id, Data: map[string]any{"path": path, "removed": true}}, nil))
}

// Stats is what an instance uses now.
type Stats struct {
	State          State   `json:"state"`
	PID            int     `json:"pid,omitempty"`
	UptimeSeconds  float64 `json:"uptimeSeconds"`
	CPUSeconds     float64 `json:"cpuSeconds"`
	MemoryBytes    int64   `json:"memoryBytes"`
	MemoryLimit    int64   `json:"memoryLimitBytes"`
	Processes      int     `json:"processes"`
	OpenFiles      int     `json:"openFiles"`
	DataBytes      int64   `json:"dataBytes"`
	DataLimit      int64   `json:"dataLimitBytes"`
	Restarts       int     `json:"restarts"`
	RequestsActive int     `json:"requestsActive"`
}

// Stats tells what the plugin uses.
func (h *Host) Stats(ctx context.Context, id string) (Stats, error) {
	var st Stats
	view, err := h.Plugin(ctx, id)
	if err != nil {
		return st, err
	}
	st = Stats{State: view.State, PID: view.PID, Restarts: view.Restarts,
		MemoryLimit: int64(view.Limits.MemoryMB) << 20, DataLimit: int64(view.Limits.DataMB) << 20}
	if view.Type != manifest.TypeScript {
		return st, nil
	}
	if st.DataBytes, _, err = tree.Usage(h.dirs.plugin(id).data); err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission) {
		return st, err
	}
	s, err := h.supervisor(id)
	if err != nil {
		return st, nil //nolint:nilerr // without a process there is nothing to measure
	}
	snap := s.snap.Load()
	if snap.inst == nil {
		return st, nil
	}
	st.UptimeSeconds = time.Since(snap.Since).Seconds()
	st.RequestsActive = snap.inst.flight.count()
	u, err := snap.inst.proc.Usage()
	if err != nil {
		return st, nil //nolint:nilerr // it has just ended
	}
	st.CPUSeconds, st.MemoryBytes, st.Processes, st.OpenFiles = u.CPU.Seconds(), u.RSSBytes, u.Processes, u.OpenFiles
	return st, nil
}
