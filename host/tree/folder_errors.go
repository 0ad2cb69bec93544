package tree

import (
	"errors"
	"io/fs"
	"os"
	"slices"
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
	return fault.Wrap(err, fault.NotFound, "file_not_found", "there is no file %.100q in this folder", name)
}

// explain turns what the system said about name into an error for the person who named it; what is not
// about the name stays as it is.
func explain(name string, err error) error {
	var known *fault.Error
	var errno syscall.Errno
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENXIO):
		return notFound(name, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.Wrap(err, fault.NoSpace, "disk_full", "%.100q cannot be written: the disk is full; make room below the data folder and try again", name)
	case errors.As(err, &errno) && !slices.Contains(aboutNames, errno):
		return err
	case errors.As(err, new(*fs.PathError)), errors.As(err, new(*os.LinkError)), errno != 0:
		return fault.Wrap(err, fault.Invalid, "path_invalid", "%.100q cannot be used: a part of it is no folder, or leads outside", name)
	}
	return err
}

// aboutNames are what the system says when a name is at fault. That one leads outside is told by an error without a number.
var aboutNames = []syscall.Errno{syscall.ENOTDIR, syscall.EISDIR, syscall.ELOOP, syscall.ENAMETOOLONG, syscall.EEXIST, syscall.ENOTEMPTY}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
