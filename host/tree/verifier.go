package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"
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

// Forget drops what is remembered of root, for a tree that was replaced or removed.
func (v *Verifier) Forget(root string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.roots, root)
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

// errEnough ends a walk that found as many changes as are reported.
var errEnough = errors.New("enough changes")

// check is one Check under way.
type check struct {
	known   map[string]seen
	want    map[string]Entry // what was not found yet
	hashed  map[string]seen
	changes []Change
}

func (c *check) visit(ctx context.Context, f found) error {
	e, ok := c.want[f.path]
	if !ok {
		return c.add(f.path, Added)
	}
	delete(c.want, f.path)
	same, err := c.same(ctx, f, e)
	if err != nil && !errors.Is(err, errChanging) && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !same {
		return c.add(f.path, Changed)
	}
	return nil
}

func (c *check) add(path, kind string) error {
	c.changes = append(c.changes, Change{path, kind})
	if len(c.changes) == MaxChanges {
		return errEnough
	}
	return nil
}

func (c *check) same(ctx context.Context, f found, e Entry) (bool, error) {
	if e.Link != "" {
		if f.info.Mode().Type() != fs.ModeSymlink {
			return false, nil
		}
		target, err := f.dir.Readlink(f.name)
		return target == e.Link, err
	}
	if !plain(f.info) || f.info.Size() != e.Size || executable(f.info) != e.Exec {
		return false, nil
	}
	if k, ok := c.known[f.path]; ok && k.stamp == stampOf(f.info) && k.sha256 == e.SHA256 {
		c.hashed[f.path] = k
		return true, nil
	}
	now := time.Now()
	digest, info, err := f.hash(ctx)
	if err != nil || digest != e.SHA256 {
		return false, err
	}
	if s := stampOf(info); s.trusted(now) {
		c.hashed[f.path] = seen{s, e.SHA256}
	}
	return true, nil
}
