package host

import (
	"fmt"
	"os"
	"path/filepath"
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
	// private holds settings files: on tmpfs where there is one, so that secrets do not reach a disk. Emptied at boot.
	private string
}

// pluginDirs are the folders of one plugin.
type pluginDirs struct {
	root     string
	versions string // one folder for each installed version
	data     string // private data, kept across versions
	overlay  string // what the plugin wrote beside its code
	work     string // for the kernel's overlay
	app      string // where the merged view is mounted
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
	for _, empty := range []string{d.uploads, d.run} {
		if err := os.RemoveAll(empty); err != nil {
			return d, fmt.Errorf("empty %s: %w", filepath.Base(empty), err)
		}
	}
	for _, dir := range []string{root, d.uploads, d.plugins, d.logs, d.run, d.marks} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return d, fmt.Errorf("make data folder: %w", err)
		}
	}
	d.private, err = makePrivate(root)
	return d, err
}

// makePrivate makes the folder of settings files. Its name depends on the data folder, so that
// the next boot finds and removes what a crash left.
func makePrivate(root string) (string, error) {
	dir := filepath.Join(root, "private")
	if i, err := os.Stat(sharedMemory); err == nil && i.IsDir() {
		dir = filepath.Join(sharedMemory, "appzone-"+shortHash(root))
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", fmt.Errorf("empty private folder: %w", err)
	}
	// Mkdir, not MkdirAll: a folder that somebody else made first is refused, not used.
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", fmt.Errorf("make private folder: %w", err)
	}
	return dir, nil
}

func (d dirs) plugin(id string) pluginDirs {
	root := filepath.Join(d.plugins, id)
	return pluginDirs{root: root, versions: filepath.Join(root, "versions"), data: filepath.Join(root, "data"),
		overlay: filepath.Join(root, "overlay"), work: filepath.Join(root, "work"), app: filepath.Join(root, "app")}
}

// version is the folder of one installed version.
func (p pluginDirs) version(d Digest) string { return filepath.Join(p.versions, string(d[:16])) }
