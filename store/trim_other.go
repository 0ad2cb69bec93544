//go:build !linux

package store

// unmapPages does nothing here: the system takes pages back when it needs them.
func (s *Store) unmapPages() error { return nil }
