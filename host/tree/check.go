package tree

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

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
