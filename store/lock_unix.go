//go:build unix

package store

import (
	"errors"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

// folderLock keeps other processes out of the folder. The kernel drops it with the process.
type folderLock struct{ file *os.File }

// lockWait is how long the lock of somebody else is waited for. A child that a host was starting when it was killed has what the host had open
// until it has become a program of its own, and whoever examines the folder takes the lock for a moment.
const (
	lockWait  = 2 * time.Second
	lockAgain = 10 * time.Millisecond
)

func lockFolder(dir string) (*folderLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for began := time.Now(); ; time.Sleep(lockAgain) {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) || time.Since(began) > lockWait {
			break
		}
	}
	if err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fault.New(fault.Conflict, "data_dir_locked",
				"the data folder %s is in use by another process; stop that one, or choose another folder", dir)
		}
		return nil, err
	}
	return &folderLock{f}, nil
}

func (l *folderLock) release() error { return l.file.Close() }

// inUse tells whether a process has the folder's lock, and leaves no trace: the lock is taken for a moment, with others who only ask.
func inUse(dir string) (bool, error) {
	f, err := os.Open(filepath.Join(dir, lockName))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}
