package store

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"syscall"

	"appzone/host/fault"
)

// damaged says what of the database cannot be read.
func damaged(cause error, format string, args ...any) *fault.Error {
	return fault.Wrap(cause, fault.Internal, "database_damaged",
		"the database is damaged: %s; nothing was repaired: restore the data folder from a backup, and check the disk; appzone doctor has more",
		fmt.Sprintf(format, args...))
}

// explain makes what the system says of one of the store's files an error that says what to do.
func explain(err error) error {
	var known *fault.Error
	var path *fs.PathError
	if err == nil || errors.As(err, &known) || !errors.As(err, &path) {
		return err
	}
	switch name := filepath.Base(path.Path); {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.NoSpace, "disk_full", "the disk under %s is full; make room and try again", filepath.Dir(path.Path))
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Wrap(err, fault.Internal, "data_dir_unusable",
			"%s in the data folder cannot be opened; check its owner and mode, and whether the disk is mounted read-only", path.Path)
	default:
		return damaged(err, "its file %s cannot be read", name)
	}
}
