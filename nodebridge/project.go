package nodebridge

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"appzone/host"
)

// locks are the lock files that npm reads, the one that it prefers first.
var locks = []string{"npm-shrinkwrap.json", "package-lock.json"}

// nodeProject is the folder of the code that has the entry's packages: the nearest one, from the entry up, with a
// node_modules or a package.json.
type nodeProject struct {
	// dir is relative to the code, with slashes; "." is the code itself.
	dir string
	// bundled says that node_modules came in the zip.
	bundled bool
	// manifest is nil without a package.json.
	manifest *packageJSON
	// lock is nil without a lock file.
	lock *lockFile
	// config says that an .npmrc lies there.
	config bool
}

// findProject looks from the entry's folder upwards, as Node looks for packages.
func findProject(s host.Staged, registry string) (*nodeProject, error) {
	root, err := os.OpenRoot(s.CodeDir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	entry := path.Clean(filepath.ToSlash(s.Manifest.Parameters.ScriptPath))
	for dir := path.Dir(entry); ; dir = path.Dir(dir) {
		p := &nodeProject{dir: dir}
		p.bundled = isKind(root, path.Join(dir, "node_modules"), fs.ModeDir)
		p.config = isKind(root, path.Join(dir, ".npmrc"), 0)
		if err := p.readManifest(root); err != nil {
			return nil, err
		}
		if p.bundled || p.manifest != nil || dir == "." || dir == "/" {
			return p, p.readLock(root, registry, s.InstallScripts)
		}
	}
}

func isKind(root *os.Root, name string, kind fs.FileMode) bool {
	info, err := root.Stat(name)
	return err == nil && info.Mode().Type() == kind
}

func (p *nodeProject) readManifest(root *os.Root) error {
	text, err := readBounded(root, path.Join(p.dir, "package.json"), packageJSONMax)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	p.manifest, err = parsePackageJSON(text)
	return err
}

// readLock reads the lock file; without a package.json it means nothing.
func (p *nodeProject) readLock(root *os.Root, registry string, granted bool) error {
	for _, name := range locks {
		text, err := readBounded(root, path.Join(p.dir, name), lockMax)
		if errors.Is(err, fs.ErrNotExist) || p.manifest == nil {
			continue
		}
		if err != nil {
			return err
		}
		p.lock, err = parseLock(text, p.manifest, registry, granted)
		return err
	}
	return nil
}

// refused lists the dependencies that need a grant.
func (p *nodeProject) refused() []string {
	if p.bundled || p.manifest == nil {
		return nil
	}
	list := p.manifest.refused()
	if p.lock != nil {
		list = append(list, p.lock.refused...)
	}
	return list
}
