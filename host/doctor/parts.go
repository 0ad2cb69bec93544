package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"appzone/host/tree"
)

// partNames are the folders of the data folder that may grow.
var partNames = []string{"store", "plugins", "logs", "uploads", "node", "wasm"}

// Parts measures the parts of a data folder, as far as it gets before ctx ends. What cannot be read counts as nothing.
func Parts(ctx context.Context, dir string) []Part {
	var out []Part
	for _, name := range partNames {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		used, _ := tree.Allocated(ctx, path) // programs fill some of them: in bounded memory
		out = append(out, Part{Name: name, Bytes: used})
		if ctx.Err() != nil {
			break
		}
	}
	return out
}
