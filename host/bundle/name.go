package bundle

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"appzone/host/manifest"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// quote shows a name of the zip in a message: escaped, and not too long.
func quote(name string) string {
	if len(name) > 100 {
		name = name[:100] + "..."
	}
	return fmt.Sprintf("%+q", name)
}

// checkName refuses names that lead out of their folder or that some system understands differently (A1, A2, A12). It
// changes nothing: the name that was checked is the name that is used (A3), but for a folder's final slash.
func checkName(name string, limits Limits) error {
	escape := func(why string) error { return refuse("zip_path_escape", "the name %s %s", quote(name), why) }
	bad := func(why string) error { return refuse("zip_bad_name", "the name %s %s", quote(name), why) }
	switch {
	case !utf8.ValidString(name):
		return bad("is not UTF-8; pack it with a tool that writes UTF-8 names, or use plain letters")
	case strings.HasPrefix(name, "/"):
		return escape("is absolute")
	case strings.Contains(name, `\`):
		return escape(`holds a backslash; folders are separated by /`)
	case len(name) > 1 && name[1] == ':':
		return escape("names a drive")
	case strings.ContainsFunc(name, manifest.Invisible):
		return bad("holds a control, bidirectional or invisible character")
	case strings.Contains(name, ":"):
		return bad("holds a colon")
	case len(name) > limits.PathBytes:
		return bad(fmt.Sprintf("has %d bytes and may have %d", len(name), limits.PathBytes))
	}
	parts := strings.Split(strings.TrimSuffix(name, "/"), "/")
	if len(parts) > limits.Depth {
		return bad(fmt.Sprintf("has %d folders and may have %d", len(parts), limits.Depth))
	}
	for _, part := range parts {
		switch {
		case part == "..":
			return escape("leads out of its folder by ..")
		case len(part) > limits.PartBytes:
			return bad(fmt.Sprintf("has a part of %d bytes and may have %d", len(part), limits.PartBytes))
		case part != "." && (strings.HasSuffix(part, ".") || strings.HasSuffix(part, " ")):
			return bad("has a part that ends with a dot or a blank, which Windows drops")
		case reservedOnWindows(part):
			return bad("is the name of a device on Windows")
		}
	}
	if p := strings.TrimSuffix(name, "/"); !fs.ValidPath(p) || p == "." {
		return bad("is not a plain path: it has empty parts or .")
	}
	return nil
}

func reservedOnWindows(part string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(part), ".")
	stem = strings.TrimRight(stem, " ")
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	for _, device := range []string{"COM", "LPT"} {
		if n, ok := strings.CutPrefix(stem, device); ok && utf8.RuneCountInString(n) == 1 && strings.Contains("0123456789¹²³", n) {
			return true
		}
	}
	return false
}

// names finds entries that are one and the same on some file system (A6).
type names struct {
	limits Limits
	met    map[string]metName
	fold   cases.Caser
}

type metName struct {
	path   string
	folder bool
	// listed is false for a folder that only the path of another entry implies.
	listed bool
}

func newNames(limits Limits) *names {
	return &names{limits: limits, met: map[string]metName{}, fold: cases.Fold()}
}

// add refuses a path that is there already, in whatever spelling, or whose folder is a file.
func (n *names) add(p string, folder bool) error {
	if err := n.put(p, metName{p, folder, true}); err != nil {
		return err
	}
	for p = path.Dir(p); p != "."; p = path.Dir(p) {
		known := len(n.met)
		if err := n.put(p, metName{p, true, false}); err != nil {
			return err
		}
		if len(n.met) == known {
			break
		}
	}
	if len(n.met) > n.limits.Entries {
		return tooMany(n.limits)
	}
	return nil
}

func (n *names) put(p string, now metName) error {
	key := n.key(p)
	before, ok := n.met[key]
	switch {
	case !ok:
		n.met[key] = now
	case before.path != p:
		return refuse("zip_duplicate_name", "%s and %s differ only by case or by how letters are encoded, and are one file on some systems",
			quote(before.path), quote(p))
	case before.folder != now.folder:
		return refuse("zip_file_folder_conflict", "%s is both a file and a folder", quote(p))
	case before.listed && now.listed:
		return refuse("zip_duplicate_name", "%s is there twice", quote(p))
	case now.listed:
		n.met[key] = now
	}
	return nil
}

// key is the same for all spellings that file systems take for one. The folding of a text makes one of letters that have several
// (sharp s is ss); that of single letters comes on top, since the former takes small Cherokee letters for large ones and the other way round.
func (n *names) key(p string) string {
	for i := range len(p) {
		if p[i] >= utf8.RuneSelf {
			return norm.NFC.String(strings.Map(leastCase, n.fold.String(norm.NFD.String(p))))
		}
	}
	return strings.ToUpper(p)
}

// leastCase is the first of the letters that differ from c by case alone: the capital one, if there is one.
func leastCase(c rune) rune {
	least := c
	for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}
