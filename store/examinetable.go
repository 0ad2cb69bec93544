package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
	"google.golang.org/protobuf/proto"
)

// examineTable checks every byte of a table against the checksums in it. From the end, a table
// is: checksum length, checksum of the index, index length, index, blocks. A block ends in
// the length of its checksum and the checksum.
func examineTable(path string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	t := tail{file: f, end: info.Size()}
	sum := t.counted()
	index := t.counted()
	if t.err != nil {
		return t.err
	}
	if err := verify(index, sum); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	root := fb.GetRootAsTableIndex(index, 0)
	var at fb.BlockOffset
	for i := range root.OffsetsLength() {
		root.Offsets(&at, i)
		block := tail{file: f, start: int64(at.Offset()), end: int64(at.Offset()) + int64(at.Len())}
		sum := block.counted()
		data := block.take(block.end - block.start)
		if block.err != nil {
			return block.err
		}
		if err := verify(data, sum); err != nil {
			return fmt.Errorf("block at %d: %w", at.Offset(), err)
		}
	}
	return nil
}

func verify(data, sum []byte) error {
	var want pb.Checksum
	if err := proto.Unmarshal(sum, &want); err != nil {
		return err
	}
	return y.VerifyChecksum(data, &want)
}

// tail reads a range of a file from its end. After an error it reads nothing more.
type tail struct {
	file       *os.File
	start, end int64
	err        error
}

// counted takes a length of 4 bytes, and what lies before it in that length.
func (t *tail) counted() []byte {
	length := t.take(4)
	if t.err != nil {
		return nil
	}
	return t.take(int64(binary.BigEndian.Uint32(length)))
}

func (t *tail) take(n int64) []byte {
	if t.err == nil && n > t.end-t.start {
		t.err = errors.New("the file is cut")
	}
	if t.err != nil {
		return nil
	}
	b := make([]byte, n)
	t.end -= n
	_, t.err = t.file.ReadAt(b, t.end)
	return b
}
