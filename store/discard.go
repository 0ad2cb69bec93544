package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
)

// discardEntry is what Badger keeps for each value log in DISCARD: its number, and how many of its bytes are garbage. A number of 0
// ends the list.
const discardEntry = 16

// mendDiscard empties the list of garbage where it makes no sense. Badger would look through it for ever, with its locks held: for the
// first of two entries with one number, and for a number that no log can have. A kill while it sorts the list leaves such a pair, so that this is no
// damage; and nothing is lost, since the list only says where collecting is worth while, and grows anew.
func mendDiscard(dir string, log *slog.Logger) error {
	f, err := os.OpenFile(filepath.Join(dir, discardName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	list, err := io.ReadAll(io.LimitReader(f, discardBytes))
	if err != nil {
		return err
	}
	if discardMakesSense(list) {
		return nil
	}
	log.Warn("the list of garbage in the database made no sense and is begun anew; nothing is lost by it", "file", f.Name())
	if _, err := f.WriteAt(make([]byte, len(list)), 0); err != nil {
		return fmt.Errorf("begin the list of garbage anew: %w", err)
	}
	return nil
}

func discardMakesSense(list []byte) bool {
	seen := map[uint64]bool{}
	for ; len(list) >= discardEntry; list = list[discardEntry:] {
		number := binary.BigEndian.Uint64(list)
		if number == 0 {
			return true
		}
		if number > math.MaxUint32 || seen[number] || binary.BigEndian.Uint64(list[8:]) > math.MaxInt64 {
			return false
		}
		seen[number] = true
	}
	return true
}
