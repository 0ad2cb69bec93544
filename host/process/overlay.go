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
)

// codeSuffixes are names that Node, or this host, loads as code.
var codeSuffixes = []string{".js", ".mjs", ".cjs", ".node", ".wasm", ".ts", ".mts", ".cts"}

// codeNames decide what is loaded as code, or how.
var codeNames = []string{"package.json", "package-lock.json", "npm-shrinkwrap.json", "manifest.json", ".npmrc"}

// CleanUpper removes from an overlay's upper folder what would change a version's code: files that
// are code by their name or by the name of what they hide in lower, everything in a node_modules, marks that
// hide code, and what takes the place of the files in named, which are code whatever they are called. It returns
// what was removed, relative to upper, sorted. Folders that the plugin closed are opened. Call it while no
// child uses the overlay. A folder with too many entries or too deep is refused (overlay_too_large).
func CleanUpper(upper, lower string, named ...string) (removed []string, err error) {
	if err := os.Chmod(upper, 0o700); err != nil {
		return nil, fmt.Errorf("open the overlay: %w", err)
	}
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
	c := cleaner{up: up, low: low, named: named, folders: map[string]map[string]bool{}}
	err = walk(up, func(name string, e fs.DirEntry) error {
		gone, err := c.entry(name, e)
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

// cleaner takes code out of an upper folder.
type cleaner struct {
	up, low *os.Root
	named   []string
	folders map[string]map[string]bool // the names in lower's folders, as they are asked for
}

// entry removes one entry if it must not be there.
func (c *cleaner) entry(name string, e fs.DirEntry) (gone bool, err error) {
	switch {
	case !e.IsDir() && (isCode(name) || c.hidesCode(name)):
		return true, c.up.Remove(name)
	case !e.IsDir():
		return false, nil
	case path.Base(name) == "node_modules" || c.isCodeFile(name):
		return true, c.up.RemoveAll(name)
	}
	if isOpaque(c.up, name) && holdsCode(c.low, name) {
		return false, clearOpaque(c.up, name)
	}
	return false, nil
}

func isCode(name string) bool {
	base := strings.ToLower(path.Base(name))
	return slices.Contains(codeSuffixes, path.Ext(base)) || slices.Contains(codeNames, base)
}

// hidesCode says whether an entry of upper that is no folder would take the place of code: of a folder, of a
// program, or of a file that Node would find under the same name with a suffix.
func (c *cleaner) hidesCode(name string) bool {
	if c.below(name) {
		info, err := c.low.Lstat(name)
		return err == nil && info.IsDir() && holdsCode(c.low, name) || c.isCodeFile(name)
	}
	return slices.ContainsFunc(append([]string{".json"}, codeSuffixes...), func(suffix string) bool { return c.below(name + suffix) })
}

// isCodeFile says that lower has a file of this name, and that it is code.
func (c *cleaner) isCodeFile(name string) bool {
	if !c.below(name) {
		return false
	}
	info, err := c.low.Lstat(name)
	return err == nil && info.Mode().IsRegular() && (isCode(name) || slices.Contains(c.named, name) || isProgram(c.low, name))
}

// below says that lower has an entry of this name. It reads each folder once: a plugin's files may be many.
func (c *cleaner) below(name string) bool {
	dir := path.Dir(name)
	names, known := c.folders[dir]
	if !known {
		names = map[string]bool{}
		entries, _ := fs.ReadDir(c.low.FS(), dir)
		for _, e := range entries {
			names[e.Name()] = true
		}
		c.folders[dir] = names
	}
	return names[path.Base(name)]
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
