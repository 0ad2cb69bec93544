package nodebridge

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"appzone/host/fault"
)

// merge makes PreparedDir/app: the code and, where the entry looks for them, the packages. The code is hard-linked, so
// that it costs no space; the packages are moved. That happens beside the folder of the install, where scripts could
// have prepared a place for it.
func (i *install) merge() error {
	temp := filepath.Join(i.staged.PreparedDir, ".app")
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	if err := cloneTree(i.staged.CodeDir, temp, link, nil); err != nil {
		return err
	}
	from := i.path("project", "node_modules")
	if err := readable(from); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	to := filepath.Join(temp, filepath.FromSlash(i.project.dir), "node_modules")
	if err := os.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.Rename(temp, appDir(i.staged))
}

// copyCode gives npm a copy of the code that install scripts may change; npm's own files stay out.
func copyCode(from, to string) error {
	return cloneTree(from, to, copyFile, []string{"node_modules", ".npmrc", "package.json", "package-lock.json", "npm-shrinkwrap.json"})
}

// cloneTree makes to look like from, file by file. Names in skip are left out everywhere.
func cloneTree(from, to string, file func(from, to string) error, skip []string) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		switch {
		case rel != "." && slices.Contains(skip, d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		case d.Type().IsRegular():
			return file(name, filepath.Join(to, rel))
		}
		return fault.New(fault.Invalid, "file_refused", "%q is neither a file nor a folder", rel)
	})
}

// link makes a hard link, or a copy where the file system has none.
func link(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, syscall.EXDEV) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EMLINK) || errors.Is(err, errors.ErrUnsupported) {
		return copyFile(from, to)
	}
	return err
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// packagesMax bounds what the packages of one version may take on disk.
const packagesMax = 1 << 30

// readable lets a plugin that runs under an id of its own read its packages, and takes setuid and the like away
// (A7). Packages that are too large are refused.
func readable(dir string) error {
	var bytes int64
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if bytes += info.Size(); bytes > packagesMax {
			return fault.New(fault.TooLarge, "dependencies_failed", "dependencies were not installed: they take more than %d MB; use fewer packages", packagesMax>>20)
		}
		mode := fs.FileMode(0o644)
		if d.IsDir() || info.Mode()&0o100 != 0 {
			mode = 0o755
		}
		if info.Mode() == mode|info.Mode().Type() {
			return nil
		}
		return os.Chmod(name, mode)
	})
}
