//go:build !linux

package store

import "os"

// preallocated does nothing here: the reserve alone keeps writes away from a full disk.
type preallocated struct{}

func (p *preallocated) find(string) error           { return nil }
func (p *preallocated) allocateKeys(string) error   { return nil }
func (p *preallocated) allocateValues(string) error { return nil }

func reserveBlocks(*os.File, int64) error { return nil }
