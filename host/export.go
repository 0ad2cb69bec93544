package host

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"appzone/host/archive"
	"appzone/host/bundle"
	"appzone/host/fault"
)

const (
	exportRecord = "plugin.json"
	exportZip    = "plugin.zip"
)

// exported is what an export tells of a plugin beside its zip and its folders.
type exported struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Version string `json:"version"`
	// Digest is that of the zip that was uploaded, which is no longer there; the export has another zip of the same files.
	Digest Digest `json:"digest"`
	Edits  Edits  `json:"edits,omitzero"`
	// Grants tell what was agreed to. Another host asks again.
	Grants   *Grants   `json:"grants,omitempty"`
	Settings *Settings `json:"settings,omitempty"`
}

// Export begins an export of one plugin: the shown version as a zip, edits, settings with secrets as they are sealed, and with data also its private data and
// what it wrote beside its code. It is given out like a [Backup]. Errors: plugin_not_found, and those of Backup.
func (h *Host) Export(ctx context.Context, id string, data bool, actor Actor) (*Backup, error) {
	v, err := h.shown(ctx, id)
	if err != nil {
		return nil, err
	}
	now := time.Now().UTC()
	meta := archive.Meta{Kind: archive.KindPlugin, Version: h.cfg.Version, CreatedAt: now, Plugin: id, KeyID: h.secrets.KeyID(),
		LeftOut: []string{"secret.key (the key of the secrets)", "other versions, and the signed zip that was uploaded: this one has the same files"}}
	if !data {
		meta.LeftOut = append(meta.LeftOut, "data")
	}
	return h.beginBackup(ctx, fmt.Sprintf("%s-%s-%s", id, filepath.Base(v.Version), stamp(now)), meta, func(b *Backup) error {
		if err := h.copyPlugin(b, id, data); err != nil {
			return err
		}
		return h.change(b.ctx, actor, Act{Kind: "plugin.exported", Plugin: id, Data: map[string]any{"version": v.Version, "data": data}}, nil)
	})
}

// copyPlugin adds everything of one plugin.
func (h *Host) copyPlugin(b *Backup, id string, data bool) error {
	var e exported
	var v Version
	var folders []string
	err := h.view(b.ctx, func(r Reader) error {
		p, err := pluginOf(r, id)
		if err != nil {
			return err
		}
		if v, err = shownVersion(r, p); err != nil {
			return err
		}
		e = exported{ID: id, Name: p.Name, Version: v.Version, Digest: v.Digest, Edits: p.Edits, Grants: p.Grants}
		if data && !p.DataStale {
			folders = []string{below.data, below.overlay}
		}
		st, ok, err := tableSettings.find(r, id)
		if ok {
			e.Settings = &st
		}
		return err
	})
	if err != nil {
		return err
	}
	need, err := h.measure(b.ctx, id, folders)
	if err == nil {
		err = h.needSpace(need + 2*v.FileBytes)
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(e)
	if err == nil {
		err = b.out.Bytes(exportRecord, text)
	}
	if err != nil {
		return err
	}
	if err := h.copyZip(b, v); err != nil {
		return err
	}
	if len(folders) == 0 {
		return nil
	}
	return h.copyFolders(b, id, "", folders)
}

// copyZip adds a zip of the version's files. A file that deflates so well that it looks like a bomb is stored.
func (h *Host) copyZip(b *Backup, v Version) error {
	index, err := h.index(v.Index)
	if err != nil {
		return err
	}
	file := filepath.Join(b.dir, exportZip)
	for _, method := range []uint16{zip.Deflate, zip.Store} {
		if err = h.writeZip(b.ctx, file, index, method); err != nil {
			return err
		}
		if err = h.opens(file); fault.CodeOf(err) != "zip_bomb_ratio" {
			break
		}
	}
	if err != nil {
		return err
	}
	return b.addFile(exportZip, file)
}

// zipTime is the time of every file in an export's zip: the same files give the same zip.
var zipTime = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (h *Host) writeZip(ctx context.Context, file string, index []File, method uint16) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	out := zip.NewWriter(h.roomy(f))
	for _, e := range index {
		if err := ctx.Err(); err != nil {
			return err
		}
		header := &zip.FileHeader{Name: e.Path, Method: method, Modified: zipTime}
		header.SetMode(0o644)
		w, err := out.CreateHeader(header)
		if err != nil {
			return err
		}
		content, err := h.openBlob(e.SHA256)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, content)
		if err = errors.Join(err, content.Close()); err != nil {
			return err
		}
	}
	return out.Close()
}

// opens tells why the zip would be refused.
func (h *Host) opens(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = bundle.Open(f, info.Size(), h.cfg.Bundle)
	return err
}
