//go:build !unix

package store

// folderLock does nothing here: Badger's own lock keeps other processes out.
type folderLock struct{}

func lockFolder(string) (*folderLock, error) { return &folderLock{}, nil }

func (l *folderLock) release() error { return nil }

// inUse is not known here.
func inUse(string) (bool, error) { return false, nil }
