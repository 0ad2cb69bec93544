package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
)

// Snapshot describes the tree at root, sorted by path. Regular files and links that stay inside are
// described, folders are implied (empty ones are lost), and anything else is an error: devices,
// pipes, set-user-id files, names that are not UTF-8, more than [MaxEntries] files.
func Snapshot(ctx context.Context, root string) ([]Entry, error) {
	var entries []Entry
	err := walk(ctx, root, func(f found) error {
		if len(entries) == MaxEntries {
			return fmt.Errorf("more than %d files", MaxEntries)
		}
		e, err := f.describe(ctx)
		if err == nil {
			entries = append(entries, e)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", root, err)
	}
	slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.Path, b.Path) })
	return entries, nil
}

func (f found) describe(ctx context.Context) (e Entry, err error) {
	e.Path = f.path
	switch {
	case f.info.Mode().Type() == fs.ModeSymlink:
		e.Link, err = f.dir.Readlink(f.name)
	case plain(f.info):
		e.Size, e.Exec = f.info.Size(), executable(f.info)
		e.SHA256, _, err = f.hash(ctx)
	default:
		err = fmt.Errorf("%q is neither a plain file nor a link (%s)", f.path, f.info.Mode())
	}
	return e, errors.Join(err, e.check())
}

// Usage adds up the sizes in bytes of the files below root, and counts everything that is no folder. A
// missing root is empty. Files that come and go meanwhile may be counted or not; below folders that nest too deeply nothing is.
func Usage(root string) (bytes int64, files int, err error) {
	err = walkShallow(context.Background(), root, func(f found) error {
		files++
		if f.info.Mode().IsRegular() {
			bytes += f.info.Size()
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("measure %s: %w", root, err)
	}
	return bytes, files, err
}
