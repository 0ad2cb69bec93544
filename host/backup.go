package host

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"appzone/host/archive"
	"appzone/host/fault"
)

// notInBackups tells people what a backup does not hold.
var notInBackups = []string{
	"secret.key (the key of the secrets: keep a copy of it, or of XC_SECRET_KEY, in another place)",
	"sessions (everybody logs in again)",
	"jobs, events, what webhooks were told of them, and answers to repeated requests",
	"logs of the plugins",
	"certificates and the account of XC_TLS_AUTOCERT",
	"compiled WASM and caches (they are made again)",
}

// Backup is a backup or an export under way: what changes has been copied, and the rest is read while it is written out. Not safe for concurrent use.
type Backup struct {
	// Name is a good name for its file.
	Name string

	host  *Host
	ctx   context.Context
	close func()
	dir   string
	spool *os.File
	later io.Writer // where the archive goes on after the spool
	out   *archive.Writer
	blobs []Digest
	// whole records that all of it was written; nil where nobody asks.
	whole func() error
}

// actBackedUp is in the audit trail for each backup that was written to its end. One that was begun is there, too, since what was taken
// of it by then is in somebody's hands.
const actBackedUp = "host.backed_up"

// Backup begins a backup of everything that a host needs to come back: records, plugins' files and plugins' data as they were at one moment. It returns
// when all that changes has been copied; [Backup.WriteTo] gives it out, and Close must be called. A plugin that runs stands still while its own
// data is copied. Errors: backup_running, since one is made at a time; disk_full; freeze_failed; backup_too_slow.
func (h *Host) Backup(ctx context.Context, actor Actor) (*Backup, error) {
	now := time.Now().UTC()
	meta := archive.Meta{Kind: archive.KindHost, Version: h.cfg.Version, CreatedAt: now, KeyID: h.secrets.KeyID(), LeftOut: notInBackups}
	return h.beginBackup(ctx, "appzone-"+stamp(now), meta, func(b *Backup) error {
		if err := h.copyHost(b); err != nil {
			return err
		}
		b.whole = func() error { return h.change(b.ctx, actor, Act{Kind: actBackedUp}, nil) }
		return h.change(b.ctx, actor, Act{Kind: "host.backup"}, nil)
	})
}

// stamp is a time in the name of a file.
func stamp(t time.Time) string { return t.Format("20060102-150405") }

// beginBackup makes the temporary folder and what goes with it, and lets fill copy what changes while nothing is switched.
func (h *Host) beginBackup(ctx context.Context, name string, meta archive.Meta, fill func(*Backup) error) (*Backup, error) {
	if err := h.oneBackup(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(h.ctx, cancel)
	b := &Backup{Name: name + ".tar.zst", host: h, ctx: ctx}
	var releases []func()
	b.close = sync.OnceFunc(func() {
		unhook()
		cancel()
		b.drop()
		for _, release := range releases {
			release()
		}
		h.folders.copying.Unlock()
	})
	err := b.begin(meta)
	if err == nil {
		err = acquire(ctx, h.tidying.TryLock) // no blob is collected until it is through
	}
	if err == nil {
		releases = append(releases, h.tidying.Unlock)
		err = h.unswitched(ctx, func() error { return fill(b) })
	}
	if err == nil {
		err = b.endSpool()
	}
	if err != nil {
		b.close()
		if h.ctx.Err() != nil {
			err = errShuttingDown()
		}
		return nil, asNoSpace(err)
	}
	return b, nil
}

// backupWait is how long the end of another backup is waited for: one whose reader has all of it is over in a moment.
const backupWait = 2 * time.Second

// oneBackup takes the lock, or refuses.
func (h *Host) oneBackup(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, backupWait)
	defer cancel()
	if err := acquire(ctx, h.folders.copying.TryLock); err != nil {
		return fault.Wrap(err, fault.Conflict, "backup_running", "a backup, an export or an import is under way; try again when it is done")
	}
	return nil
}

// unswitched runs fn while no plugin's record and folders change together.
func (h *Host) unswitched(ctx context.Context, fn func() error) error {
	if err := acquire(ctx, h.switching.TryLock); err != nil {
		return err
	}
	defer h.switching.Unlock()
	h.hook("backup.locked")
	return fn()
}

// acquire takes a lock as soon as it is free, unless ctx ends first.
func acquire(ctx context.Context, try func() bool) error {
	for !try() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// begin opens the spool.
func (b *Backup) begin(meta archive.Meta) (err error) {
	if err := b.host.needSpace(0); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(b.host.dirs.uploads, "backup-*"); err != nil { // which the next boot empties, after a crash
		return fmt.Errorf("make temporary folder: %w", err)
	}
	if b.spool, err = os.Create(filepath.Join(b.dir, "spool")); err != nil {
		return fmt.Errorf("make temporary file: %w", err)
	}
	b.out, err = archive.NewWriter(b.host.roomy(b.spool), b.dir, meta)
	if err == nil {
		err = b.out.Guard(b.host.roomy)
	}
	return err
}

// endSpool completes the spool: what follows is written to whoever gets the backup.
func (b *Backup) endSpool() error {
	b.later = io.Discard
	return b.out.Continue(writerFunc(func(p []byte) (int, error) { return b.later.Write(p) }))
}

// WriteTo writes the whole archive, once. It ends early when the host shuts down.
func (b *Backup) WriteTo(out io.Writer) (int64, error) {
	counted := &countingWriter{ctx: b.ctx, out: out}
	buffered := bufio.NewWriterSize(counted, 128<<10)
	b.later = buffered
	if _, err := b.spool.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	if _, err := io.Copy(buffered, struct{ io.Reader }{b.spool}); err != nil {
		return counted.n, err
	}
	for _, d := range b.blobs {
		if err := b.blob(d); err != nil {
			return counted.n, err
		}
	}
	err := b.out.Finish()
	if err == nil {
		err = buffered.Flush()
	}
	if err == nil && b.whole != nil {
		if unrecorded := b.whole(); unrecorded != nil { // which makes it no worse
			b.host.log.Warn("that a backup was made is not recorded", "error", unrecorded)
		}
	}
	return counted.n, err
}

func (b *Backup) blob(d Digest) error {
	blob, err := b.host.cfg.Store.Blobs().Open(d)
	if err != nil {
		return fmt.Errorf("open blob %.12s: %w", d, err)
	}
	defer blob.Close()
	return b.out.File("blobs/"+string(d), blob.Size(), io.NewSectionReader(blob, 0, blob.Size()))
}

// Close removes what was copied. It may be called again.
func (b *Backup) Close() { b.close() }

func (b *Backup) drop() {
	var err error
	if b.out != nil {
		err = b.out.Close()
	}
	if b.spool != nil {
		err = errors.Join(err, b.spool.Close())
	}
	if b.dir != "" {
		err = errors.Join(err, os.RemoveAll(b.dir))
	}
	if err != nil {
		b.host.log.Warn("temporary files of a backup not removed", "error", err)
	}
}

// roomCheck is after how many bytes it is looked whether there is still room.
const roomCheck = 8 << 20

// roomyWriter fails before the disk is full.
type roomyWriter struct {
	host *Host
	out  io.Writer
	n    int64
}

func (h *Host) roomy(out io.Writer) io.Writer { return &roomyWriter{host: h, out: out} }

func (w *roomyWriter) Write(p []byte) (int, error) {
	if w.n += int64(len(p)); w.n > roomCheck {
		w.n = 0
		if err := w.host.needSpace(roomCheck); err != nil {
			return 0, err
		}
	}
	return w.out.Write(p)
}

// countingWriter counts, and fails when its context ends.
type countingWriter struct {
	ctx context.Context
	out io.Writer
	n   int64
}

func (w *countingWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := w.out.Write(p)
	w.n += int64(n)
	return n, err
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
