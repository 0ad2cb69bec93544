package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	// SecretKeyFile is the name of the generated key in the data folder.
	SecretKeyFile = "secret.key"
	// RestoreMark is a file in the data folder while a backup is being restored into it.
	RestoreMark = "restore-unfinished"
	// filesMax bounds the files whose modes are looked at.
	filesMax = 20_000
	// namesMax bounds those that a finding names.
	namesMax = 5
	// others are the rights of everybody but the owner.
	others fs.FileMode = 0o077
)

// private are the parts of the data folder that hold what nobody else may read; plugins' folders are under their own rules.
var private = []string{"store", "acme", "logs", "node", "wasm", "private", "initial-admin-password"}

// Folder tells whether the data folder can be used by this user, and by nobody else. It writes nothing, and stops early where a
// finding makes the others pointless.
func Folder(ctx context.Context, dir string) ([]Finding, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return missing(dir), nil
	case err != nil:
		return []Finding{DataUnusable.Bad("the data folder cannot be looked at", err.Error(),
			"check XC_DATA_DIR, and let the user of the host own the folder and reach it: chown -R USER "+dir)}, nil
	case !info.IsDir():
		return []Finding{DataNoFolder.Bad("the data folder is a file", dir+" is no folder",
			"remove or rename the file, or name another folder with XC_DATA_DIR")}, nil
	}
	out := usable(dir, info)
	if _, err := os.Lstat(filepath.Join(dir, RestoreMark)); err == nil {
		out = append(out, RestoreUnfinished.Bad("a restore into the data folder was not finished", filepath.Join(dir, RestoreMark)+" is there: the host does not serve from it",
			"remove the folder, and restore the backup again: appzone restore"))
	}
	if key, err := os.Stat(filepath.Join(dir, SecretKeyFile)); err == nil && key.Mode().Perm()&others != 0 {
		out = append(out, SecretKeyOpen.Bad("other users of this machine may read the secret key", fmt.Sprintf("%s in %s has mode %04o", SecretKeyFile, dir, key.Mode().Perm()),
			"chmod 600 "+filepath.Join(dir, SecretKeyFile)+"; if others have accounts here, put a new key in its first line and keep the old one below it: the next start seals everything anew"))
	}
	if mode := info.Mode().Perm(); mode&others != 0 {
		out = append(out, DataOpen.Warn("other users of this machine can get into the data folder", fmt.Sprintf("%s has mode %04o", dir, mode),
			"chmod 700 "+dir))
		var more []Finding
		more, err = openFiles(ctx, dir)
		out = append(out, more...)
	}
	if len(out) == 0 && err == nil {
		out = append(out, DataOK.Good("the data folder is this user's alone", dir))
	}
	return out, err
}

// missing is a data folder that is not there: the host makes it, where it may.
func missing(dir string) []Finding {
	parent := filepath.Dir(dir)
	for parent != filepath.Dir(parent) {
		if _, err := os.Stat(parent); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		parent = filepath.Dir(parent)
	}
	if info, err := os.Stat(parent); err != nil || !info.IsDir() || !writable(parent) {
		return []Finding{DataUnusable.Bad("the data folder cannot be made", fmt.Sprintf("%s is not there, and this user may not write in %s", dir, parent),
			"make the folder and give it to the user of the host, or name another one with XC_DATA_DIR")}
	}
	return []Finding{DataMissing.Good("the data folder is not there yet", dir+" is made at the first start of appzone serve")}
}

// usable tells whether this user can work in the folder.
func usable(dir string, info fs.FileInfo) (out []Finding) {
	if !writable(dir) {
		out = append(out, DataUnusable.Bad("the data folder cannot be written", fmt.Sprintf("%s has mode %04o, and this user (%d) may not write in it", dir, info.Mode().Perm(), os.Geteuid()),
			fmt.Sprintf("chown -R USER %s && chmod 700 %s, with the user of the host; or run this command as that user; a file system that is mounted read-only has to be mounted anew", dir, dir)))
	}
	if owner, known := ownerOf(info); known && owner != os.Geteuid() {
		out = append(out, DataOwner.Warn("the data folder belongs to another user", fmt.Sprintf("%s is user %d's, and this is user %d", dir, owner, os.Geteuid()),
			"run the host, and this command, as the user who owns the folder, or chown -R it to the user of the host"))
	}
	return out
}

// openFiles finds files that others can read in a folder into which they get.
func openFiles(ctx context.Context, dir string) ([]Finding, error) {
	var open []string
	left := filesMax
	for _, part := range private {
		err := filepath.WalkDir(filepath.Join(dir, part), func(path string, e fs.DirEntry, err error) error {
			if left--; left <= 0 {
				return fs.SkipAll
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				return nil //nolint:nilerr // what cannot be looked at, or is gone, is told by others
			}
			info, err := e.Info()
			switch {
			case err != nil:
				return nil //nolint:nilerr // it is gone
			case e.IsDir() && info.Mode().Perm()&others == 0:
				return fs.SkipDir // nobody gets in
			case e.Type().IsRegular() && info.Mode().Perm()&others != 0:
				open = append(open, path)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(open) == 0 {
		return nil, nil
	}
	return []Finding{DataFileOpen.Warn(fmt.Sprintf("%d files of the data folder may be read by other users", len(open)), strings.Join(open[:min(namesMax, len(open))], ", "),
		"chmod 700 "+dir+", which keeps others out of all of it, and chmod go-rwx on the files")}, nil
}
