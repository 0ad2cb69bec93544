package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"appzone/host/archive"
	"appzone/host/bundle"
	"appzone/host/ctxio"
	"appzone/host/fault"
	"appzone/host/settings"
	"appzone/host/tree"
)

const (
	// ImportMax is the most that an export may hold that is brought in.
	ImportMax     = 64 << 30
	importEntries = 2_000_000
	// exportRecordMax bounds what an export tells of its plugin.
	exportRecordMax = 4 << 20
)

// Imported is a plugin that was brought in.
type Imported struct {
	Plugin PluginView `json:"plugin"`
	// LostSecrets are settings whose secrets could not be opened, as JSON pointers: the key that sealed them is not this host's. They have to be set again.
	LostSecrets []string `json:"lostSecrets"`
}

// Import brings in a plugin that another host exported: as an uploaded version that waits for consent, with its edits, settings and data. The version is
// checked as any upload. Errors: plugin_exists, those of Accept and of [archive.Reader]; backup_running, since one is brought in at a time.
func (h *Host) Import(ctx context.Context, body io.Reader, actor Actor) (Imported, error) {
	if err := h.oneBackup(ctx); err != nil {
		return Imported{}, err
	}
	defer h.folders.copying.Unlock()
	dir, err := os.MkdirTemp(h.dirs.uploads, "import-*")
	if err != nil {
		return Imported{}, fmt.Errorf("make temporary folder: %w", err)
	}
	in := importing{h: h, dir: dir, lost: []string{}}
	defer in.close()
	if err := in.read(ctx, body); err != nil {
		return Imported{}, asNoSpace(err)
	}
	view, err := in.accept(ctx, actor)
	if err != nil {
		if in.placed {
			h.tidyLater() // which takes the plugin's lock
		}
		return Imported{}, err
	}
	return Imported{Plugin: view, LostSecrets: in.lost}, nil
}

// importing is an import under way.
type importing struct {
	h      *Host
	dir    string // where its folders lie until they are verified
	zip    *Upload
	told   *exported
	placed bool
	lost   []string
}

func (in *importing) close() {
	if in.zip != nil {
		in.zip.Close()
	}
	if err := tree.RemoveAll(in.dir); err != nil {
		in.h.log.Warn("temporary files of an import not removed", "error", err)
	}
}

// read takes the export in and verifies it to its end.
func (in *importing) read(ctx context.Context, body io.Reader) error {
	free, err := in.h.cfg.Store.FreeBytes()
	if err != nil {
		return err
	}
	r, err := archive.NewReader(ctxio.Reader(ctx, body), archive.KindPlugin, archive.Limits{Bytes: min(max(0, free-spaceMargin), ImportMax), Entries: importEntries})
	if err != nil {
		return err
	}
	defer r.Close()
	root, err := os.OpenRoot(in.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = in.entry(ctx, r, e, root)
		}
		if err != nil {
			return err
		}
	}
	if in.told == nil || in.zip == nil {
		return archive.Invalid("%s or %s is missing", exportRecord, exportZip)
	}
	return nil
}

func (in *importing) entry(ctx context.Context, r *archive.Reader, e *archive.Entry, root *os.Root) (err error) {
	folder, _, inside := strings.Cut(e.Name, "/")
	switch {
	case e.Name == exportRecord && e.Kind == archive.File && in.told == nil:
		text, err := r.ReadAll(exportRecordMax)
		if err != nil {
			return err
		}
		in.told = &exported{}
		if json.Unmarshal(text, in.told) != nil || in.told.ID != r.Meta.Plugin {
			return archive.Invalid("%s cannot be read", exportRecord)
		}
		return nil
	case e.Name == exportZip && e.Kind == archive.File && in.zip == nil:
		in.zip, err = in.h.Receive(ctx, r)
		return err
	case (folder == below.data || folder == below.overlay) && (inside || e.Kind == archive.Folder):
		if e.Size > roomCheck {
			if err := in.h.needSpace(e.Size); err != nil {
				return err
			}
		}
		return r.Place(root, e.Name)
	}
	return archive.Invalid("it has an entry %.100q", e.Name)
}

// accept takes the version in like any upload, with everything else in the same transaction.
func (in *importing) accept(ctx context.Context, actor Actor) (PluginView, error) {
	b, err := in.h.open(in.zip, nil)
	if err != nil {
		return PluginView{}, err
	}
	release, err := in.h.jobs.exclusive(ctx, b.Manifest.ID)
	if err != nil {
		return PluginView{}, err
	}
	defer release()
	if err := in.place(ctx, b); err != nil {
		return PluginView{}, asNoSpace(err)
	}
	batch := in.h.cfg.Store.Blobs().NewBatch()
	defer batch.Close()
	v, err := in.h.takeIn(ctx, batch, in.zip, b, actor)
	if err != nil {
		return PluginView{}, err
	}
	_, err = in.h.makeCandidate(ctx, in.zip, b, v, actor, replaceNone, func(w Writer, p *Plugin, act *Act) error { return in.record(w, p, *v, act) })
	if err != nil {
		return PluginView{}, asNoSpace(err)
	}
	return in.h.Plugin(ctx, b.Manifest.ID)
}

// place puts the folders in their place. Nobody looks at them before there is a plugin, and what a crash leaves is removed by the next boot.
func (in *importing) place(ctx context.Context, b *bundle.Bundle) error {
	id := b.Manifest.ID
	if id != in.told.ID {
		return archive.Invalid("%s has the plugin %q and not %q", exportZip, id, in.told.ID)
	}
	err := in.h.view(ctx, func(r Reader) error {
		_, ok, err := tablePlugins.find(r, id)
		if err == nil && ok {
			err = fault.New(fault.Conflict, "plugin_exists", "there is a plugin %q already, and nothing of it is overwritten; remove it first", id)
		}
		return err
	})
	if err != nil {
		return err
	}
	d := in.h.dirs.plugin(id)
	in.placed = true
	if err := tree.RemoveAll(d.root); err != nil {
		return err
	}
	if err := os.MkdirAll(d.root, 0o700); err != nil {
		return err
	}
	for name, to := range map[string]string{below.data: d.data, below.overlay: d.overlay} {
		from := filepath.Join(in.dir, name)
		err := os.Chmod(from, 0o700) // one that its owner may not change cannot be moved
		if err == nil {
			err = os.Rename(from, to)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := tree.Sync(d.root); err != nil {
		return err
	}
	in.h.hook("import.placed")
	return nil
}

// record adds edits and settings to what an upload records.
func (in *importing) record(w Writer, p *Plugin, v Version, act *Act) error {
	p.Edits = in.told.Edits
	edited := p.Edits.apply(v.Manifest)
	if _, err := edited.Validate(); err != nil {
		return err
	}
	index, err := in.h.index(v.Index)
	if err != nil {
		return err
	}
	if err := in.h.checkViews(&edited, index); err != nil {
		return err
	}
	act.Kind = "plugin.imported"
	if in.told.Settings == nil {
		return nil
	}
	st, err := in.settings(v)
	if err != nil {
		return err
	}
	if len(in.lost) > 0 {
		act.Data["lostSecrets"] = in.lost
	}
	return tableSettings.put(w, p.ID, Settings{Stored: st, Revision: 1, UpdatedAt: time.Now().UTC(), UpdatedBy: v.UploadedBy})
}

// settings are those of the export, held against the schema, and sealed with this host's key. Where a secret is lost the rest is taken as it is: it is checked
// when the secret is set again.
func (in *importing) settings(v Version) (settings.Stored, error) {
	old := settings.Stored{Values: in.told.Settings.Values, Secrets: map[string]settings.SealedSecret{}}
	seal, open := in.h.sealer(v.Plugin)
	in.lost = []string{}
	for _, at := range slices.Sorted(maps.Keys(in.told.Settings.Secrets)) {
		x := in.told.Settings.Secrets[at]
		if _, err := open(x.Sealed); err != nil {
			in.lost = append(in.lost, at)
			continue
		}
		old.Secrets[at] = x
	}
	schema, err := in.h.schemaOf(v)
	if err != nil {
		return old, err
	}
	whole, err := schema.Deliver(old, open)
	if err != nil {
		return old, err
	}
	st, err := schema.Apply(settings.Stored{}, whole, seal, open, time.Now().UTC())
	if err != nil && len(in.lost) > 0 {
		return old, nil
	}
	return st, err
}
