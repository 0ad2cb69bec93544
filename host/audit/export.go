package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// lineMax is the longest line of an export; an entry is at most 1 MiB in the store.
const lineMax = 1 << 20

// exportHead is the first line of an export that leaves entries out.
type exportHead struct {
	Filter *Filter `json:"filter"`
}

// Complete tells whether f is all entries.
func (f *Filter) Complete() bool { return *f == Filter{} }

// ExportHead is the line that an export with this filter begins with, and that tells the check that entries are left out on
// purpose; nothing for a whole trail.
func ExportHead(f Filter) ([]byte, error) {
	if f.Complete() {
		return nil, nil
	}
	b, err := json.Marshal(exportHead{&f})
	return append(b, '\n'), err
}

// VerifyExport checks an export, which has one entry a line, oldest first, against a head that was kept elsewhere if there is one. It
// reads a line at a time. The error is that of reading; what is wrong with the trail is in the report.
func VerifyExport(in io.Reader, kept *Head) (Report, error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 64<<10), lineMax)
	var v *Verifier
	for lines.Scan() {
		line := lines.Bytes()
		if len(line) == 0 {
			continue // the pulse of a stream
		}
		if v == nil {
			filtered := isExportHead(line)
			v = NewVerifier(kept, filtered)
			if filtered {
				continue
			}
		}
		if !v.Add(line) {
			return v.End(), nil
		}
	}
	if v == nil {
		v = NewVerifier(kept, false)
	}
	err := lines.Err()
	if errors.Is(err, bufio.ErrTooLong) {
		v.Broken(v.At()+1, "the line after entry %d is longer than an entry can be", v.At())
		return v.End(), nil
	}
	if err != nil {
		return Report{}, fmt.Errorf("read the export: %w", err)
	}
	return v.End(), nil
}

func isExportHead(line []byte) bool {
	var h exportHead
	return bytes.HasPrefix(line, []byte(`{"filter":`)) && json.Unmarshal(line, &h) == nil && h.Filter != nil
}
