package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"appzone/host/tree"
)

// dirs are the folders below the data folder.
type dirs struct {
	root string
	// uploads holds zips while they arrive; emptied at boot.
	uploads string
	// plugins holds one folder for each plugin.
	plugins string
	// logs holds one folder for each plugin.
	logs string
	// run holds what belongs to one instance; emptied at boot.
	run string
	// marks records the children, so that the next boot finds what a crash left.
	marks string
	// private holds settings files: on tmpfs where there is one, so that secrets do not reach a disk, and what changes while programs
	// run can be written on a full one. Emptied at boot.
	private string
	// inMemory says that private is on a tmpfs.
	inMemory bool
}

// pluginDirs are the folders of one plugin.
type pluginDirs struct {
	root     string
	versions string // one folder for each installed version
	data     string // private data, kept across versions
	overlay  string // what the plugin wrote beside its code
	work     string // for the kernel's overlay
	app      string // where the merged view is mounted
	// snapshots holds one folder for each copy of data and overlay.
	snapshots string
}

// sharedMemory is a tmpfs on Linux.
const sharedMemory = "/dev/shm"

func makeDirs(root string) (dirs, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return dirs{}, fmt.Errorf("data folder: %w", err)
	}
	d := dirs{root: root, uploads: filepath.Join(root, "uploads"), plugins: filepath.Join(root, "plugins"),
		logs: filepath.Join(root, "logs"), run: filepath.Join(root, "run"), marks: filepath.Join(root, "marks")}
	if err := checkRestored(root); err != nil {
		return d, err
	}
	for _, empty := range []string{d.uploads, d.run} {
		if err := tree.RemoveAll(empty); err != nil { // what was being brought in may have closed folders
			return d, fmt.Errorf("empty %s: %w", filepath.Base(empty), err)
		}
	}
	for _, dir := range []string{root, d.uploads, d.plugins, d.logs, d.run, d.marks} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return d, fmt.Errorf("make data folder: %w", err)
		}
	}
	d.private, d.inMemory, err = makePrivate(root, sharedMemory)
	return d, err
}

// makePrivate makes the folder of settings files below shared, or below root where that is no tmpfs. Its name depends on the
// data folder, so that this boot finds and removes what a crash left.
func makePrivate(root, shared string) (dir string, inMemory bool, err error) {
	fallback := filepath.Join(root, "private")
	if err := os.RemoveAll(fallback); err != nil { // also when a former boot had no tmpfs, and this one has
		return "", false, fmt.Errorf("empty private folder: %w", err)
	}
	if onMemory(shared) {
		dir = filepath.Join(shared, "appzone-"+shortHash(root))
		if err := os.RemoveAll(dir); err != nil {
			return "", false, fmt.Errorf("empty private folder: %w", err)
		}
		// Mkdir, not MkdirAll: a folder that somebody else made first is refused, not used.
		if err = os.Mkdir(dir, 0o700); err == nil {
			return dir, true, nil
		}
		if !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
			return "", false, fmt.Errorf("make private folder: %w", err)
		}
	}
	if err := os.Mkdir(fallback, 0o700); err != nil {
		return "", false, fmt.Errorf("make private folder: %w", err)
	}
	return fallback, false, nil
}

func (d dirs) plugin(id string) pluginDirs {
	root := filepath.Join(d.plugins, id)
	return pluginDirs{root: root, versions: filepath.Join(root, "versions"), data: filepath.Join(root, "data"),
		overlay: filepath.Join(root, "overlay"), work: filepath.Join(root, "work"), app: filepath.Join(root, "app"),
		snapshots: filepath.Join(root, "snapshots")}
}

// below are a plugin's folders relative to its own: their names in backups and exports, where they follow its id.
var below = dirs{}.plugin("")

// alone are the folders of an instance that writes beside its code for itself alone, below own.
func (p pluginDirs) alone(own string) pluginDirs {
	p.overlay, p.work, p.app = filepath.Join(own, "overlay"), filepath.Join(own, "work"), filepath.Join(own, "app")
	return p
}

// version is the folder of one installed version.
func (p pluginDirs) version(d Digest) string { return filepath.Join(p.versions, string(d[:16])) }
