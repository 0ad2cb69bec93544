package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"appzone/host/fault"
	"appzone/host/logs"
	"appzone/host/tree"
)

// readBlob returns the whole blob; it is for indexes, which are bounded by the bundle's limits.
func (h *Host) readBlob(d Digest) ([]byte, error) {
	b, err := h.cfg.Store.Blobs().Open(d)
	if err != nil {
		return nil, fmt.Errorf("open blob %.12s: %w", d, err)
	}
	defer b.Close()
	out := bytes.NewBuffer(make([]byte, 0, b.Size()))
	err = b.Chunks(func(p []byte) error {
		_, err := out.Write(p)
		return err
	})
	return out.Bytes(), err
}

func (h *Host) readJSONBlob(d Digest, v any) error {
	b, err := h.readBlob(d)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}

// index returns the files of a version.
func (h *Host) index(d Digest) (files []File, err error) {
	return files, h.readJSONBlob(d, &files)
}

// openBlob reads a blob from its start.
func (h *Host) openBlob(d Digest) (io.ReadCloser, error) {
	b, err := h.cfg.Store.Blobs().Open(d)
	if err != nil {
		return nil, fmt.Errorf("open blob %.12s: %w", d, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(b, 0, b.Size()), b}, nil
}

// trimVersions forgets the oldest versions beyond Config.VersionsKept; never the installed one, the candidate, or the
// one that was in use before.
func (h *Host) trimVersions(ctx context.Context, id string) {
	err := h.update(ctx, func(w Writer) error {
		p, err := pluginOf(w, id)
		if err != nil {
			return err
		}
		former, _, err := tableFormer.find(w, id)
		if err != nil {
			return err
		}
		var others []Version
		err = tableVersions.each(w, id+"/", "", func(_ string, v Version) (bool, error) {
			if v.Digest != p.Installed && v.Digest != p.Candidate && v.Digest != former.Version {
				others = append(others, v)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		for len(others) > h.cfg.VersionsKept {
			oldest := 0
			for k := range others {
				if others[k].UploadedAt.Before(others[oldest].UploadedAt) {
					oldest = k
				}
			}
			if err := tableVersions.delete(w, versionKey(id, others[oldest].Digest)); err != nil {
				return err
			}
			others = append(others[:oldest], others[oldest+1:]...)
		}
		return nil
	})
	if err != nil {
		h.log.Warn("old versions not trimmed", "plugin", id, "error", err)
	}
}

// tidy removes what no record names: blobs, and folders of versions and plugins that a crash left.
func (h *Host) tidy(ctx context.Context) error {
	if err := acquire(ctx, h.tidying.TryLock); err != nil { // whoever reads a backup takes their time
		return err
	}
	defer h.tidying.Unlock()
	h.mu.Lock()
	h.tidyDue = false
	h.mu.Unlock()
	freed, err := h.cfg.Store.Blobs().Collect(ctx, h.liveBlobs)
	if err != nil {
		return fmt.Errorf("collect blobs: %w", err)
	}
	if freed > 0 {
		h.log.Info("freed files that no version uses", "bytes", freed)
	}
	return h.tidyFolders(ctx)
}

// liveBlobs names every blob that some version uses.
func (h *Host) liveBlobs(keep func(Digest)) error {
	var versions []Version
	err := h.view(context.Background(), func(r Reader) error {
		return tableVersions.each(r, "", "", func(_ string, v Version) (bool, error) {
			versions = append(versions, Version{Index: v.Index, Prepared: v.Prepared})
			return true, nil
		})
	})
	if err != nil {
		return err
	}
	for _, v := range versions {
		keep(v.Index)
		if v.Prepared != "" {
			keep(v.Prepared)
		}
		files, err := h.index(v.Index)
		if err != nil {
			return err
		}
		for _, f := range files {
			for _, d := range f.blobs() {
				keep(d)
			}
		}
	}
	return nil
}

// tidyFolders removes folders that belong to no record. A plugin that is being changed is left alone by taking its lock.
func (h *Host) tidyFolders(ctx context.Context) error {
	plugins, err := os.ReadDir(h.dirs.plugins)
	if err != nil {
		return err
	}
	for _, e := range plugins {
		if err := h.tidyPlugin(ctx, e.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (h *Host) tidyPlugin(ctx context.Context, id string) error {
	release, err := h.jobs.exclusive(ctx, id)
	if fault.CodeOf(err) == codeBusy {
		return nil // the next tidy will find it
	}
	if err != nil {
		return err
	}
	defer release()
	d := h.dirs.plugin(id)
	known, snapshots := map[string]bool{}, map[string]bool{}
	exists, stale := false, false
	var p Plugin
	var waiting []Version // which nobody runs, and an installation may have been killed with
	err = h.view(ctx, func(r Reader) error {
		p, exists, err = tablePlugins.find(r, id)
		stale = p.DataStale && p.Installed == ""
		if p.Installed != "" {
			known[d.version(p.Installed)] = true
		}
		if p.Candidate != "" {
			known[d.version(p.Candidate)] = true
		}
		former, ok, failed := tableFormer.find(r, id)
		if ok && p.Installed != "" { // so that going back needs neither network nor compiler
			known[d.version(former.Version)] = true
		}
		snapshots[former.Snapshot], snapshots[p.Restoring] = true, true
		return errors.Join(err, failed, tableVersions.each(r, id+"/", "", func(_ string, v Version) (bool, error) {
			if v.Digest != p.Installed && known[d.version(v.Digest)] {
				waiting = append(waiting, v)
			}
			return true, nil
		}))
	})
	if err != nil {
		return err
	}
	if !exists {
		return errors.Join(tree.RemoveAll(d.root), logs.Remove(filepath.Join(h.dirs.logs, id)))
	}
	if stale {
		if err := h.removeFolders(id, false); err != nil {
			return err
		}
	}
	for _, v := range waiting {
		if err := h.forgetPrepared(p, v); err != nil {
			return err
		}
	}
	if err := h.removeOthers(d.versions, func(name string) bool { return known[filepath.Join(d.versions, name)] }); err != nil {
		return err
	}
	return h.removeOthers(d.snapshots, func(name string) bool { return snapshots[name] })
}

// removeOthers removes what is in dir, if that is there, and is not kept.
func (h *Host) removeOthers(dir string, keep func(name string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, e := range entries {
		if keep(e.Name()) {
			continue
		}
		h.verifier.Forget(filepath.Join(dir, e.Name()))
		if err := tree.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// tidyLater runs tidy in the background, after something was removed. One that has not begun yet will see that, too.
func (h *Host) tidyLater() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.tidyDue {
		return
	}
	h.tidyDue = true
	h.background.Go(func() {
		start := time.Now()
		if err := h.tidy(h.ctx); err != nil && h.ctx.Err() == nil {
			h.log.Error("tidying failed", "error", err, "after", time.Since(start))
		}
	})
}
