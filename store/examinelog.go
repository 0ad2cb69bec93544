package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// examineLastValueLog reads the newest value log of a store that was closed in order. Badger cuts
// that one at the first entry that it cannot read, which is right after a crash and
// hides damage otherwise. Values in older logs are checked when they are read.
func examineLastValueLog(dir string, files map[string]int64) error {
	last := ""
	for name := range files {
		if strings.HasSuffix(name, valueLogSuffix) {
			last = max(last, name) // numbers of equal length
		}
	}
	if last == "" {
		return nil
	}
	f, err := os.Open(filepath.Join(dir, last))
	if err != nil {
		return err
	}
	defer f.Close()
	at, err := walkLog(f, files[last])
	if err != nil {
		return damaged(err, "its file %s cannot be read from byte %d on", last, at)
	}
	return nil
}

const logHeaderBytes = 20

// walkLog reads a log of size bytes entry by entry, and returns where the last good one ends. An
// entry is two bytes of marks, the lengths of key and value and a time as varints, key,
// value, and a checksum of it all.
func walkLog(r io.Reader, size int64) (at int64, err error) {
	in := bufio.NewReaderSize(r, 64<<10)
	if n, err := in.Discard(logHeaderBytes); err != nil {
		return int64(n), err
	}
	for at = logHeaderBytes; at < size; {
		n, err := walkEntry(in, size-at)
		if err != nil {
			return at, err
		}
		at += n
	}
	return at, nil
}

func walkEntry(in *bufio.Reader, left int64) (n int64, err error) {
	c := &countedReader{in: in, sum: crc32.New(crc32.MakeTable(crc32.Castagnoli)), left: left}
	if _, err := io.CopyN(io.Discard, c, 2); err != nil {
		return 0, err
	}
	var numbers [3]uint64
	for i := range numbers {
		if numbers[i], err = binary.ReadUvarint(c); err != nil {
			return 0, err
		}
	}
	key, value := numbers[0], numbers[1]
	if key > uint64(left) || value > uint64(left) {
		return 0, errors.New("an entry is longer than the file")
	}
	if _, err := io.CopyN(io.Discard, c, int64(key+value)); err != nil {
		return 0, err
	}
	want := c.sum.Sum32()
	var sum [crc32.Size]byte
	if _, err := io.ReadFull(c, sum[:]); err != nil {
		return 0, err
	}
	if got := binary.BigEndian.Uint32(sum[:]); got != want {
		return 0, fmt.Errorf("checksum %08x, want %08x", got, want)
	}
	return left - c.left, nil
}

// countedReader hashes and counts what is read through it.
type countedReader struct {
	in   *bufio.Reader
	sum  hash.Hash32
	left int64
}

func (c *countedReader) Read(p []byte) (int, error) {
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.sum.Write(p[:n])
	c.left -= int64(n)
	if n == 0 && c.left == 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (c *countedReader) ReadByte() (byte, error) {
	var b [1]byte
	_, err := io.ReadFull(c, b[:])
	return b[0], err
}
