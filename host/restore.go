package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"

	"appzone/host/archive"
	"appzone/host/audit"
	"appzone/host/ctxio"
	"appzone/host/doctor"
	"appzone/host/fault"
	"appzone/host/tree"
)

// RestoreOptions say where a backup is restored to.
type RestoreOptions struct {
	// DataDir must be absent or empty.
	DataDir string
	// OpenStore makes the store of the data folder, which is closed at the end.
	OpenStore func(ctx context.Context, dataDir string) (Store, error)
}

// Restored is what a restored backup was.
type Restored struct {
	archive.Meta
	Records int
	Plugins int
	Files   int
}

// Restore fills a data folder from a backup. All of it is verified before the folder can be served from, and when anything goes wrong everything that was
// written is removed. Errors: data_dir_not_empty, and those of [archive.Reader].
func Restore(ctx context.Context, o RestoreOptions, in io.Reader) (_ Restored, err error) {
	dir, err := filepath.Abs(o.DataDir)
	if err != nil {
		return Restored{}, err
	}
	made, err := claim(dir)
	if err != nil {
		return Restored{}, err
	}
	defer func() {
		if err != nil {
			err = asNoSpace(errors.Join(err, clearFolder(dir, made)))
		}
	}()
	done, err := restoreInto(ctx, dir, o, in)
	if err != nil {
		return done, err
	}
	if err := tree.Sync(dir); err != nil {
		return done, err
	}
	if err := os.Remove(filepath.Join(dir, doctor.RestoreMark)); err != nil {
		return done, err
	}
	return done, tree.Sync(dir)
}

// claim makes the folder, or takes an empty one, and marks it. made tells whether it was made.
func claim(dir string) (made bool, err error) {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return false, fault.Wrap(err, fault.Internal, "data_dir_unusable", "the data folder %s cannot be made; check its owner and mode", dir)
		}
		made = true
	case err != nil:
		return false, fault.Wrap(err, fault.Internal, "data_dir_unusable", "the data folder %s cannot be read, or is none", dir)
	case len(entries) > 0:
		return false, fault.New(fault.Conflict, "data_dir_not_empty", "the folder %s is not empty, and nothing is overwritten; restore into another one, or move what is there away", dir)
	}
	// Exclusive: of two at once one does it.
	f, err := os.OpenFile(filepath.Join(dir, doctor.RestoreMark), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return made, fault.Wrap(err, fault.Internal, "data_dir_unusable", "the data folder %s cannot be written; check its owner and mode", dir)
	}
	return made, errors.Join(f.Close(), os.Chmod(dir, 0o700), tree.Sync(dir))
}

// clearFolder removes what a restore wrote, the mark last.
func clearFolder(dir string, made bool) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Name() != doctor.RestoreMark {
			err = errors.Join(err, tree.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	if err != nil {
		return err
	}
	if made {
		return tree.RemoveAll(dir)
	}
	return os.Remove(filepath.Join(dir, doctor.RestoreMark))
}

// checkRestored refuses a folder that a restore did not fill to its end.
func checkRestored(root string) error {
	if _, err := os.Lstat(filepath.Join(root, doctor.RestoreMark)); !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Conflict, "restore_unfinished", "a restore into the data folder %s was not finished; remove the folder and restore again", root)
	}
	return nil
}

func restoreInto(ctx context.Context, dir string, o RestoreOptions, in io.Reader) (_ Restored, err error) {
	store, err := o.OpenStore(ctx, dir)
	if err != nil {
		return Restored{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	free, err := store.FreeBytes()
	if err != nil {
		return Restored{}, err
	}
	r, err := archive.NewReader(ctxio.Reader(ctx, in), archive.KindHost, archive.Limits{Bytes: max(0, free-spaceMargin), Entries: math.MaxInt64})
	if err != nil {
		return Restored{}, err
	}
	defer r.Close()
	// A host that is not open: it has what reading and placing files takes.
	h := &Host{cfg: Config{Store: store, DataDir: dir}, dirs: dirs{root: dir, plugins: filepath.Join(dir, "plugins")}}
	to := restoring{ctx: ctx, h: h, in: r, batch: store.Blobs().NewBatch(), done: Restored{Meta: r.Meta}}
	defer func() { err = errors.Join(err, to.batch.Close()) }()
	if err := to.readAll(); err != nil {
		return to.done, err
	}
	return to.done, to.finish()
}

// restoring is a restore under way.
type restoring struct {
	ctx   context.Context
	h     *Host
	in    *archive.Reader
	batch BlobBatch
	holds *holdings // once the records are there
	// folders are the names below which files may be placed.
	folders map[string]bool
	tables  map[string]bool
	done    Restored
}

// finish makes a host of what is there: the code that plugins run from, records that fit this place, and an entry in the audit trail.
func (to *restoring) finish() error {
	if err := to.batch.Commit(); err != nil {
		return err
	}
	if err := to.records(); err != nil { // an archive without a single file
		return err
	}
	if err := to.checkBlobs(); err != nil {
		return err
	}
	for id := range to.holds.plugins {
		for _, v := range to.holds.inUse(id) {
			if err := to.place(v); err != nil {
				return err
			}
		}
	}
	if err := to.settle(); err != nil {
		return err
	}
	return to.h.update(to.ctx, func(w Writer) error {
		act := Act{Kind: "host.restored", Data: map[string]any{"backupOf": to.done.CreatedAt.Format(time.RFC3339), "version": to.done.Version}}
		return appendAudit(w, newAuditEntry(System, act, audit.Done))
	})
}

// checkBlobs makes sure that every file of every version is there.
func (to *restoring) checkBlobs() error {
	check := func(d Digest) error {
		b, err := to.h.cfg.Store.Blobs().Open(d)
		if errors.Is(err, ErrNoRecord) {
			return archive.Invalid("the file %.12s is missing", d)
		}
		if err != nil {
			return err
		}
		return b.Close()
	}
	all, err := to.h.blobsOf(*to.holds)
	if errors.Is(err, ErrNoRecord) {
		return archive.Invalid("the list of a version's files is missing")
	}
	if err != nil {
		return err
	}
	for _, d := range all {
		if err := check(d); err != nil {
			return err
		}
	}
	return nil
}

// place writes the code of a version that is in use.
func (to *restoring) place(v Version) error {
	index, err := to.h.index(v.Index)
	if err != nil {
		return err
	}
	dir := to.h.dirs.plugin(v.Plugin).version(v.Digest)
	if !portable(v) && v.Prepared != "" { // nothing is prepared, which the runtime will find when it starts
		if err := os.MkdirAll(filepath.Join(dir, preparedAnew), 0o700); err != nil {
			return err
		}
	}
	err = tree.Place(to.ctx, filepath.Join(dir, "code"), codeEntries(index), func(e tree.Entry) (io.ReadCloser, error) {
		return to.h.openBlob(Digest(e.SHA256))
	})
	if err != nil {
		return asNoSpace(fmt.Errorf("write files of %q: %w", v.Plugin, err))
	}
	return nil
}
