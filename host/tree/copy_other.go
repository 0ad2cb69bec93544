//go:build !linux

package tree

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

func shareContent(*os.File, *os.File) error { return errors.ErrUnsupported }

// Clones tells whether copies of files in dir share their content until one of them changes, and so need no room.
func Clones(string) bool { return false }

func nextContent(_ *os.File, at, size int64) (begin, end int64, err error) { return at, size, nil }

func copyAttributes(*os.File, *os.File) error { return nil }

// makeSpecial leaves pipes out, which the next start of the program makes anew.
func makeSpecial(*os.Root, string, fs.FileInfo) error { return nil }

func setLinkTime(*os.Root, string, time.Time) error { return nil }

// Sync makes everything below root durable. What its own mode lets nobody open is left to the system.
func Sync(root string) error {
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrPermission) {
			return nil
		}
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
	return errors.Join(err, unix.Sync())
}
