//go:build !linux

package process

import (
	"errors"
	"io/fs"
	"os"
)

func isOpaque(*os.Root, string) bool              { return false }
func clearOpaque(*os.Root, string) error          { return nil }
func isWhiteout(fs.FileInfo) bool                 { return false }
func makeWhiteout(*os.Root, string, string) error { return errors.ErrUnsupported }
