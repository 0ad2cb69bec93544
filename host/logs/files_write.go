package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

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
