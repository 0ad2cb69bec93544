package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// privateFolder holds the settings file of one instance, on a tmpfs where there is one. The instance sees it read-only.
type privateFolder struct {
	dir string

	mu   sync.Mutex // guards what follows, and lets one write or remove at a time
	gone bool
}

const (
	settingsName = "settings.json"
	// settingsNew is the next settings file while it is written.
	settingsNew = ".settings.new"
)

func makePrivateFolder(dir string) (*privateFolder, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make private folder: %w", err)
	}
	return &privateFolder{dir: dir}, nil
}

// settingsFile is where the instance finds its settings.
func (p *privateFolder) settingsFile() string { return filepath.Join(p.dir, settingsName) }

// write puts settings in the place of what is there. Who opens the file gets the one or the other, whole.
func (p *privateFolder) write(settings []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone {
		return errInstanceEnded
	}
	next := filepath.Join(p.dir, settingsNew)
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write settings: %w", err)
	}
	if err := writeNew(next, settings); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	if err := giveLike(next, p.dir); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	if err := os.Rename(next, p.settingsFile()); err != nil {
		return fmt.Errorf("write settings: %w", err)
	}
	return nil
}

// writeNew makes a file that was not there. It follows no link: the folder may belong to the instance's user.
func writeNew(name string, content []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o400)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Close())
}

// remove deletes the folder for good.
func (p *privateFolder) remove() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone = true
	_ = os.RemoveAll(p.dir)
}

// giveLike gives a file to the owner of a folder: an instance that has a user id of its own got the folder at its start.
func giveLike(file, folder string) error {
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && int(s.Uid) != os.Geteuid() {
		return os.Lchown(file, int(s.Uid), int(s.Gid))
	}
	return nil
}
