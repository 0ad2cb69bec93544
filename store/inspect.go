package store

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Inspection is what can be told of a store that nobody opened.
type Inspection struct {
	// InUse says that a host has it open; nothing else is told then, since its files change.
	InUse bool
	// Files counts the database's files; 0: there is none yet.
	Files int
	// Bytes is how long they are, which may be more than what they take on the disk.
	Bytes int64
	// Closed says that it was closed in order: then its value logs were read to their ends, too. After a crash the newest one ends
	// anywhere.
	Closed bool
}

// Inspect examines the store in dir, and changes nothing. Its error has code database_damaged when something of it cannot be
// read; what only opening it shows is not found. A host that begins to use it meanwhile is noticed.
func Inspect(ctx context.Context, dir string) (i Inspection, err error) {
	if i.InUse, err = inUse(dir); err != nil || i.InUse {
		return i, err
	}
	files, err := databaseFiles(dir)
	if err != nil {
		return i, err
	}
	for _, size := range files {
		i.Files++
		i.Bytes += size
	}
	list, _ := readClosedList(dir) // what is wrong with it is told by what follows
	i.Closed = list != nil
	found := examineFiles(dir, files)
	if found == nil && i.Closed {
		found = examineValueLogs(ctx, dir, files)
	}
	if used, err := inUse(dir); err != nil || used { // what was seen meanwhile may have been half written
		return Inspection{InUse: used}, err
	}
	return i, found
}

// examineValueLogs reads all value logs of a store that was closed in order.
func examineValueLogs(ctx context.Context, dir string, files map[string]int64) error {
	for name, size := range files {
		if !strings.HasSuffix(name, valueLogSuffix) {
			continue
		}
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		at, err := walkLog(&cancelled{ctx, f}, size)
		_ = f.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return damaged(err, "its file %s cannot be read from byte %d on", name, at)
		}
	}
	return nil
}

// cancelled reads until ctx ends.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
