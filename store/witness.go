package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"appzone/host/fault"
)

// witness remembers beside the database how many writes were acknowledged. Badger cuts its log
// at the first byte that it cannot read, and says nothing: a database that then holds fewer
// writes than were acknowledged has lost some.
//
// It is not synced: it may lag behind after a power cut, and never runs ahead, because
// a write is durable before it is acknowledged here.
type witness struct{ file *os.File }

const witnessName = "acknowledged"

func openWitness(dir string) (*witness, error) {
	f, err := os.OpenFile(filepath.Join(dir, witnessName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &witness{f}, nil
}

// acknowledged is the last number, or 0 when there is none that can be read.
func (w *witness) acknowledged() uint64 {
	b := make([]byte, 12)
	if n, _ := w.file.ReadAt(b, 0); n < len(b) || crc32.ChecksumIEEE(b[:8]) != binary.BigEndian.Uint32(b[8:]) {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}

func (w *witness) acknowledge(number uint64) error {
	b := binary.BigEndian.AppendUint64(nil, number)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	if _, err := w.file.WriteAt(b, 0); err != nil {
		return fmt.Errorf("note the acknowledged write: %w", err)
	}
	return nil
}

// check compares what the database holds with what was acknowledged.
func (w *witness) check(commits uint64) error {
	if known := w.acknowledged(); commits < known {
		return fault.New(fault.Internal, "database_damaged",
			"the database is damaged: its last %d acknowledged changes are lost; restore the data folder from a backup, "+
				"or remove the file %s to go on without them; appzone doctor has more", known-commits, w.file.Name())
	}
	return nil
}

func (w *witness) close() error { return w.file.Close() }
