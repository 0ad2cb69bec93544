package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// preallocated knows up to which number Badger's logs have their blocks. Badger makes them
// sparse, twice as long as it fills them, and cuts them when they are full or closed.
type preallocated struct {
	keys, values int
}

const (
	memTableName = "%05d" + memTableSuffix
	valueLogName = "%06d" + valueLogSuffix
	// A log is left when it is full, after at most one more transaction.
	logSlack = 2 * maxChunkBytes
)

// find begins with what is in the folder of a store that was just opened.
func (p *preallocated) find(dir string) error {
	files, err := databaseFiles(dir)
	if err != nil {
		return err
	}
	for name := range files {
		suffix := filepath.Ext(name)
		n, err := strconv.Atoi(strings.TrimSuffix(name, suffix))
		switch {
		case err != nil:
		case suffix == memTableSuffix:
			p.keys = max(p.keys, n-1)
		case suffix == valueLogSuffix:
			p.values = max(p.values, n-1)
		}
	}
	return nil
}

// allocateKeys gives the log of keys and small values its blocks.
func (p *preallocated) allocateKeys(dir string) error {
	return allocateNewest(dir, memTableName, &p.keys, 2*memTableBytes)
}

// allocateValues gives the log of values its blocks.
func (p *preallocated) allocateValues(dir string) error {
	return allocateNewest(dir, valueLogName, &p.values, valueLogBytes+logSlack)
}

// allocateNewest looks for logs after the last one known: a single write, or a rewrite by collection,
// begins at most two.
func allocateNewest(dir, pattern string, known *int, size int64) error {
	for number := *known + 2; number > *known; number-- {
		f, err := os.OpenFile(filepath.Join(dir, fmt.Sprintf(pattern, number)), os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		defer f.Close()
		if err := allocate(f, size); err != nil {
			return err
		}
		*known = number
	}
	return nil
}

// allocate reserves the first size bytes of a log, unless it was cut to less in the meantime.
func allocate(f *os.File, size int64) error {
	info, err := f.Stat()
	if err != nil || info.Size() < size {
		return err
	}
	return reserveBlocks(f, size)
}

// reserveBlocks gives the first size bytes of a file their blocks.
func reserveBlocks(f *os.File, size int64) error {
	err := unix.Fallocate(int(f.Fd()), unix.FALLOC_FL_KEEP_SIZE, 0, size)
	switch {
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return errFull
	case errors.Is(err, unix.EOPNOTSUPP), errors.Is(err, unix.ENOSYS):
		return nil // a file system without: the reserve has to do
	}
	return err
}
