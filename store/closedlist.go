package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The closed list says how long each file was when the store was closed. It is made at a clean
// close and removed at the next open, so that a file that was cut or lost in between
// is found before anything else happens.
const closedListName = "closed.json"

// compareWithList compares the files with the list, if there is one.
func compareWithList(list, files map[string]int64) error {
	for name, size := range list {
		now, ok := files[name]
		if !ok {
			return damaged(nil, "its file %s is missing", name)
		}
		if now != size {
			return damaged(nil, "its file %s has %d bytes and had %d when it was closed", name, now, size)
		}
	}
	return nil
}

func removeClosedList(dir string) error {
	err := os.Remove(filepath.Join(dir, closedListName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func readClosedList(dir string) (list map[string]int64, err error) {
	text, err := os.ReadFile(filepath.Join(dir, closedListName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, damaged(err, "its file %s cannot be read", closedListName)
	}
	return list, nil
}

// writeClosedList notes the sizes of all files of a database that has just been closed.
func writeClosedList(dir string) error {
	files, err := databaseFiles(dir)
	if err != nil {
		return err
	}
	for name := range files {
		if strings.HasSuffix(name, memTableSuffix) {
			delete(files, name) // replayed and removed at the next open
		}
	}
	text, err := json.MarshalIndent(files, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Join(dir, closedListName)
	if err := writeSynced(name+".new", text); err != nil {
		return fmt.Errorf("note the closed files: %w", err)
	}
	return os.Rename(name+".new", name)
}

func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
