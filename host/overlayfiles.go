package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"time"

	"appzone/host/fault"
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
