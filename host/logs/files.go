package logs

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// suffix ends the names of log files. Before it stands the sequence number of the first line, in 20
// digits: sorted by name they are sorted by age, and rotating renames nothing.
const suffix = ".ndjson"

// files are the files of one log, the last of them open for writing. Not safe for concurrent use.
type files struct {
	dir      string
	maxBytes int64
	maxFiles int
	current  *os.File
	size     int64
	names    []string // oldest first
}

// openFiles opens the last file, or makes the first, and returns the next sequence number.
func openFiles(o Options) (*files, uint64, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, 0, err
	}
	names, err := fileNames(o.Dir)
	if err != nil {
		return nil, 0, err
	}
	f := &files{dir: o.Dir, maxBytes: o.FileBytes, maxFiles: o.Files, names: names}
	next := uint64(1)
	if len(names) == 0 {
		return f, next, f.start(next)
	}
	last := names[len(names)-1]
	if next, err = repair(filepath.Join(o.Dir, last), firstSeq(last)); err != nil {
		return nil, 0, err
	}
	return f, next, f.open(last)
}

// fileNames returns the names of the log's files, oldest first.
func fileNames(dir string) ([]string, error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range list {
		if d.Type().IsRegular() && firstSeq(d.Name()) > 0 {
			names = append(names, d.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// firstSeq is the sequence number in a file's name, 0 if it is not a log file.
func firstSeq(name string) uint64 {
	digits, ok := strings.CutSuffix(name, suffix)
	if !ok || len(digits) != 20 {
		return 0
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// repair cuts off what a crash left of a last line, and returns the sequence number after the last whole one.
func repair(path string, next uint64) (uint64, error) {
	data, err := readBounded(path)
	if err != nil {
		return 0, err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	if whole < len(data) {
		if err := os.Truncate(path, int64(whole)); err != nil {
			return 0, err
		}
	}
	if last := lastLines(data[:whole], 1, nil); len(last) == 1 {
		next = max(next, last[0].Seq+1)
	}
	return next, nil
}

// readBounded reads a log file; no honest one is larger than the bound.
func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, 65<<20))
}
