package host

import (
	"cmp"
	"slices"
)

// FileChanges are the files of two versions, compared by path and content.
type FileChanges struct {
	Added   FileList `json:"added"`
	Removed FileList `json:"removed"`
	Changed FileList `json:"changed"`
	// Unchanged counts those that are the same.
	Unchanged int `json:"unchanged"`
}

// FileList is a list of files that may be cut.
type FileList struct {
	// Count is how many there are.
	Count int `json:"count"`
	// Items are the first of them by path, at most 200.
	Items []FileChange `json:"items"`
	// More is how many Items leaves out.
	More int `json:"more"`
}

// FileChange is one file before and after.
type FileChange struct {
	Path string `json:"path"`
	// Before and After are its sizes in bytes; nil where it is not there.
	Before *int64 `json:"before"`
	After  *int64 `json:"after"`
}

// fileChanges compares two versions' files.
func fileChanges(before, after []File) (c FileChanges) {
	was := make(map[string]*File, len(before))
	for k := range before {
		was[before[k].Path] = &before[k]
	}
	var added, removed, changed []FileChange
	for k := range after {
		is := &after[k]
		old := was[is.Path]
		delete(was, is.Path)
		switch {
		case old == nil:
			added = append(added, FileChange{Path: is.Path, After: &is.Size})
		case old.SHA256 != is.SHA256:
			changed = append(changed, FileChange{Path: is.Path, Before: &old.Size, After: &is.Size})
		default:
			c.Unchanged++
		}
	}
	for path, old := range was {
		removed = append(removed, FileChange{Path: path, Before: &old.Size})
	}
	c.Added, c.Removed, c.Changed = fileList(added), fileList(removed), fileList(changed)
	return c
}

// fileList keeps the first files by path.
func fileList(all []FileChange) FileList {
	slices.SortFunc(all, func(a, b FileChange) int { return cmp.Compare(a.Path, b.Path) })
	n := min(len(all), changesShown)
	return FileList{Count: len(all), Items: append([]FileChange{}, all[:n]...), More: len(all) - n}
}
