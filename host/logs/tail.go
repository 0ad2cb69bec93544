package logs

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"
)

// MaxTail is how many lines Tail and Follow go back at most.
const MaxTail = 10_000

// Tail returns the last n lines, oldest first, at most [MaxTail]. Lines that are not in memory any more are read
// from the files.
func (l *Log) Tail(n int) ([]Line, error) {
	n = min(n, MaxTail)
	l.mu.Lock()
	recent := l.recent(n)
	first := l.ring.first(l.next)
	l.mu.Unlock()
	return l.complete(recent, first, n)
}

// Read returns the last n lines of a log that is not open, like [Log.Tail], and changes nothing in dir. A missing
// log has no lines.
func Read(dir string, n int) ([]Line, error) {
	lines, err := readBefore(dir, math.MaxUint64, min(n, MaxTail))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return lines, err
}

// recent returns the last n lines that are in memory. The caller holds mu.
func (l *Log) recent(n int) []Line {
	if n <= 0 {
		return nil
	}
	return l.ring.from(l.next-min(l.next, uint64(n)), n)
}

// complete puts lines from the files, older than first, before the recent ones until they are n.
func (l *Log) complete(recent []Line, first uint64, n int) ([]Line, error) {
	if n <= len(recent) || first <= 1 {
		return recent, nil
	}
	l.flush()
	older, err := readBefore(l.dir, first, n-len(recent))
	return append(older, recent...), err
}

// readBefore returns the last n lines on disk whose sequence numbers are below before, oldest first. The files may
// be written and rotated meanwhile.
func readBefore(dir string, before uint64, n int) ([]Line, error) {
	names, err := fileNames(dir)
	if err != nil {
		return nil, fmt.Errorf("read log %s: %w", dir, err)
	}
	var lines []Line
	for _, name := range slices.Backward(names) {
		if len(lines) >= n {
			break
		}
		if firstSeq(name) >= before {
			continue
		}
		data, err := readBounded(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			break // rotated away, and with it all that is older
		}
		if err != nil {
			return nil, fmt.Errorf("read log %s: %w", dir, err)
		}
		older := lastLines(data, n-len(lines), func(l Line) bool { return l.Seq < before })
		lines = append(older, lines...)
	}
	return lines, nil
}

// lastLines returns the last n lines of data that keep accepts, oldest first. What is no whole line is skipped.
func lastLines(data []byte, n int, keep func(Line) bool) []Line {
	var lines []Line
	data = data[:bytes.LastIndexByte(data, '\n')+1]
	for len(data) > 0 && len(lines) < n {
		start := bytes.LastIndexByte(data[:len(data)-1], '\n') + 1
		var l Line
		if json.Unmarshal(data[start:], &l) == nil && l.Seq > 0 && (keep == nil || keep(l)) {
			lines = append(lines, l)
		}
		data = data[:start]
	}
	slices.Reverse(lines)
	return lines
}
