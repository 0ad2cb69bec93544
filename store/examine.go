package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/table"
)

// examine looks at the files before Badger opens them. Badger is harsh with damage that
// it meets: it cuts logs, leaves tables out, removes what its manifest does not name, or ends
// the process. What can be known before is refused here, with every file as it was.
func examine(dir string) error {
	files, err := databaseFiles(dir)
	if err != nil {
		return err
	}
	if err := examineFiles(dir, files); err != nil || len(files) == 0 {
		return err
	}
	if err := removeUnborn(dir, files); err != nil {
		return err
	}
	return removeClosedList(dir) // from here on the files change
}

// examineFiles reads and changes nothing.
func examineFiles(dir string, files map[string]int64) error {
	list, err := readClosedList(dir)
	if err != nil {
		return err
	}
	if err := compareWithList(list, files); err != nil {
		return err
	}
	if len(files) == 0 {
		return nil
	}
	if _, ok := files[badger.ManifestFilename]; !ok {
		return damaged(nil, "its file %s is missing", badger.ManifestFilename)
	}
	if size, ok := files[discardName]; ok && size != 0 && size < discardBytes {
		return damaged(nil, "its file %s is cut", discardName)
	}
	if err := examineTables(dir); err != nil {
		return err
	}
	if list != nil {
		return examineLastValueLog(dir, files)
	}
	return nil
}

const (
	tableSuffix    = ".sst"
	valueLogSuffix = ".vlog"
	memTableSuffix = ".mem"
	discardName    = "DISCARD"
	discardBytes   = 1 << 20
)

// databaseFiles lists Badger's files with their sizes.
func databaseFiles(dir string) (map[string]int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := map[string]int64{}
	for _, e := range entries {
		switch name := e.Name(); {
		case name == badger.ManifestFilename, name == badger.KeyRegistryFileName, name == discardName:
		case strings.HasSuffix(name, tableSuffix), strings.HasSuffix(name, valueLogSuffix), strings.HasSuffix(name, memTableSuffix):
		default:
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[e.Name()] = info.Size()
	}
	return files, nil
}

// examineTables reads all tables that the manifest names. They hold keys and small values, a few
// megabytes in all.
func examineTables(dir string) error {
	f, err := os.Open(filepath.Join(dir, badger.ManifestFilename))
	if err != nil {
		return err
	}
	defer f.Close()
	manifest, _, err := badger.ReplayManifestFile(f, 0, badgerOptions(dir, nil))
	if err != nil {
		return damaged(err, "its file %s cannot be read", badger.ManifestFilename)
	}
	var reader tableReader
	for id := range manifest.Tables {
		if err := reader.examine(table.NewFilename(id, dir)); err != nil {
			return damaged(err, "its table %06d%s cannot be read", id, tableSuffix)
		}
	}
	return nil
}

// removeUnborn removes logs without a byte, which Badger refuses to open: a process that
// was killed right after it made the file leaves one. They never held anything.
func removeUnborn(dir string, files map[string]int64) error {
	for name, size := range files {
		if size == 0 && (strings.HasSuffix(name, valueLogSuffix) || strings.HasSuffix(name, memTableSuffix)) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return fmt.Errorf("remove an empty log: %w", err)
			}
		}
	}
	return nil
}
