package signature

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Bounds of the three files. The largest list that the bundle's limits allow (20,000 files, 4 MiB of names) has 5.4 MiB.
const (
	MaxListBytes = 8 << 20
	// MaxTextBytes bounds the signature and the public key, each.
	MaxTextBytes = 4 << 10
)

// File is one file of a plugin.
type File struct {
	// Path is relative to the manifest, as the bundle accepts it.
	Path string
	// SHA256 is the digest of its content, 64 hex digits in lower case.
	SHA256 string
	// Size is the length of its content in bytes. It is looked at for the signature's own files alone.
	Size int64
}

// Own tells whether path is one of the signature's own three files, which a list cannot name.
func Own(path string) bool { return path == ListFile || path == SignatureFile || path == KeyFile }

// Canonical is the list of the files that a signature is made over: "digest  path" and a line feed for each, sorted by the bytes of the
// paths, without the signature's own files. It is what "sha256sum -c" reads: the bundle refuses the names that sha256sum would escape.
func Canonical(files []File) []byte {
	files = slices.DeleteFunc(slices.Clone(files), func(f File) bool { return Own(f.Path) })
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	var list bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&list, "%s  %s\n", f.SHA256, f.Path)
	}
	return list.Bytes()
}

// unfit says which file cannot be in a list, or "".
func unfit(files []File) string {
	seen := make(map[string]bool, len(files))
	for _, f := range files {
		folder, _, _ := strings.Cut(f.Path, "/")
		switch {
		case f.Path == "" || strings.ContainsAny(f.Path, "\n\r\\"):
			return fmt.Sprintf("a file has the name %s, which a list cannot hold", quote(f.Path))
		case seen[f.Path]:
			return fmt.Sprintf("%s is there twice", quote(f.Path))
		case strings.EqualFold(folder, Folder) && folder != Folder:
			return fmt.Sprintf("%s is in a folder that must be written %s", quote(f.Path), Folder)
		case !Own(f.Path) && (strings.EqualFold(f.Path, ListFile) || strings.EqualFold(f.Path, SignatureFile) || strings.EqualFold(f.Path, KeyFile)):
			return fmt.Sprintf("%s must be written in small letters", quote(f.Path))
		}
		seen[f.Path] = true
	}
	return ""
}

// differences says what is other in the files than in a signed list that is not their canonical one.
func differences(list []byte, files []File) string {
	listed, bad := parseList(list)
	if bad != "" {
		return bad
	}
	var changed, added, missing []string
	there := make(map[string]bool, len(files))
	for _, f := range files {
		there[f.Path] = true
		if Own(f.Path) {
			continue
		}
		switch digest, ok := listed[f.Path]; {
		case !ok:
			added = append(added, f.Path)
		case digest != f.SHA256:
			changed = append(changed, f.Path)
		}
	}
	for path := range listed {
		if !there[path] {
			missing = append(missing, path)
		}
	}
	parts := slices.DeleteFunc([]string{named("changed", changed), named("added", added), named("missing", missing)}, func(s string) bool { return s == "" })
	if len(parts) == 0 {
		return ListFile + " is not in the canonical form: every file once, sorted by path"
	}
	return "the files are not those that were signed: " + strings.Join(parts, "; ")
}

// parseList reads a list into digests by path, or says what is wrong with it.
func parseList(list []byte) (listed map[string]string, bad string) {
	if bytes.ContainsRune(list, '\r') {
		return nil, ListFile + " has the line ends of Windows; each line must end with a line feed alone"
	}
	listed = map[string]string{}
	n := 0
	for line := range strings.Lines(string(list)) {
		n++
		digest, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		raw, err := hex.DecodeString(digest)
		if !ok || err != nil || len(raw) != 32 || digest != strings.ToLower(digest) || path == "" || !strings.HasSuffix(line, "\n") {
			return nil, fmt.Sprintf("line %d of %s is not a digest, two blanks and a path", n, ListFile)
		}
		if Own(path) {
			return nil, fmt.Sprintf("line %d of %s names a file of the signature itself", n, ListFile)
		}
		if _, twice := listed[path]; twice {
			return nil, fmt.Sprintf("%s names %s twice", ListFile, quote(path))
		}
		listed[path] = digest
	}
	return listed, ""
}

// shown is how many paths of one kind are named.
const shown = 3

func named(what string, paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	slices.Sort(paths)
	more := ""
	if extra := len(paths) - shown; extra > 0 {
		paths, more = paths[:shown], fmt.Sprintf(" and %d more", extra)
	}
	names := make([]string, len(paths))
	for i, p := range paths {
		names[i] = quote(p)
	}
	return what + ": " + strings.Join(names, ", ") + more
}

// quote shows a path in a message: escaped where it is not plain text, and not too long.
func quote(path string) string {
	if len(path) > 200 {
		path = path[:200] + "..."
	}
	return strconv.QuoteToGraphic(path)
}
