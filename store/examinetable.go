package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
	"google.golang.org/protobuf/proto"
)

// tableReader reads whole tables, of a few megabytes each, into one buffer.
type tableReader struct{ buffer []byte }

func (t *tableReader) examine(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	size := int(info.Size())
	if cap(t.buffer) < size {
		t.buffer = make([]byte, size)
	}
	table := t.buffer[:size]
	if _, err := io.ReadFull(f, table); err != nil {
		return err
	}
	return examineTable(table)
}

// examineTable checks every byte of a table against the checksums in it. From the end, a table
// is: checksum length, checksum of the index, index length, index, blocks. A block ends in
// the length of its checksum and the checksum.
func examineTable(table []byte) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	rest, sum, err := counted(table)
	if err != nil {
		return err
	}
	_, index, err := counted(rest)
	if err != nil {
		return err
	}
	if err := verify(index, sum); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	root := fb.GetRootAsTableIndex(index, 0)
	var at fb.BlockOffset
	for i := range root.OffsetsLength() {
		root.Offsets(&at, i)
		end := uint64(at.Offset()) + uint64(at.Len())
		if end > uint64(len(table)) {
			return errCut
		}
		data, sum, err := counted(table[at.Offset():end])
		if err != nil {
			return err
		}
		if err := verify(data, sum); err != nil {
			return fmt.Errorf("block at %d: %w", at.Offset(), err)
		}
	}
	return nil
}

var errCut = errors.New("the file is cut")

// counted splits off what ends in its own length, of 4 bytes.
func counted(b []byte) (rest, part []byte, err error) {
	n := len(b) - 4
	if n < 0 {
		return nil, nil, errCut
	}
	length := uint64(binary.BigEndian.Uint32(b[n:]))
	if length > uint64(n) {
		return nil, nil, errCut
	}
	start := n - int(length)
	return b[:start], b[start:n], nil
}

func verify(data, sum []byte) error {
	var want pb.Checksum
	if err := proto.Unmarshal(sum, &want); err != nil {
		return err
	}
	return y.VerifyChecksum(data, &want)
}
