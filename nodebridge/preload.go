package nodebridge

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

//go:embed preload/*.cjs
var preloadFiles embed.FS

// writePreload puts the preload below dir, in a folder that is named by its content, and
// returns the file for --require. What is there already and differs is replaced.
func writePreload(dir string) (string, error) {
	names, err := fs.Glob(preloadFiles, "preload/*.cjs")
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	files := make(map[string][]byte, len(names))
	for _, name := range names {
		text, err := preloadFiles.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", name, len(text), text)
		files[filepath.Base(name)] = text
	}
	folder := filepath.Join(dir, "preload-"+hex.EncodeToString(hash.Sum(nil)[:8]))
	entry := filepath.Join(folder, "preload.cjs")
	if sameFiles(folder, files) {
		return entry, nil
	}
	return entry, replaceFolder(folder, files)
}

func sameFiles(folder string, files map[string][]byte) bool {
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(files) {
		return false
	}
	for name, want := range files {
		info, err := os.Lstat(filepath.Join(folder, name))
		if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(want)) {
			return false
		}
		got, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(got, want) {
			return false
		}
	}
	return true
}

// replaceFolder writes files beside folder and renames, so that a child never sees half of them.
func replaceFolder(folder string, files map[string][]byte) error {
	temp, err := os.MkdirTemp(filepath.Dir(folder), "preload-new-")
	if err != nil {
		return fmt.Errorf("create preload folder: %w", err)
	}
	defer os.RemoveAll(temp)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(temp, name), text, 0o444); err != nil {
			return fmt.Errorf("write preload: %w", err)
		}
	}
	if err := os.Chmod(temp, 0o555); err != nil {
		return err
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("remove changed preload: %w", err)
	}
	return os.Rename(temp, folder)
}
