package host

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/tree"
)

// stillMax bounds how long a plugin stands still while its data is copied.
const stillMax = 10 * time.Minute

// backupRecord is a line of a table's file in a backup.
type backupRecord struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

// holdings is what of the records decides which folders and blobs belong to a backup.
type holdings struct {
	plugins  map[string]Plugin
	versions map[string]Version // by versionKey
	formers  map[string]Former
}

// copyHost adds everything that changes, and notes the blobs.
func (h *Host) copyHost(b *Backup) error {
	var k holdings
	if err := h.copyRecords(b, &k); err != nil {
		return err
	}
	if err := h.needFor(b.ctx, k); err != nil {
		return err
	}
	for id := range k.plugins {
		if err := h.copyFolders(b, id, path.Join("plugins", id), k.folders(id)); err != nil {
			return err
		}
	}
	blobs, err := h.blobsOf(k)
	b.blobs = blobs
	return err
}

// copyRecords writes each table as one file, all of them as they are at one moment.
func (h *Host) copyRecords(b *Backup, k *holdings) error {
	err := h.view(b.ctx, func(r Reader) error {
		for _, name := range backupTables {
			if err := h.copyTable(r, name, filepath.Join(b.dir, name)); err != nil {
				return fmt.Errorf("copy records of %s: %w", name, err)
			}
		}
		return k.read(r)
	})
	if err != nil {
		return err
	}
	for _, name := range backupTables {
		if err := b.addFile("records/"+name+".jsonl", filepath.Join(b.dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (h *Host) copyTable(r Reader, name, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(h.roomy(f), 64<<10)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	err = table[json.RawMessage](name).each(r, "", "", func(key string, v json.RawMessage) (bool, error) {
		return true, lines.Encode(backupRecord{key, v})
	})
	return errors.Join(err, out.Flush())
}

// addFile adds a temporary file and removes it.
func (b *Backup) addFile(name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if err := b.out.File(name, size, io.NewSectionReader(f, 0, size)); err != nil {
		return err
	}
	return os.Remove(file)
}

func (k *holdings) read(r Reader) error {
	*k = holdings{plugins: map[string]Plugin{}, versions: map[string]Version{}, formers: map[string]Former{}}
	return errors.Join(
		tablePlugins.each(r, "", "", func(id string, p Plugin) (bool, error) { k.plugins[id] = p; return true, nil }),
		tableFormer.each(r, "", "", func(id string, f Former) (bool, error) { k.formers[id] = f; return true, nil }),
		tableVersions.each(r, "", "", func(key string, v Version) (bool, error) {
			// What the rest is good for is in the file.
			k.versions[key] = Version{Plugin: v.Plugin, Digest: v.Digest, Index: v.Index, Prepared: v.Prepared, PreparedIn: v.PreparedIn,
				Manifest: manifest.Manifest{Type: v.Manifest.Type, Parameters: manifest.Parameters{Runtime: v.Manifest.Parameters.Runtime}}}
			return true, nil
		}),
	)
}

// inUse are the versions of a plugin whose files lie on the disk.
func (k *holdings) inUse(id string) (versions []Version) {
	for _, d := range []Digest{k.plugins[id].Installed, k.formers[id].Version} {
		if v, ok := k.versions[versionKey(id, d)]; ok && v.Manifest.Type == manifest.TypeScript && (len(versions) == 0 || versions[0].Digest != d) {
			versions = append(versions, v)
		}
	}
	return versions
}

// portable says that what was prepared of a version is of use on other machines, and takes the network to be made again: packages. Code that was compiled is
// made again by whoever is to run it.
func portable(v Version) bool { return v.Prepared != "" && v.Manifest.UsesNode() }

// folders are what belongs to a plugin in a backup, relative to its folder.
func (k *holdings) folders(id string) (names []string) {
	p := k.plugins[id]
	if !p.DataStale {
		names = append(names, below.data, below.overlay)
	}
	for _, s := range []string{p.Restoring, k.formers[id].Snapshot} {
		if s != "" {
			names = append(names, path.Join(below.snapshots, s))
		}
	}
	for _, v := range k.inUse(id) {
		if portable(v) {
			names = append(names, preparedName(v))
		}
	}
	return names
}

// preparedName is where a version's prepared files are, relative to its plugin's folder.
func preparedName(v Version) string {
	return path.Join(below.version(v.Digest), v.PreparedIn)
}

// needFor fails when the copies have no room.
func (h *Host) needFor(ctx context.Context, k holdings) error {
	var need int64
	for id := range k.plugins {
		n, err := h.measure(ctx, id, k.folders(id))
		if err != nil {
			return err
		}
		need += n
	}
	return h.needSpace(need)
}

// measure adds up what folders of a plugin take on the disk.
func (h *Host) measure(ctx context.Context, id string, names []string) (sum int64, err error) {
	for _, name := range names {
		n, err := tree.Allocated(ctx, filepath.Join(h.dirs.plugin(id).root, name))
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// copyFolders adds folders of a plugin below prefix while nothing writes to them.
func (h *Host) copyFolders(b *Backup, id, prefix string, names []string) error {
	release, running, err := h.folders.hold(b.ctx, id)
	if fault.CodeOf(err) == "freeze_failed" { // which names the program as its author does
		return fault.Wrap(err, fault.Unavailable, "freeze_failed", "plugin %q does not stand still for its data to be copied; try again, or stop it first", id)
	}
	if err != nil {
		return err
	}
	defer release()
	h.hook("backup.held")
	ctx, cancel := b.ctx, func() {}
	if running {
		ctx, cancel = context.WithTimeoutCause(ctx, stillMax, fault.New(fault.Unavailable, "backup_too_slow",
			"plugin %q would stand still for more than %s while its data is copied; stop it first, or let it keep less", id, stillMax))
	}
	defer cancel()
	for _, name := range names {
		err := b.out.Tree(ctx, path.Join(prefix, name), filepath.Join(h.dirs.plugin(id).root, name))
		if err != nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return fmt.Errorf("copy %s of %q: %w", name, id, err)
		}
	}
	return nil
}

// blobsOf lists the blobs that the versions refer to.
func (h *Host) blobsOf(k holdings) ([]Digest, error) {
	known := map[Digest]bool{}
	var all []Digest
	add := func(d Digest) {
		if d != "" && !known[d] {
			known[d] = true
			all = append(all, d)
		}
	}
	for _, v := range k.versions {
		add(v.Index)
		if portable(v) {
			add(v.Prepared)
		}
		files, err := h.index(v.Index)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			for _, d := range f.blobs() {
				add(d)
			}
		}
	}
	return all, nil
}
