package samples

import (
	"embed"
	"io/fs"
	"path"
)

// sources are the samples that new projects can start from as they are: those that need no compiler.
//
//go:embed html-hello script-hello
var sources embed.FS

// Source returns the files of a sample that needs no compiler, by their slash-separated paths:
// "html-hello" or "script-hello".
func Source(name string) (map[string][]byte, error) {
	files := map[string][]byte{}
	root, err := fs.Sub(sources, name)
	if err != nil {
		return nil, err
	}
	err = fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path.Clean(p)], err = fs.ReadFile(root, p)
		return err
	})
	return files, err
}
