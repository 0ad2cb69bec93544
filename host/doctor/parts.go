package doctor

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
)

// partNames are the folders of the data folder that may grow.
var partNames = []string{"store", "plugins", "logs", "uploads", "node", "wasm"}

// Parts measures the parts of a data folder, as far as it gets before ctx ends. What cannot be read counts as nothing.
func Parts(ctx context.Context, dir string) []Part {
	var out []Part
	for _, name := range partNames {
		p := Part{Name: name}
		err := filepath.WalkDir(filepath.Join(dir, name), func(_ string, e fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil || !e.Type().IsRegular() {
				return ignoreRead(e, err)
			}
			if info, err := e.Info(); err == nil {
				p.Bytes += usedBy(info)
			}
			return nil
		})
		if err == nil || ctx.Err() != nil {
			out = append(out, p)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return out
}

// ignoreRead goes on after what cannot be read, but for the part itself that is not there.
func ignoreRead(e fs.DirEntry, err error) error {
	if e == nil && errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
