package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
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

// start begins a new file whose first line will be seq.
func (f *files) start(seq uint64) error {
	name := fmt.Sprintf("%020d%s", seq, suffix)
	if err := f.open(name); err != nil {
		return err
	}
	if !slices.Contains(f.names, name) {
		f.names = append(f.names, name)
	}
	for len(f.names) > f.maxFiles {
		if err := os.Remove(filepath.Join(f.dir, f.names[0])); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		f.names = f.names[1:]
	}
	return nil
}

// open makes name the file that is written.
func (f *files) open(name string) error {
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if f.current != nil {
		err = f.current.Close()
	}
	f.current, f.size = file, info.Size()
	return err
}

// write stores whole lines, and returns how many bytes of them it stored: always whole lines too.
func (f *files) write(chunk []byte) (n int, err error) {
	for n < len(chunk) {
		part := chunk[n:]
		if f.size+int64(len(part)) > f.maxBytes {
			part = f.fitting(part)
		}
		if len(part) == 0 {
			if err := f.start(seqOf(chunk[n:])); err != nil {
				return n, err
			}
			part = f.fitting(chunk[n:])
		}
		stored, err := f.append(part)
		n += stored
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// fitting returns the lines of chunk that still fit into the file: at least one if it is empty.
func (f *files) fitting(chunk []byte) []byte {
	room := f.maxBytes - f.size
	if int64(len(chunk)) <= room {
		return chunk
	}
	end := bytes.LastIndexByte(chunk[:max(0, room)], '\n') + 1
	if end == 0 && f.size == 0 {
		end = bytes.IndexByte(chunk, '\n') + 1
	}
	return chunk[:end]
}

// append writes lines at the end of the file. If that fails in the middle of a line, the line is taken back.
func (f *files) append(lines []byte) (int, error) {
	n, err := f.current.Write(lines)
	if err != nil {
		n = bytes.LastIndexByte(lines[:n], '\n') + 1
		err = errors.Join(err, f.current.Truncate(f.size+int64(n)))
	}
	f.size += int64(n)
	return n, err
}

func (f *files) close() error { return f.current.Close() }

// seqOf is the sequence number of the first line of chunk.
func seqOf(chunk []byte) uint64 {
	var l Line
	line, _, _ := bytes.Cut(chunk, []byte("\n"))
	_ = json.Unmarshal(line, &l) // our own encoding
	return l.Seq
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
