package host

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"appzone/host/archive"
	"appzone/host/fault"
	"appzone/host/manifest"
)

const (
	// recordLineMax bounds a line of a table's file: a record has at most 1 MiB.
	recordLineMax = 2 << 20
	// recordsAtOnce and recordBytesAtOnce bound one update.
	recordsAtOnce     = 1000
	recordBytesAtOnce = 4 << 20
	// preparedAnew is the empty folder of what has to be prepared again.
	preparedAnew = preparedPrefix + "none"
)

// readAll takes in every entry: records first, then folders, then files.
func (to *restoring) readAll() error {
	to.tables = map[string]bool{}
	for {
		e, err := to.in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		kind, rest, _ := strings.Cut(e.Name, "/")
		switch kind {
		case "records":
			err = to.table(e, rest)
		case "plugins":
			err = to.folder(e, rest)
		case "blobs":
			err = to.blob(e, Digest(rest))
		default:
			err = archive.Invalid("it has an entry %.100q", e.Name)
		}
		if err != nil {
			return err
		}
	}
}

// table takes in the records of one table.
func (to *restoring) table(e *archive.Entry, file string) error {
	name, ok := strings.CutSuffix(file, ".jsonl")
	if !ok || !slices.Contains(backupTables, name) || to.tables[name] || to.holds != nil || e.Kind != archive.File {
		return archive.Invalid("the records %.100q are unknown, there twice, or in the wrong place", file)
	}
	to.tables[name] = true
	lines := bufio.NewScanner(to.in)
	lines.Buffer(nil, recordLineMax)
	var batch []backupRecord
	bytes := 0
	flush := func() error {
		err := to.h.update(to.ctx, func(w Writer) error {
			for _, r := range batch {
				if err := w.Put(name, r.Key, r.Value); err != nil {
					return err
				}
			}
			return nil
		})
		to.done.Records += len(batch)
		batch, bytes = batch[:0], 0
		return err
	}
	for lines.Scan() {
		var r backupRecord
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil || r.Key == "" || len(r.Value) == 0 || strings.ContainsRune(r.Key, 0) {
			return archive.Invalid("a record of %s cannot be read", name)
		}
		if err := checkRecord(name, r); err != nil {
			return err
		}
		batch, bytes = append(batch, r), bytes+len(r.Value)
		if len(batch) == recordsAtOnce || bytes >= recordBytesAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return archive.Invalid("a record of %s is too large", name)
	}
	return errors.Join(lines.Err(), flush())
}

// folderName is the name of a folder that a record leads to.
var folderName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,99}$`)

// checkRecord refuses a record that would lead the host out of its folders: what is in a backup may not be what a host wrote.
func checkRecord(name string, r backupRecord) error {
	good := true
	var err error
	switch table := name; table {
	case string(tablePlugins):
		var p Plugin
		err = json.Unmarshal(r.Value, &p)
		good = p.ID == r.Key && manifest.ValidID(p.ID) && blank(p.Installed) && blank(p.Candidate) && (p.Restoring == "" || folderName.MatchString(p.Restoring))
	case string(tableVersions):
		var v Version
		err = json.Unmarshal(r.Value, &v)
		good = manifest.ValidID(v.Plugin) && isDigest(v.Digest) && r.Key == versionKey(v.Plugin, v.Digest) && isDigest(v.Index) && blank(v.Prepared) &&
			(v.PreparedIn == "" || folderName.MatchString(v.PreparedIn) && strings.HasPrefix(v.PreparedIn, preparedPrefix))
	case string(tableFormer):
		var f Former
		err = json.Unmarshal(r.Value, &f)
		good = manifest.ValidID(r.Key) && isDigest(f.Version) && (f.Snapshot == "" || folderName.MatchString(f.Snapshot))
	case string(tableWebhooks):
		var w webhookRecord
		err = json.Unmarshal(r.Value, &w)
		good = w.ID == r.Key
	}
	if err != nil || !good {
		return archive.Invalid("the record %.100q of %s makes no sense", r.Key, name)
	}
	return nil
}

var digestPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

func isDigest(d Digest) bool { return digestPattern.MatchString(string(d)) }

// blank says that d is a digest or none.
func blank(d Digest) bool { return d == "" || isDigest(d) }

// records is called when all records are there: they say which folders may follow.
func (to *restoring) records() error {
	if to.holds != nil {
		return nil
	}
	if !to.tables[string(tablePlugins)] || !to.tables[string(tableMembers)] {
		return archive.Invalid("it has no records")
	}
	k := &holdings{}
	if err := to.h.view(to.ctx, k.read); err != nil {
		return err
	}
	to.holds, to.folders = k, map[string]bool{}
	for id := range k.plugins {
		for _, name := range k.folders(id) {
			to.folders[path.Join(id, name)] = true
		}
	}
	to.done.Plugins = len(k.plugins)
	return nil
}

// folder places something of a plugin's.
func (to *restoring) folder(e *archive.Entry, name string) error {
	if err := to.records(); err != nil {
		return err
	}
	id, rest, _ := strings.Cut(name, "/")
	top := name
	for top != "." && !to.folders[top] {
		top = path.Dir(top)
	}
	if top == "." || top == name && e.Kind != archive.Folder {
		return archive.Invalid("%.100q belongs to nothing, or is no folder", e.Name)
	}
	dir := to.h.dirs.plugin(id).root
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	to.done.Files++
	return to.in.Place(root, rest)
}

// blob stores a file, whose name is its digest.
func (to *restoring) blob(e *archive.Entry, d Digest) error {
	if err := to.records(); err != nil {
		return err
	}
	if e.Kind != archive.File || !isDigest(d) {
		return archive.Invalid("the file %.100q has no digest for a name", e.Name)
	}
	to.done.Files++
	in := remembering{Reader: to.in}
	err := to.batch.Put(d, e.Size, &in)
	switch {
	case in.err != nil: // says more than that there is less than there should be
		return in.err
	case fault.CodeOf(err) == "content_mismatch":
		return archive.Invalid("the file %.100q is not what its name says", e.Name)
	}
	return err
}

// remembering is a reader that keeps its error, other than the end, for who is told less by whom it is given to.
type remembering struct {
	io.Reader
	err error
}

// Read implements [io.Reader].
func (r *remembering) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// settle makes the records fit this place: user ids are chosen anew, and what was compiled has to be prepared again.
func (to *restoring) settle() error {
	anew, err := to.nothingPrepared()
	if err != nil {
		return err
	}
	for id := range to.holds.plugins {
		inUse := to.holds.inUse(id)
		err := to.h.update(to.ctx, func(w Writer) error {
			p, err := pluginOf(w, id)
			if err != nil {
				return err
			}
			p.UserNumber = 0
			if err := tablePlugins.put(w, id, p); err != nil {
				return err
			}
			var all []Version
			err = tableVersions.each(w, id+"/", "", func(_ string, v Version) (bool, error) { all = append(all, v); return true, nil })
			for _, v := range all {
				used := slices.ContainsFunc(inUse, func(u Version) bool { return u.Digest == v.Digest })
				switch {
				case err != nil || v.Prepared == "" || used && portable(v):
					continue
				case used:
					v.Prepared, v.PreparedIn = anew, preparedAnew
				default:
					v.Prepared, v.PreparedIn = "", ""
				}
				err = tableVersions.put(w, versionKey(id, v.Digest), v)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// nothingPrepared is the blob of an empty list of prepared files.
func (to *restoring) nothingPrepared() (Digest, error) {
	batch := to.h.cfg.Store.Blobs().NewBatch()
	defer batch.Close()
	d, err := putJSON(batch, []string{})
	if err != nil {
		return "", err
	}
	return d, batch.Commit()
}
