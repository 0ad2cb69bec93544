package nodebridge

import (
	"io/fs"
	"os"
	"path/filepath"
)

// cacheMax is what npm's cache may grow to before it is emptied.
const cacheMax = 2 << 30

// openCache returns the folder of npm's cache for one install; done ends its use. A cache that has
// grown too large is emptied while nobody uses it.
func (r *Runtime) openCache() (dir string, done func(), err error) {
	dir = filepath.Join(r.options.Dir, "npm-cache")
	r.cacheMu.Lock()
	defer r.cacheMu.Unlock()
	if r.installs == 0 && folderSize(dir) > cacheMax {
		r.options.Logger.Info("npm cache emptied", "limit_bytes", cacheMax)
		if err := os.RemoveAll(dir); err != nil {
			return "", nil, err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	r.installs++
	return dir, func() {
		r.cacheMu.Lock()
		defer r.cacheMu.Unlock()
		r.installs--
	}, nil
}

func folderSize(dir string) (bytes int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			bytes += info.Size()
		}
		return nil
	})
	return bytes
}
