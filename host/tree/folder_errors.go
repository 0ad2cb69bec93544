package tree

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"

	"appzone/host/fault"
)

func checkName(name string) error {
	if fs.ValidPath(name) && name != "." && !strings.ContainsAny(name, "\\\x00") && len(name) <= 1024 {
		return nil
	}
	return fault.New(fault.Invalid, "path_invalid", "%.100q is not a file's path: name it relative to the folder, with slashes", name)
}

func notFound(name string, err error) error {
	return fault.Wrap(err, fault.NotFound, "file_not_found", "there is no file %q in this folder", name)
}

// explain turns what the system said about name into an error for the person who named it.
func explain(name string, err error) error {
	var known *fault.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO):
		return notFound(name, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.NoSpace, "no_space", "%q cannot be written: the disk is full", name)
	}
	return fault.Wrap(err, fault.Invalid, "path_invalid", "%q cannot be used: a part of it is no folder, or leads outside", name)
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
