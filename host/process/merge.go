package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
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

// prepare brings home what a former run left in a copy, takes code out of what was written (row A9; named
// are files that are code) and, where the kernel will not mount the overlay, makes a new copy.
func (v *Overlay) prepare(mounted bool, named []string) error {
	if _, err := os.Lstat(v.record()); errors.Is(err, os.ErrNotExist) && mounted {
		_, err := CleanUpper(v.Upper, v.Lower, named...)
		return err
	}
	if err := os.Chmod(v.Target, 0o700); err != nil { // a copy that the child closed
		return err
	}
	m, err := v.open()
	if err != nil {
		return err
	}
	defer m.close()
	if err := m.collect(); err != nil {
		return err
	}
	if _, err := CleanUpper(v.Upper, v.Lower, named...); err != nil {
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
	if err := m.layLower(); err != nil {
		return err
	}
	if err := m.layUpper(); err != nil {
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

func (m *merge) layLower() error {
	return walk(m.lower, func(name string, e fs.DirEntry) error {
		if name != "node_modules" || !e.IsDir() {
			return transfer(m.lower, m.target, name, e)
		}
		if err := os.Symlink(filepath.Join(m.Lower, name), filepath.Join(m.Target, name)); err != nil {
			return err
		}
		return fs.SkipDir
	})
}

func (m *merge) layUpper() error {
	return walk(m.upper, func(name string, e fs.DirEntry) error {
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
