package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// MaxEntries is how many files one tree may have.
const MaxEntries = 250_000

// Entry is one file or symbolic link of a tree. Folders are implied by the paths.
type Entry struct {
	// Path is relative to the tree's root, with slashes, valid by [fs.ValidPath].
	Path string `json:"path"`
	// Size is the length in bytes; 0 for a link.
	Size int64 `json:"size"`
	// SHA256 is the lower-case hex digest of the content; empty for a link.
	SHA256 string `json:"sha256"`
	// Link is the target if this is a symbolic link: relative to the link's own folder, and inside the tree.
	Link string `json:"link,omitempty"`
	// Exec says that the file may be executed.
	Exec bool `json:"exec,omitempty"`
}

// check says what is wrong with one entry, looked at alone.
func (e Entry) check() error {
	if !fs.ValidPath(e.Path) || e.Path == "." || strings.ContainsAny(e.Path, "\\\x00") {
		return fmt.Errorf("path %q is not a relative path inside the tree", e.Path)
	}
	if e.Link != "" {
		return checkLink(e.Path, e.Link)
	}
	if e.Size < 0 {
		return fmt.Errorf("%q has a negative size", e.Path)
	}
	return nil
}

// checkLink refuses a target that could lead out of the tree. All dot-dots must come first: those leave real
// folders, since no path of a tree passes through a link, so that counting them is enough. A dot-dot
// after a name could follow another link first and then leave the tree.
func checkLink(name, target string) error {
	inside := path.Join(path.Dir(name), target)
	switch {
	case path.IsAbs(target), strings.ContainsAny(target, "\\\x00"), inside == "..", strings.HasPrefix(inside, "../"):
		return fmt.Errorf("link %q leads outside: %q", name, target)
	case path.Clean(target) != target:
		return fmt.Errorf("link %q has a target that is not in its shortest form: %q", name, target)
	}
	return nil
}

// checkAll says what is wrong with a list of entries: bad ones, the same path twice, or a file that is
// also the folder of another.
func checkAll(entries []Entry) error {
	if len(entries) > MaxEntries {
		return fmt.Errorf("more than %d files", MaxEntries)
	}
	paths := make(map[string]struct{}, len(entries))
	for _, e := range entries {
		if err := e.check(); err != nil {
			return err
		}
		if _, twice := paths[e.Path]; twice {
			return fmt.Errorf("%q is listed twice", e.Path)
		}
		paths[e.Path] = struct{}{}
	}
	for _, e := range entries {
		for dir := path.Dir(e.Path); dir != "."; dir = path.Dir(dir) {
			if _, file := paths[dir]; file {
				return fmt.Errorf("%q is a file and also the folder of %q", dir, e.Path)
			}
		}
	}
	return nil
}

// errTooDeep is why a walk ends in a folder that nests too deeply.
var errTooDeep = errors.New("folders are nested too deeply")
