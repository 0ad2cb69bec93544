package process

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"appzone/host/fault"
)

// Bounds of an upper folder: a plugin fills it.
const (
	maxUpperEntries = 200_000
	maxUpperDepth   = 64
)

// codeSuffixes are names that Node, or this host, loads as code.
var codeSuffixes = []string{".js", ".mjs", ".cjs", ".node", ".wasm", ".ts", ".mts", ".cts"}

// codeNames decide what is loaded as code, or how.
var codeNames = []string{"package.json", "package-lock.json", "npm-shrinkwrap.json", "manifest.json", ".npmrc"}

// CleanUpper removes from an overlay's upper folder what would change a version's code: files that
// are code by their name or by the name of what they hide in lower, everything in a node_modules, and
// marks that hide code. It returns what was removed, relative to upper, sorted. Call it while no
// child uses the overlay. A folder with too many entries or too deep is refused (overlay_too_large).
func CleanUpper(upper, lower string) (removed []string, err error) {
	up, err := os.OpenRoot(upper)
	if err != nil {
		return nil, fmt.Errorf("open the overlay: %w", err)
	}
	defer up.Close()
	low, err := os.OpenRoot(lower)
	if err != nil {
		return nil, fmt.Errorf("open what the overlay lies over: %w", err)
	}
	defer low.Close()
	err = walk(up, func(name string, e fs.DirEntry) error {
		gone, err := cleanEntry(up, low, name, e)
		if gone {
			removed = append(removed, name)
			if e.IsDir() {
				return fs.SkipDir
			}
		}
		return err
	})
	slices.Sort(removed)
	return removed, err
}

// cleanEntry removes one entry if it must not be there.
func cleanEntry(up, low *os.Root, name string, e fs.DirEntry) (gone bool, err error) {
	if e.IsDir() {
		if path.Base(name) == "node_modules" {
			return true, up.RemoveAll(name)
		}
		if isOpaque(up, name) && holdsCode(low, name) {
			return false, clearOpaque(up, name)
		}
		return false, nil
	}
	if isCode(name) || hidesCode(low, name) {
		return true, up.Remove(name)
	}
	return false, nil
}

func isCode(name string) bool {
	base := strings.ToLower(path.Base(name))
	return slices.Contains(codeSuffixes, path.Ext(base)) || slices.Contains(codeNames, base)
}

// hidesCode says whether an entry of upper that is no folder would take the place of code: of a folder, of a
// program, or of a file that Node would find under the same name with a suffix.
func hidesCode(low *os.Root, name string) bool {
	info, err := low.Lstat(name)
	if err == nil {
		return info.IsDir() && holdsCode(low, name) || info.Mode().IsRegular() && isProgram(low, name)
	}
	for _, suffix := range append([]string{".json"}, codeSuffixes...) {
		if _, err := low.Lstat(name + suffix); err == nil {
			return true
		}
	}
	return false
}

// isProgram says that a file names its interpreter.
func isProgram(low *os.Root, name string) bool {
	f, err := low.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 2)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == "#!"
}

var errFound = errors.New("found")

// holdsCode says that a folder has code somewhere below it.
func holdsCode(low *os.Root, name string) bool {
	err := fs.WalkDir(low.FS(), name, func(name string, e fs.DirEntry, err error) error {
		if err == nil && (e.Name() == "node_modules" || !e.IsDir() && (isCode(name) || isProgram(low, name))) {
			return errFound
		}
		return nil
	})
	return errors.Is(err, errFound)
}

// walk calls f with every entry below root, folders first, and follows no links.
func walk(root *os.Root, f func(name string, e fs.DirEntry) error) error {
	entries := 0
	return fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name == "." {
			return nil
		}
		if entries++; entries > maxUpperEntries || strings.Count(name, "/") >= maxUpperDepth {
			return fault.New(fault.TooLarge, "overlay_too_large",
				"the files that the plugin wrote beside its code are more than %d or deeper than %d folders; remove them", maxUpperEntries, maxUpperDepth)
		}
		return f(name, e)
	})
}
