//go:build !unix

package doctor

import "io/fs"

// writable is not known here.
func writable(string) bool { return true }

// ownerOf is not known here.
func ownerOf(fs.FileInfo) (int, bool) { return 0, false }
