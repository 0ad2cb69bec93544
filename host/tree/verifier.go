package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// MaxChanges is how many changes one Check reports at most.
const MaxChanges = 20

// The kinds of change.
const (
	Missing = "missing"
	Changed = "changed"
	Added   = "added"
)

// Change is one difference between a tree and its description.
type Change struct {
	// Path is relative to the tree's root.
	Path string `json:"path"`
	// Kind is missing, changed or added.
	Kind string `json:"kind"`
}

// Verifier tells whether trees on disk are what they were. It remembers what it hashed and looks at content
// again only where inode, size or times differ, so that a check of an unchanged tree costs a
// walk. Safe for concurrent use.
type Verifier struct {
	mu    sync.Mutex
	roots map[string]*memory
}

// memory is what is known of the files of one root.
type memory struct {
	mu    sync.Mutex
	files map[string]seen
}

// seen is a file as it was when it was hashed.
type seen struct {
	stamp  stamp
	sha256 string
}

// NewVerifier makes a verifier that remembers nothing yet.
func NewVerifier() *Verifier { return &Verifier{roots: map[string]*memory{}} }

// Check compares the tree at root with its description and returns the differences sorted by path,
// [MaxChanges] at most; none means that every byte is as described. Folders are not compared: an empty one that
// was added is no change. An error means that the tree could not be read.
func (v *Verifier) Check(ctx context.Context, root string, entries []Entry) ([]Change, error) {
	m := v.memory(root)
	c := check{known: m.get(), want: make(map[string]Entry, len(entries)), hashed: make(map[string]seen, len(entries))}
	for _, e := range entries {
		c.want[e.Path] = e
	}
	err := walk(ctx, root, func(f found) error { return c.visit(ctx, f) })
	if err != nil && !errors.Is(err, errEnough) && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("verify %s: %w", root, err)
	}
	for _, e := range entries {
		if _, missing := c.want[e.Path]; missing && len(c.changes) < MaxChanges {
			c.changes = append(c.changes, Change{e.Path, Missing})
		}
	}
	if len(c.changes) == 0 {
		m.set(c.hashed)
	}
	slices.SortFunc(c.changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return c.changes, nil
}

// Forget drops what is remembered of root and of roots below it, for what was replaced or removed.
func (v *Verifier) Forget(root string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for known := range v.roots {
		if known == root || strings.HasPrefix(known, root+"/") {
			delete(v.roots, known)
		}
	}
}

func (v *Verifier) memory(root string) *memory {
	v.mu.Lock()
	defer v.mu.Unlock()
	m := v.roots[root]
	if m == nil {
		m = &memory{}
		v.roots[root] = m
	}
	return m
}

func (m *memory) get() map[string]seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files
}

// set replaces the files; a map that was given out is never written again.
func (m *memory) set(files map[string]seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files = files
}
