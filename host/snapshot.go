package host

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"appzone/host/tree"
)

// A snapshot is a folder below plugins/<id>/snapshots with a copy of what the plugin keeps: its data, and what it wrote beside its
// code. It is whole when a record names it; one that no record names is removed.

// snapshotGone is the folder of a snapshot with what was in the place of its others while they are put back.
const snapshotGone = "discarded"

// snapshotPace is how fast a copy is expected to be written, in bytes a second; it only bounds how long requests wait.
const snapshotPace = 20 << 20

// kept are the folders that a snapshot copies, by their names in it. There, both are, be they empty, until they are put back.
func (p pluginDirs) kept() map[string]string {
	return map[string]string{below.data: p.data, below.overlay: p.overlay}
}

// keeps tells what a snapshot of the plugin would take on the disk.
func (h *Host) keeps(ctx context.Context, id string) (bytes int64, err error) {
	if bytes, err = h.measure(ctx, id, []string{below.data, below.overlay}); err != nil {
		return 0, fmt.Errorf("measure what the plugin keeps: %w", err)
	}
	return bytes, nil
}

// needSnapshotSpace fails when there is no room for a snapshot of so many bytes.
func (h *Host) needSnapshotSpace(id string, bytes int64) error {
	dir := h.dirs.plugin(id).snapshots
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return asNoSpace(fmt.Errorf("make snapshot folder: %w", err))
	}
	if tree.Clones(dir) {
		return nil
	}
	return h.needSpace(bytes)
}

// takeSnapshot copies what the plugin keeps and makes that durable. Nothing may write there meanwhile. The host's end ends it, and
// nothing else: it may take minutes.
func (h *Host) takeSnapshot(ctx context.Context, id string) (name string, bytes int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(h.ctx, cancel)()
	d := h.dirs.plugin(id)
	name = newID(time.Now())
	to := filepath.Join(d.snapshots, name)
	if err := os.MkdirAll(to, 0o700); err != nil {
		return "", 0, asNoSpace(fmt.Errorf("make snapshot folder: %w", err))
	}
	for part, from := range d.kept() {
		n, err := tree.Copy(ctx, from, filepath.Join(to, part))
		if h.ctx.Err() != nil {
			err = errShuttingDown()
		}
		if err != nil {
			return "", 0, asNoSpace(errors.Join(fmt.Errorf("copy what the plugin keeps: %w", err), tree.RemoveAll(to)))
		}
		bytes += n
	}
	h.hook("snapshot.copied")
	if err := tree.Sync(d.snapshots); err != nil {
		return "", 0, asNoSpace(errors.Join(fmt.Errorf("write the snapshot: %w", err), tree.RemoveAll(to)))
	}
	return name, bytes, nil
}

// hasSnapshot tells whether there is such a snapshot.
func (h *Host) hasSnapshot(id, name string) bool {
	if name == "" {
		return false
	}
	info, err := os.Lstat(filepath.Join(h.dirs.plugin(id).snapshots, name))
	return err == nil && info.IsDir()
}

// dropSnapshot removes a snapshot that no record names any more. What is left of it is found by tidy.
func (h *Host) dropSnapshot(id, name string) {
	if name == "" {
		return
	}
	if err := tree.RemoveAll(filepath.Join(h.dirs.plugin(id).snapshots, name)); err != nil {
		h.log.Warn("a snapshot is not removed", "plugin", id, "error", err)
	}
}

// finishRestoring puts the snapshot that the plugin's record names in the place of what the plugin keeps, and takes the name out of
// the record. It goes on where a crash ended it. No instance of the plugin may run.
func (h *Host) finishRestoring(ctx context.Context, p Plugin) error {
	if p.Restoring == "" {
		return nil
	}
	if !h.hasSnapshot(p.ID, p.Restoring) { // somebody took it away: what is there stays
		h.log.Error("the copy of what a plugin keeps is gone and cannot be put back", "plugin", p.ID, "snapshot", p.Restoring)
	}
	if err := h.putBack(p); err != nil {
		return fmt.Errorf("put the data of %q back: %w", p.ID, err)
	}
	h.hook("restore.moved")
	err := h.update(ctx, func(w Writer) error {
		now, err := pluginOf(w, p.ID)
		if err != nil || now.Restoring != p.Restoring {
			return err
		}
		f, ok, err := tableFormer.find(w, p.ID)
		if err != nil {
			return err
		}
		if ok && f.Snapshot == p.Restoring { // it was gone back to
			if err := tableFormer.delete(w, p.ID); err != nil {
				return err
			}
		}
		now.Restoring = ""
		return h.savePlugin(w, &now)
	})
	if err != nil {
		return asNoSpace(err)
	}
	h.hook("restore.recorded")
	h.dropSnapshot(p.ID, p.Restoring)
	return nil
}

// putBack moves the folders of a snapshot to where the plugin keeps them. A folder that is not in the snapshot any more has been moved.
func (h *Host) putBack(p Plugin) error {
	d := h.dirs.plugin(p.ID)
	from := filepath.Join(d.snapshots, p.Restoring)
	gone := filepath.Join(from, snapshotGone)
	for part, to := range d.kept() {
		info, err := os.Lstat(filepath.Join(from, part))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := os.MkdirAll(gone, 0o700); err != nil {
			return err
		}
		if err := moveFolder(to, filepath.Join(gone, part)); err != nil {
			return err
		}
		h.hook("restore.between")
		if err := moveFolder(filepath.Join(from, part), to); err != nil {
			return err
		}
		if err := os.Chmod(to, info.Mode().Perm()); err != nil {
			return err
		}
	}
	// What a copied view of the code still holds is of the version that is left.
	for _, dir := range []string{d.work, d.app} {
		if err := tree.RemoveAll(dir); err != nil {
			return err
		}
	}
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return tree.Sync(from)
}

// moveFolder renames a folder to where nothing of worth is. One that is not there is as good as moved.
func moveFolder(from, to string) error {
	if _, err := os.Lstat(from); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := tree.RemoveAll(to); err != nil {
		return err
	}
	if err := os.Chmod(from, 0o700); err != nil { // else its owner may not move it
		return err
	}
	return os.Rename(from, to)
}
