package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"appzone/host/fault"
)

// mergedName is the file in Overlay.Work that tells what was laid into Target by copying. While it is
// there, Target may hold changes that Upper has not.
const mergedName = "merged.json"

// laid is one file of a merged Target, as it was laid.
type laid struct {
	Size int64     `json:"size"`
	Time time.Time `json:"time"`
}

// merge makes the view of an overlay by copying: lower, upper over it. A node_modules at the top is linked: it is
// large, and not to be changed.
type merge struct {
	*Overlay
	lower, upper, target *os.Root
}

// prepareOverlay brings home what a former run left in a copy and, where the kernel will
// not mount the overlay, makes a new copy.
func (v *Overlay) prepare(mounted bool) error {
	if _, err := os.Lstat(v.record()); errors.Is(err, os.ErrNotExist) && mounted {
		return nil
	}
	m, err := v.open()
	if err != nil {
		return err
	}
	defer m.close()
	if err := m.collect(); err != nil {
		return err
	}
	if _, err := CleanUpper(v.Upper, v.Lower); err != nil {
		return err
	}
	if err := m.empty(); err != nil || mounted {
		return err
	}
	return m.lay()
}

// collectBack brings home what the child changed in its copy.
func (v *Overlay) collectBack() error {
	m, err := v.open()
	if err != nil {
		return err
	}
	defer m.close()
	return m.collect()
}

func (v *Overlay) record() string { return filepath.Join(v.Work, mergedName) }

func (v *Overlay) open() (*merge, error) {
	m := &merge{Overlay: v}
	for dir, root := range map[string]**os.Root{v.Lower: &m.lower, v.Upper: &m.upper, v.Target: &m.target} {
		r, err := os.OpenRoot(dir)
		if err != nil {
			m.close()
			return nil, fmt.Errorf("open the overlay: %w", err)
		}
		*root = r
	}
	return m, nil
}

func (m *merge) close() {
	for _, r := range []*os.Root{m.lower, m.upper, m.target} {
		if r != nil {
			_ = r.Close()
		}
	}
}

// empty removes everything from Target.
func (m *merge) empty() error {
	entries, err := fs.ReadDir(m.target.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := m.target.RemoveAll(e.Name()); err != nil {
			return err
		}
	}
	return removeIfThere(os.Remove, m.record())
}

// lay fills an empty Target and records what it holds.
func (m *merge) lay() error {
	err := walk(m.lower, func(name string, e fs.DirEntry) error {
		if name == "node_modules" && e.IsDir() {
			if err := os.Symlink(filepath.Join(m.Lower, name), filepath.Join(m.Target, name)); err != nil {
				return err
			}
			return fs.SkipDir
		}
		return transfer(m.lower, m.target, name, e)
	})
	if err != nil {
		return err
	}
	err = walk(m.upper, func(name string, e fs.DirEntry) error {
		info, err := e.Info()
		if err != nil {
			return err
		}
		if isWhiteout(info) || e.IsDir() && isOpaque(m.upper, name) {
			if err := m.target.RemoveAll(name); err != nil || !e.IsDir() {
				return err
			}
		}
		return transfer(m.upper, m.target, name, e)
	})
	if err != nil {
		return err
	}
	files, err := m.files()
	if err != nil {
		return err
	}
	text, err := json.Marshal(files)
	if err != nil {
		return err
	}
	return os.WriteFile(m.record(), text, 0o600)
}

// files lists the files and links of Target.
func (m *merge) files() (map[string]laid, error) {
	files := map[string]laid{}
	return files, walk(m.target, func(name string, e fs.DirEntry) error {
		if e.IsDir() {
			return nil
		}
		info, err := e.Info()
		if err == nil {
			files[name] = laid{Size: info.Size(), Time: info.ModTime().UTC()}
		}
		return err
	})
}

// collect copies what is new or changed in Target into Upper and notes there what is gone. Without a record
// there is nothing to bring home.
func (m *merge) collect() error {
	text, err := os.ReadFile(m.record())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var before map[string]laid
	if err := json.Unmarshal(text, &before); err != nil {
		return fmt.Errorf("read what the overlay's copy held: %w", err)
	}
	err = walk(m.target, func(name string, e fs.DirEntry) error {
		info, err := e.Info()
		if err != nil {
			return err
		}
		was, known := before[name]
		delete(before, name)
		if known && was.Size == info.Size() && was.Time.Equal(info.ModTime()) {
			return nil
		}
		if e.IsDir() && m.lowerAlone(name) {
			return nil
		}
		return transfer(m.target, m.upper, name, e)
	})
	if err != nil {
		return err
	}
	for name := range before {
		if err := m.forget(name); err != nil {
			return err
		}
	}
	return nil
}

// lowerAlone says that a folder is Lower's and Upper has nothing of its name.
func (m *merge) lowerAlone(name string) bool {
	info, err := m.lower.Lstat(name)
	if err != nil || !info.IsDir() {
		return false
	}
	_, err = m.upper.Lstat(name)
	return errors.Is(err, os.ErrNotExist)
}

// forget takes a file that the child deleted out of Upper and, where the kernel lets this
// user, notes that it is also gone from Lower; elsewhere it comes back.
func (m *merge) forget(name string) error {
	if err := removeIfThere(m.upper.RemoveAll, name); err != nil {
		return err
	}
	if _, err := m.lower.Lstat(name); err != nil {
		return nil
	}
	if dir := path.Dir(name); dir != "." {
		if err := m.upper.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	_ = makeWhiteout(m.upper, path.Dir(name), path.Base(name))
	return nil
}

func removeIfThere(remove func(string) error, name string) error {
	if err := remove(name); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// transfer copies one entry from one tree to the other in place of what is there. Folders
// are made, other things than files, folders and links are left out.
func transfer(from, to *os.Root, name string, e fs.DirEntry) error {
	if parent := path.Dir(name); parent != "." {
		if err := to.MkdirAll(parent, 0o700); err != nil {
			return err
		}
	}
	if e.IsDir() {
		if info, err := to.Lstat(name); err == nil && info.IsDir() {
			return nil
		}
	}
	if err := to.RemoveAll(name); err != nil {
		return err
	}
	switch e.Type() {
	case fs.ModeDir:
		return to.Mkdir(name, 0o700)
	case fs.ModeSymlink:
		target, err := from.Readlink(name)
		if err != nil {
			return err
		}
		return to.Symlink(target, name)
	case 0:
		return copyFile(from, to, name)
	}
	return nil
}

func copyFile(from, to *os.Root, name string) error {
	in, err := from.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := to.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600|info.Mode().Perm()&0o100)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

// prepare makes the overlay ready for a start.
func (p *Process) prepare() error {
	v := p.spec.Jail.Overlay
	if v == nil {
		return nil
	}
	p.merged = !p.machine.plan(p.spec.Jail, p.spec.Limits).Overlay
	if err := v.prepare(!p.merged); err != nil {
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return err
		}
		return fault.Wrap(err, fault.Internal, "overlay_failed", "the writable copy of the code folder could not be made")
	}
	if p.merged { // the link to its node_modules leads there
		p.spec.Jail.ReadOnly = append(p.spec.Jail.ReadOnly[:len(p.spec.Jail.ReadOnly):len(p.spec.Jail.ReadOnly)], v.Lower)
		p.spec.Jail.ReadWrite = append(p.spec.Jail.ReadWrite[:len(p.spec.Jail.ReadWrite):len(p.spec.Jail.ReadWrite)], v.Target)
	}
	return nil
}

// settle brings home what the child changed in a copy.
func (p *Process) settle() {
	if !p.merged {
		return
	}
	if err := p.spec.Jail.Overlay.collectBack(); err != nil {
		p.output.note("[what was written beside the code could not be kept: " + strings.ReplaceAll(err.Error(), "\n", " ") + "]")
	}
}
